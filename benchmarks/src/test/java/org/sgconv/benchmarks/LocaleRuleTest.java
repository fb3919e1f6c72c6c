package org.sgconv.benchmarks;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.text.NumberFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Numbers and words are the same wherever a program runs, in all modules: a message with a decimal
 * comma, or with digits that no program reads back, is another one.
 */
class LocaleRuleTest {

  private static final DescribedPredicate<JavaMethodCall> FOLLOWS_THE_LOCALE =
      describe(
          "its result depends on the default locale: give Locale.ROOT",
          call -> isOf(call) && !isGivenALocale(call));

  private static final Map<String, Set<String>> METHODS =
      Map.of(
          String.class.getName(), Set.of("format", "formatted", "toLowerCase", "toUpperCase"),
          PrintStream.class.getName(), Set.of("format", "printf"),
          PrintWriter.class.getName(), Set.of("format", "printf"),
          Scanner.class.getName(), Set.of("nextDouble", "nextInt", "nextLong"),
          NumberFormat.class.getName(), Set.of("getInstance", "getNumberInstance"));

  /** What jextract and JMH generate is not ours to write. */
  private static final String[] GENERATED = {
    "org.sgconv.bindings.common..",
    "org.sgconv.bindings.cpu..",
    "org.sgconv.bindings.cuda..",
    "org.sgconv.bindings.cudart..",
    "org.sgconv.bindings.cufft..",
    "org.sgconv.bindings.cublas..",
    "..jmh_generated.."
  };

  private static boolean isOf(JavaMethodCall call) {
    return METHODS
        .getOrDefault(call.getTargetOwner().getName(), Set.of())
        .contains(call.getTarget().getName());
  }

  private static boolean isGivenALocale(JavaMethodCall call) {
    List<JavaClass> parameters = call.getTarget().getRawParameterTypes();
    return !parameters.isEmpty() && parameters.getFirst().isEquivalentTo(Locale.class);
  }

  private static void check(JavaClasses classes) {
    noClasses()
        .that()
        .resideOutsideOfPackages(GENERATED)
        .should()
        .callMethodWhere(FOLLOWS_THE_LOCALE)
        .check(classes);
  }

  @Test
  void nothingFollowsTheDefaultLocale() {
    check(
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("org.sgconv"));
  }

  /** A rule that cannot fail would prove nothing. */
  @Test
  void theRuleCanFail() {
    JavaClasses own = new ClassFileImporter().importClasses(Localized.class);
    assertThatThrownBy(() -> check(own))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("formatted")
        .hasMessageContaining("printf")
        .hasMessageContaining("toLowerCase");
  }

  private static final class Localized {

    @SuppressWarnings({"StringCaseLocaleUsage", "UnusedMethod"})
    static void say(PrintStream out) {
      out.printf("%d", 1);
      out.print("%d".formatted(2).toLowerCase());
    }
  }
}
