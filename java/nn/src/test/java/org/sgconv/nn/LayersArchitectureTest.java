package org.sgconv.nn;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.SgConvException;

/** The arrows between packages: org.sgconv.nn, then state, then layer, then model. */
class LayersArchitectureTest {

  private static final JavaClasses LAYERS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.sgconv.nn");

  /** What of the library layers and models may use: no backend, no bindings. */
  private static final String[] LIBRARY = {
    "org.sgconv",
    "org.sgconv.conv",
    "org.sgconv.device",
    "org.sgconv.io",
    "org.sgconv.kernel",
    "org.sgconv.spi",
    "org.sgconv.tensor",
    "org.sgconv.text",
  };

  private static ArchRule only(String from, String... allowed) {
    return classes()
        .that()
        .resideInAPackage(from)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(allowed)
                .or(resideInAnyPackage(LIBRARY))
                .or(resideOutsideOfPackage("org.sgconv..")));
  }

  @ParameterizedTest
  @CsvSource({
    "org.sgconv.nn, org.sgconv.nn",
    "org.sgconv.nn.state, org.sgconv.nn org.sgconv.nn.state",
    "org.sgconv.nn.layer, org.sgconv.nn org.sgconv.nn.state org.sgconv.nn.layer",
    "org.sgconv.nn.model,"
        + " org.sgconv.nn org.sgconv.nn.state org.sgconv.nn.layer org.sgconv.nn.model",
  })
  void packagesUseOnlyWhatIsBelowThem(String from, String allowed) {
    only(from, allowed.split(" ")).check(LAYERS);
  }

  /** What others have written is no part of layers and models, but for the marks of nullness. */
  @Test
  void nothingElseIsUsed() {
    classes()
        .that()
        .resideInAPackage("org.sgconv.nn..")
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.sgconv..", "org.jspecify.."))
        .check(LAYERS);
  }

  @Test
  void exceptionsHaveOneRoot() {
    classes()
        .that()
        .areAssignableTo(RuntimeException.class)
        .should()
        .beAssignableTo(SgConvException.class)
        .check(LAYERS);
  }

  /** A rule that cannot fail would prove nothing: this arrow is known to exist. */
  @Test
  void theRulesCanFail() {
    ArchRule wrong = only("org.sgconv.nn.layer", "org.sgconv.nn.layer", "org.sgconv.nn");
    assertThatThrownBy(() -> wrong.check(LAYERS))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("org.sgconv.nn.state");
  }
}
