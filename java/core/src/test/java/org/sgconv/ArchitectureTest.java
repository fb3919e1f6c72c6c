package org.sgconv;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows between packages, as docs/architecture.md draws them. */
class ArchitectureTest {

  private static final JavaClasses LIBRARY =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.sgconv");

  /** Packages of the API whose classes hold, or ask, something of the SPI (docs/adr/0024). */
  private static final String[] API = {"org.sgconv", "org.sgconv.device", "org.sgconv.tensor"};

  /** What these may know of the SPI; nothing in it is about convolutions. */
  private static final Set<String> BEHIND_THE_API =
      Set.of(
          "BackendProvider",
          "DeviceMemory",
          "DevicePart",
          "PinnedMemory",
          "TensorAccess",
          "TensorCheck");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "org.sgconv.text   | ''",
        "org.sgconv        | org.sgconv.text",
        "org.sgconv.setting | org.sgconv",
        "org.sgconv.device | org.sgconv",
        "org.sgconv.tensor | org.sgconv org.sgconv.setting org.sgconv.device org.sgconv.bindings.process"
            + " org.sgconv.bindings.closing",
        "org.sgconv.spi    | org.sgconv org.sgconv.device org.sgconv.tensor",
        "org.sgconv.kernel | org.sgconv org.sgconv.setting org.sgconv.device org.sgconv.tensor org.sgconv.spi"
            + " org.sgconv.bindings.closing",
        "org.sgconv.conv   | org.sgconv org.sgconv.device org.sgconv.tensor org.sgconv.spi"
            + " org.sgconv.kernel org.sgconv.bindings.closing",
        "org.sgconv.io     | org.sgconv org.sgconv.text org.sgconv.tensor org.sgconv.spi org.sgconv.kernel"
            + " org.sgconv.bindings.closing",
        "org.sgconv.oracle | org.sgconv org.sgconv.tensor org.sgconv.spi",
      })
  void packagesUseOnlyWhatIsBelowThem(String from, String allowed) {
    classes()
        .that()
        .resideInAPackage(from)
        .should()
        .onlyDependOnClassesThat(among(from, allowed.split(" ")).or(isBehind(from)))
        .allowEmptyShould(from.equals("org.sgconv.io"))
        .check(LIBRARY);
  }

  @Test
  void backendsUseNoPublicPackageButTheSpi() {
    classes()
        .that()
        .resideInAPackage("org.sgconv.internal..")
        .should()
        .onlyDependOnClassesThat(
            among(
                "org.sgconv.internal..",
                "org.sgconv",
                "org.sgconv.setting",
                "org.sgconv.device",
                "org.sgconv.tensor",
                "org.sgconv.spi",
                "org.sgconv.bindings.."))
        .check(LIBRARY);
  }

  @Test
  void backendsDoNotKnowEachOther() {
    slices()
        .matching("org.sgconv.internal.(*)..")
        .should()
        .notDependOnEachOther()
        .ignoreDependency(
            DescribedPredicate.alwaysTrue(), resideInAPackage("org.sgconv.internal.boundary"))
        .check(LIBRARY);
    noClasses()
        .that()
        .resideInAPackage("org.sgconv.internal.boundary")
        .should()
        .dependOnClassesThat(
            resideInAPackage("org.sgconv.internal..")
                .and(resideOutsideOfPackage("org.sgconv.internal.boundary")))
        .check(LIBRARY);
  }

  @Test
  void nobodyImportsABackend() {
    noClasses()
        .that()
        .resideOutsideOfPackages("org.sgconv.internal..", "org.sgconv.bindings..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.sgconv.internal..")
        .check(LIBRARY);
  }

  /** But for what has nothing native: the count of host memory, and closing. */
  @Test
  void onlyBackendsUseTheBindings() {
    noClasses()
        .that()
        .resideOutsideOfPackages("org.sgconv.internal..", "org.sgconv.bindings..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("org.sgconv.bindings..")
                .and(
                    resideOutsideOfPackages(
                        "org.sgconv.bindings.process", "org.sgconv.bindings.closing")))
        .check(LIBRARY);
  }

  @Test
  void onlyTheFacadeUsesGeneratedCode() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.sgconv.bindings..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.sgconv.bindings.cpu..",
            "org.sgconv.bindings.cuda..",
            "org.sgconv.bindings.cudart..",
            "org.sgconv.bindings.cufft..")
        .check(LIBRARY);
  }

  @Test
  void packagesHaveNoCycles() {
    slices()
        .assignedFrom(new EachPackage())
        .should()
        .beFreeOfCycles()
        .ignoreDependency(resideInAnyPackage(API), isBehindTheApi())
        .check(LIBRARY);
  }

  @Test
  void exceptionsHaveOneRoot() {
    classes()
        .that()
        .areAssignableTo(Throwable.class)
        .and()
        .resideInAPackage("org.sgconv")
        .should()
        .beAssignableTo(SgConvException.class)
        .check(LIBRARY);
  }

  @Test
  void theModuleExportsNothingInternal() throws IOException {
    try (InputStream compiled = Backend.class.getResourceAsStream("/module-info.class")) {
      assertThat(compiled).as("module-info.class beside the library's classes").isNotNull();
      ModuleDescriptor module = ModuleDescriptor.read(compiled);
      assertThat(module.name()).isEqualTo("org.sgconv");
      assertThat(module.exports())
          .noneMatch(export -> export.source().startsWith("org.sgconv.internal"));
      assertThat(module.opens()).isEmpty();
    }
  }

  /** A rule that cannot fail would prove nothing: this arrow is known to exist. */
  @Test
  void theRulesCanFail() {
    assertThatThrownBy(
            () ->
                classes()
                    .that()
                    .resideInAPackage("org.sgconv.conv")
                    .should()
                    .onlyDependOnClassesThat(among("org.sgconv.conv", "org.sgconv"))
                    .check(LIBRARY))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("org.sgconv.spi");
  }

  /** A slice for every package, the root among them. */
  private static final class EachPackage implements SliceAssignment {

    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return SliceIdentifier.of(type.getPackageName());
    }

    @Override
    public String getDescription() {
      return "each package";
    }
  }

  private static DescribedPredicate<JavaClass> isBehindTheApi() {
    return DescribedPredicate.describe(
        "are behind the API: " + BEHIND_THE_API,
        type ->
            type.getPackageName().equals("org.sgconv.spi")
                && BEHIND_THE_API.contains(type.getSimpleName()));
  }

  private static DescribedPredicate<JavaClass> isBehind(String from) {
    return Arrays.asList(API).contains(from) ? isBehindTheApi() : DescribedPredicate.alwaysFalse();
  }

  /** Classes of these packages, and whatever is not ours. */
  private static DescribedPredicate<JavaClass> among(String own, String... others) {
    List<String> allowed = Arrays.asList(others);
    return DescribedPredicate.describe(
        "are in " + own + " or " + allowed + " or not of this project",
        type -> {
          String name = type.getPackageName();
          boolean ours = name.equals("org.sgconv") || name.startsWith("org.sgconv.");
          return !ours || matches(name, own) || allowed.stream().anyMatch(p -> matches(name, p));
        });
  }

  private static boolean matches(String name, String pattern) {
    if (!pattern.endsWith("..")) {
      return name.equals(pattern);
    }
    String prefix = pattern.substring(0, pattern.length() - 2);
    return name.equals(prefix) || name.startsWith(prefix + ".");
  }
}
