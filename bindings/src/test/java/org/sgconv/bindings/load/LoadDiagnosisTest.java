package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What dynamic linkers say on systems that a test cannot be. */
class LoadDiagnosisTest {

  private static final Path FILE = Path.of("/cache/libsgconv_cpu.so");
  private static final ElfImage IMAGE =
      new ElfImage("x86_64", List.of("libfirst.so.1", "libc.so.6", "libsecond.so.2"));

  @Test
  void explainsAnOldGlibc() {
    LoadAttemptException reason =
        explain(
            "/cache/libsgconv_cpu.so: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not"
                + " found (required by /cache/libsgconv_cpu.so)");
    assertThat(reason)
        .hasMessage("/cache/libsgconv_cpu.so needs glibc 2.38 or newer than this system has");
    assertThat(reason.remedy()).contains("build sgconv-native on this one");
  }

  @Test
  void explainsAnOldCppLibrary() {
    assertThat(
            explain(
                "/cache/libsgconv_cpu.so: /lib/libstdc++.so.6: version `GLIBCXX_3.4.31' not found"))
        .hasMessageContaining("needs libstdc++ (GLIBCXX) 3.4.31 or newer");
  }

  @Test
  void namesEveryMissingDependencyAndNotThoseThatAreThere() {
    assertThat(
            explain(
                "/cache/libsgconv_cpu.so: libfirst.so.1: cannot open shared object file: No such"
                    + " file or directory"))
        .hasMessage(
            "/cache/libsgconv_cpu.so needs libfirst.so.1 and libsecond.so.2, which the dynamic"
                + " linker cannot find");
  }

  @Test
  void understandsMusl() {
    assertThat(
            explain(
                "Error loading shared library libfirst.so.1: No such file or directory (needed by"
                    + " /cache/libsgconv_cpu.so)"))
        .hasMessageContaining("needs libfirst.so.1 and libsecond.so.2");
  }

  @Test
  void namesAMissingDependencyOfADependency() {
    assertThat(
            explain(
                "/cache/libsgconv_cpu.so: libdeep.so.3: cannot open shared object file: No such"
                    + " file or directory",
                new ElfImage("x86_64", List.of("libc.so.6"))))
        .hasMessageContaining("needs libdeep.so.3, which");
  }

  @Test
  void explainsANoexecFileSystem() {
    MountTable table = MountTable.parse(List.of("1 0 0:1 / /cache rw,noexec - tmpfs tmpfs rw"));
    LoadAttemptException reason =
        new LoadDiagnosis(new Platform("linux", "x86_64"), table, "go elsewhere")
            .explain(
                FILE,
                IMAGE,
                new UnsatisfiedLinkError(
                    FILE + ": failed to map segment from shared object: Operation not permitted"));
    assertThat(reason)
        .hasMessage(
            "/cache/libsgconv_cpu.so lies on a file system that forbids execution (noexec)"
                + " (mounted at /cache)");
    assertThat(reason.remedy()).isEqualTo("go elsewhere");
  }

  @Test
  void explainsNoexecWithoutAMountTable() {
    assertThat(explain(FILE + ": failed to map segment from shared object"))
        .hasMessageContaining("(noexec)");
  }

  @Test
  void knowsWhatMayPass() {
    assertThat(
            explain(FILE + ": failed to map segment from shared object: Cannot allocate memory")
                .failure())
        .isEqualTo(LoadFailure.PASSING);
    assertThat(explain(FILE + ": cannot open shared object file: Too many open files").failure())
        .isEqualTo(LoadFailure.PASSING);
    assertThat(explain(FILE + ": undefined symbol: foo").failure()).isEqualTo(LoadFailure.UNUSABLE);
  }

  @Test
  void passesOnWhatItDoesNotKnowWithoutRepeatingThePath() {
    assertThat(explain(FILE + ": " + FILE + ": undefined symbol: foo"))
        .hasMessage(FILE + " was refused by the dynamic linker: undefined symbol: foo");
  }

  @Test
  void keepsTheLinkersErrorAsCause() {
    assertThat(explain("anything")).hasCauseInstanceOf(UnsatisfiedLinkError.class);
  }

  private static LoadAttemptException explain(String message) {
    return explain(message, IMAGE);
  }

  private static LoadAttemptException explain(String message, ElfImage image) {
    return new LoadDiagnosis(
            new Platform("linux", "x86_64"), new MountTable(List.of()), "go elsewhere")
        .explain(FILE, image, new UnsatisfiedLinkError(message));
  }
}
