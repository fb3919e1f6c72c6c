package org.sgconv;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
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
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.spi.BackendProvider;

/** The arrows between packages, as docs/architecture.md draws them. */
class ArchitectureTest {

  private static final JavaClasses LIBRARY =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.sgconv");

  /** Packages that any backend may use, and that use none. */
  private static final String[] SHARED_BY_BACKENDS = {
    "org.sgconv.internal.boundary", "org.sgconv.internal.host",
  };

  /** What packages of the API hold, or ask, of the SPI above them (docs/adr/0024). */
  private static final Map<String, Set<String>> BEHIND_THE_API =
      Map.of(
          "org.sgconv",
          Set.of("BackendProvider"),
          "org.sgconv.device",
          Set.of("BackendProvider"),
          "org.sgconv.tensor",
          Set.of(
              "BackendProvider",
              "DeviceMemory",
              "DevicePart",
              "PinnedMemory",
              "TensorAccess",
              "TensorCheck"));

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
        "org.sgconv.signal | org.sgconv org.sgconv.device org.sgconv.tensor org.sgconv.spi org.sgconv.conv"
            + " org.sgconv.io org.sgconv.text org.sgconv.bindings.closing",
      })
  void packagesUseOnlyWhatIsBelowThem(String from, String allowed) {
    classes()
        .that()
        .resideInAPackage(from)
        .should()
        .onlyDependOnClassesThat(among(from, allowed.split(" ")).or(isBehind(from)))
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
        .ignoreDependency(DescribedPredicate.alwaysTrue(), resideInAnyPackage(SHARED_BY_BACKENDS))
        .check(LIBRARY);
    noClasses()
        .that()
        .resideInAnyPackage(SHARED_BY_BACKENDS)
        .should()
        .dependOnClassesThat(
            resideInAPackage("org.sgconv.internal..")
                .and(resideOutsideOfPackages(SHARED_BY_BACKENDS)))
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
            "org.sgconv.bindings.common..",
            "org.sgconv.bindings.cpu..",
            "org.sgconv.bindings.cuda..",
            "org.sgconv.bindings.cudart..",
            "org.sgconv.bindings.cufft..",
            "org.sgconv.bindings.cublas..")
        .check(LIBRARY);
  }

  @Test
  void packagesHaveNoCycles() {
    slices()
        .assignedFrom(new EachPackage())
        .should()
        .beFreeOfCycles()
        .ignoreDependency(resideInAPackage("org.sgconv"), isBehind("org.sgconv"))
        .ignoreDependency(resideInAPackage("org.sgconv.device"), isBehind("org.sgconv.device"))
        .ignoreDependency(resideInAPackage("org.sgconv.tensor"), isBehind("org.sgconv.tensor"))
        .check(LIBRARY);
  }

  /** The packages below the SPI hold a provider; convolutions are for those above. */
  @Test
  void nobodyBelowTheSpiPlansConvolutions() {
    noClasses()
        .that()
        .resideInAnyPackage("org.sgconv", "org.sgconv.device", "org.sgconv.tensor")
        .should()
        .callMethodWhere(
            target(nameMatching("plan|kernels"))
                .and(target(owner(assignableTo(BackendProvider.class)))))
        .check(LIBRARY);
  }

  @Test
  void exceptionsHaveOneRoot() {
    classes()
        .that()
        .areAssignableTo(RuntimeException.class)
        .and()
        .resideOutsideOfPackage("org.sgconv.bindings..")
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
          .filteredOn(exports -> !exports.isQualified())
          .extracting(ModuleDescriptor.Exports::source)
          .containsExactlyInAnyOrder(
              "org.sgconv",
              "org.sgconv.conv",
              "org.sgconv.device",
              "org.sgconv.io",
              "org.sgconv.kernel",
              "org.sgconv.oracle",
              "org.sgconv.signal",
              "org.sgconv.spi",
              "org.sgconv.tensor");
      assertThat(module.exports())
          .filteredOn(ModuleDescriptor.Exports::isQualified)
          .allSatisfy(
              exports -> {
                assertThat(exports.source()).isEqualTo("org.sgconv.text");
                assertThat(exports.targets()).containsExactly("org.sgconv.nn");
              });
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

  private static DescribedPredicate<JavaClass> isBehind(String api) {
    Set<String> names = BEHIND_THE_API.getOrDefault(api, Set.of());
    return DescribedPredicate.describe(
        "are of the SPI, behind " + api + ": " + names,
        type ->
            type.getPackageName().equals("org.sgconv.spi") && names.contains(type.getSimpleName()));
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
