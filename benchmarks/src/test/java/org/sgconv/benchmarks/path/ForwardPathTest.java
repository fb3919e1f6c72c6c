package org.sgconv.benchmarks.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A forward call goes through few of our Java files and takes one lock. Files are those whose code
 * runs, generated bindings included; the virtual machine's own classes for lambdas are none.
 */
@DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
class ForwardPathTest {

  @ParameterizedTest
  @CsvSource({"into, 18", "allocating, 31"})
  void onTheCpu(String variant, int most) throws Exception {
    assertShort(trace("cpu", variant, ""), most, variant);
  }

  @Tag("cuda")
  @ParameterizedTest
  @CsvSource({"into, 20", "allocating, 37"})
  void onCuda(String variant, int most) throws Exception {
    String libraries = "-Dsgconv.library.path=" + System.getProperty("sgconv.library.path");
    assertShort(trace("cuda", variant, libraries), most, variant);
  }

  /** So that a path of no files, or locks that nobody sees, would not pass. */
  @Test
  void aTraceSeesFilesAndLocks() throws Exception {
    CallTrace trace = trace("cpu", "into", "");
    assertThat(trace.files())
        .contains("org/sgconv/conv/LongConvolution.java", "org/sgconv/bindings/CpuPlan.java");
    assertThat(trace.locks()).isNotEmpty();
  }

  private static void assertShort(CallTrace trace, int most, String variant) {
    assertThat(trace.files()).as("files").hasSizeLessThanOrEqualTo(most);
    if (variant.equals("into")) {
      assertThat(trace.locks()).as("locks").hasSize(1);
    }
  }

  private static CallTrace trace(String backend, String variant, String option) throws Exception {
    String classPath = System.getProperty("surefire.test.class.path", "");
    String path = classPath.isEmpty() ? System.getProperty("java.class.path") : classPath;
    CallTrace trace =
        CallTrace.of(
            OneForward.class,
            "--enable-native-access=ALL-UNNAMED " + option + " -cp " + quoted(path),
            backend + " " + variant);
    System.out.printf(
        Locale.ROOT,
        "%s %s: %d files %s, locks %s%n",
        backend,
        variant,
        trace.files().size(),
        trace.files().stream().map(file -> Path.of(file).getFileName().toString()).toList(),
        trace.locks());
    return trace;
  }

  private static String quoted(String path) {
    return '"' + path + '"';
  }
}
