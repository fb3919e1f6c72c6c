package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.Backend;
import org.sgconv.bindings.load.NativeLibraries;

/**
 * Machines with CUDA 12, 13 or both, each in a process of its own, with stand-ins for the
 * libraries: the one that our library of CUDA kernels was linked to is loaded, and no other.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class ToolkitChoiceTest {

  private static final String RESOURCE = "org/sgconv/native/linux-x86_64/libsgconv_cuda.so";

  private Path folder;

  @BeforeAll
  void compile(@TempDir Path made) throws Exception {
    folder = made;
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "SKIPPED: the libraries are for Linux on x86-64");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/cc")), "SKIPPED: no C compiler here");
    Path both = Files.createDirectories(made.resolve("both"));
    for (int version : new int[] {12, 13}) {
      Path own = Files.createDirectories(made.resolve("cuda-" + version));
      Path runtime = own.resolve("libcudart.so." + version);
      Path transforms = own.resolve("libcufft.so." + (version - 1));
      library(runtime, "int cudaRuntimeGetVersion(int *v) { *v = %d; return 0; }", version);
      library(transforms, "int cufftGetVersion(int *v) { *v = %d; return 0; }", version - 1);
      for (Path each : List.of(runtime, transforms)) {
        Files.copy(each, both.resolve(each.getFileName()));
      }
      Path kernels = Files.createDirectories(made.resolve("ours-" + version));
      library(
          kernels.resolve("libsgconv_cuda.so"),
          "int cudaRuntimeGetVersion(int *); int f(int *v) { return cudaRuntimeGetVersion(v); }",
          version,
          runtime.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({"12, 11", "13, 12"})
  void theRightOneOfTwoIsLoaded(int runtime, int transforms) throws Exception {
    Path both = folder.resolve("both");
    String path = "-Dsgconv.library.path=" + folder.resolve("ours-" + runtime);
    assertThat(probe(both, path, null))
        .contains("LOADED CUDA ")
        .contains("LOADED CUDART " + both.resolve("libcudart.so." + runtime))
        .contains(": status 0, version " + runtime)
        .contains("LOADED CUFFT " + both.resolve("libcufft.so." + transforms))
        .doesNotContain("MAPPED " + both.resolve("libcudart.so." + (25 - runtime)))
        .doesNotContain("MAPPED " + both.resolve("libcufft.so." + (23 - transforms)));
  }

  /** Our library is a resource in a jar as a rule. */
  @ParameterizedTest
  @CsvSource({"12, 11", "13, 12"})
  void theLibraryInAJarIsAskedToo(int runtime, int transforms) throws Exception {
    Path both = folder.resolve("both");
    Path jar = folder.resolve("natives-" + runtime + ".jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      entries.putNextEntry(new JarEntry(RESOURCE));
      Files.copy(folder.resolve("ours-" + runtime + "/libsgconv_cuda.so"), entries);
    }
    assertThat(probe(both, "-Dno.library.path", jar))
        .contains("LOADED CUDA ")
        .contains("LOADED CUDART " + both.resolve("libcudart.so." + runtime))
        .contains("LOADED CUFFT " + both.resolve("libcufft.so." + transforms));
  }

  @ParameterizedTest
  @CsvSource({"12, 13", "13, 12"})
  void whereOnlyAnotherIsBothAreNamed(int needed, int there) throws Exception {
    Path toolkit = folder.resolve("cuda-" + there);
    Path ours = folder.resolve("ours-" + needed);
    String output = probe(toolkit, "-Dsgconv.library.path=" + ours, null);
    assertThat(output.lines())
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("FAILED CUDART cannot load ")
                    .contains(
                        toolkit.resolve("libcudart.so." + there)
                            + " is of another version of CUDA: "
                            + ours.resolve("libsgconv_cuda.so")
                            + " needs libcudart.so."
                            + needed)
                    .contains("install the CUDA libraries of that version"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("FAILED CUFFT ")
                    .contains("libcufft.so." + (there - 1) + " is of another version of CUDA")
                    .contains("goes with libcufft.so." + (needed - 1)));
    assertThat(output).doesNotContain("MAPPED " + toolkit);
  }

  /** Without a library of ours the runtime can still say that there is no device. */
  @Test
  void withoutOurLibraryTheNewestIsTaken() throws Exception {
    Path both = folder.resolve("both");
    assertThat(probe(both, "-Dno.library.path", null))
        .contains("LOADED CUDART " + both.resolve("libcudart.so.13"))
        .contains("FAILED CUDA ");
  }

  private String probe(Path toolkit, String option, Path natives) throws Exception {
    List<String> classPath = new ArrayList<>();
    for (Class<?> type : List.of(Backend.class, NativeLibraries.class, RedistProbe.class)) {
      classPath.add(
          Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    if (natives != null) {
      classPath.add(natives.toString());
    }
    return run(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-Xmx128m",
        "--enable-native-access=ALL-UNNAMED",
        "-Dsgconv.cuda.toolkit=" + toolkit,
        "-Dsgconv.cache.dir=" + folder.resolve("cache"),
        option,
        "-cp",
        String.join(File.pathSeparator, classPath),
        RedistProbe.class.getName());
  }

  private static void library(Path file, String source, int version, String... options)
      throws Exception {
    Path text =
        Files.writeString(
            file.resolveSibling(file.getFileName() + ".c"), source.formatted(version));
    List<String> command =
        new ArrayList<>(
            List.of(
                "/usr/bin/cc",
                "-shared",
                "-fPIC",
                "-Wl,-soname," + file.getFileName(),
                "-o",
                file.toString(),
                text.toString()));
    command.addAll(List.of(options));
    run(command.toArray(String[]::new));
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Path log = Files.createTempFile("sgconv-toolkit", ".log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().keySet().removeIf(name -> name.matches("(CUDA_|JAVA_|LD_|SGCONV_).*"));
      Process process = builder.start();
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      process.destroyForcibly();
      String output = Files.readString(log);
      assertThat(ended).as("ends within a minute: %s", output).isTrue();
      assertThat(process.exitValue()).as("%s: %s", List.of(command), output).isZero();
      return output;
    } finally {
      Files.delete(log);
    }
  }
}
