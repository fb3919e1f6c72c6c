package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backend;
import org.sgconv.bindings.load.NativeLibraries;
import org.sgconv.contract.OnEmulatedDevice;

/** Machines whose devices are not all of use, each in a process of its own. */
@OnEmulatedDevice
@Timeout(120)
class EmulatedDiscoveryTest {

  private static final String BUSY = "46"; // cudaErrorDevicesUnavailable

  @TempDir Path folder;

  @Test
  void whereEveryDeviceIsTooOldAnotherBackendIsTaken() throws Exception {
    List<String> lines = probe(Map.of("SGCONV_EMULATED_CAPABILITY", "75"));
    assertThat(lines)
        .contains("CONTEXTS 0", "BEST reference")
        .noneMatch(line -> line.startsWith("WARNING taking a slower backend"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("UNAVAILABLE no CUDA device: none can be used: CUDA device 0")
                    .contains("compute capability 7.5", "compiled for"));
  }

  /** A device that waits for a library is worth a warning; see also {@link FailuresTest}. */
  @ParameterizedTest
  @ValueSource(strings = {"libcufft.so.12", "libsgconv_cuda.so"})
  void whatIsMissingBesideADeviceIsAWarning(String missing) throws Exception {
    Path libraries = librariesWithout(missing);
    List<String> lines =
        probe(Map.of(), "-Dsgconv.library.path=" + libraries, "-Dsgconv.cuda.toolkit=");
    assertThat(lines)
        .contains("BEST reference")
        .anyMatch(line -> line.startsWith("UNAVAILABLE backend 'cuda' failed: there is a CUDA"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("WARNING taking a slower backend: ")
                    .contains("there is a CUDA device, and cannot load " + missing));
  }

  /** cuBLAS is looked for by the first linear map, and missed by nothing else. */
  @ParameterizedTest
  @ValueSource(strings = {"libcublas.so.13", "libcublasLt.so.13"})
  void withoutProductsOnlyLinearMapsFail(String missing) throws Exception {
    List<String> lines =
        probe(
            Map.of(),
            "-Dsgconv.library.path=" + librariesWithout(missing),
            "-Dsgconv.cuda.toolkit=");
    assertThat(lines)
        .contains("FOUND", "BEST cuda", "DEFAULT device 0, 4", "USED 0 device 0, 4")
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("MAPPED BackendFailureException: ")
                    .contains(
                        "linear maps need cuBLAS: cannot load " + missing,
                        "add org.bytedeco:cuda-redist"));
    assertThat(probe(Map.of())).contains("MAPPED to 31.0");
  }

  private Path librariesWithout(String missing) throws IOException {
    Path libraries = Files.createDirectory(folder.resolve("libraries"));
    for (String entry : System.getProperty("sgconv.library.path").split(File.pathSeparator, -1)) {
      try (Stream<Path> files = Files.list(Path.of(entry))) {
        for (Path file : files.filter(each -> each.toString().contains(".so")).toList()) {
          if (!file.endsWith(missing)) {
            Files.copy(file, libraries.resolve(file.getFileName()));
          }
        }
      }
    }
    return libraries;
  }

  @Test
  void aDeviceWhoseDriverIsWrongIsAWarning() throws Exception {
    List<String> lines = probe(Map.of("SGCONV_EMULATED_POOLS", "0"));
    assertThat(lines)
        .contains("BEST reference")
        .anyMatch(line -> line.matches("WARNING taking a slower backend: .* memory pools .*"));
  }

  @Test
  void devicesThatAreTooOldAreLeftOut() throws Exception {
    assertThat(probe(devices(3, Map.of("SGCONV_EMULATED_CAPABILITY", "90,75,80"))))
        .contains("FOUND", "BEST cuda", "INFO 2")
        .containsSubsequence("DEVICE 0", "DEVICE 2")
        .doesNotContain("DEVICE 1")
        .anyMatch(line -> line.matches("LEFT OUT CUDA device 1: compute capability 7\\.5.*"))
        .contains("USED 0 device 0, 4", "USED 2 device 2, 4");
    assertThat(probe(devices(2, Map.of("SGCONV_EMULATED_CAPABILITY", "75,90"))))
        .contains("BEST cuda", "DEFAULT device 1, 4");
  }

  @Test
  void whatElseRulesADeviceOutIsSaid() throws Exception {
    assertThat(probe(devices(2, Map.of("SGCONV_EMULATED_POOLS", "0,1"))))
        .contains("DEFAULT device 1, 4")
        .anyMatch(line -> line.matches("LEFT OUT CUDA device 0: .* memory pools .*"));
    assertThat(probe(devices(2, Map.of("SGCONV_EMULATED_COMPUTE_MODE", "2,0"))))
        .contains("DEFAULT device 1, 4")
        .anyMatch(line -> line.matches("LEFT OUT CUDA device 0: .* compute mode is prohibited.*"));
  }

  @Test
  void devicesGetAContextWhenTheyAreUsed() throws Exception {
    assertThat(probe(devices(4, Map.of())))
        .containsSubsequence(
            "BEST cuda",
            "INFO 4",
            "CONTEXTS BEFORE 0",
            "DEFAULT device 0, 4",
            "CONTEXTS AFTER 1",
            "USED 3 device 3, 4",
            "CONTEXTS 4");
  }

  /** That a device is taken shows only when it is used, and passes. */
  @Test
  void aDeviceThatIsTakenHidesNoOther() throws Exception {
    List<String> lines = probe(devices(3, Map.of("SGCONV_EMULATED_UNUSABLE", BUSY + ",0,0")));
    assertThat(lines)
        .contains("DEVICE 0", "DEVICE 1", "DEVICE 2", "CONTEXTS BEFORE 0", "DEFAULT device 1, 4")
        .contains("CONTEXTS AFTER 1", "USED 1 device 1, 4", "USED 2 device 2, 4")
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("USED 0 BackendFailureException:")
                    .contains("cudaErrorDevicesUnavailable", "CUDA_VISIBLE_DEVICES"))
        .anySatisfy(
            line -> assertThat(line).contains("WARNING", "CUDA device 1", "an earlier device"));
  }

  @Test
  void whereEveryDeviceIsTakenThatIsSaid() throws Exception {
    assertThat(probe(devices(2, Map.of("SGCONV_EMULATED_UNUSABLE", BUSY))))
        .contains("CONTEXTS 0")
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("DEFAULT BackendFailureException:")
                    .contains("cuda:0", "-Dsgconv.backend=cpu"));
  }

  /** It is said when there is a device to use; another backend is not taken instead. */
  @Test
  void aWrongSettingIsNoReasonToTakeAnotherBackend() throws Exception {
    assertThat(probe(devices(2, Map.of()), "-Dsgconv.cuda.memory=abc"))
        .contains("FOUND", "BEST cuda", "CONTEXTS AFTER 1")
        .anyMatch(
            line -> line.matches("DEFAULT InvalidSettingException: -Dsgconv.cuda.memory=abc: .*"));
  }

  private static Map<String, String> devices(int count, Map<String, String> others) {
    Map<String, String> environment = new HashMap<>(others);
    environment.put("SGCONV_EMULATED_DEVICES", String.valueOf(count));
    return environment;
  }

  private List<String> probe(Map<String, String> environment, String... options) throws Exception {
    List<String> classPath = new ArrayList<>();
    for (Class<?> type : List.of(Backend.class, NativeLibraries.class, DiscoveryProbe.class)) {
      classPath.add(
          Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "--enable-native-access=ALL-UNNAMED",
            "-Dsgconv.library.path=" + System.getProperty("sgconv.library.path"),
            "-Dsgconv.cache.dir=" + folder.resolve("cache"),
            "-Djava.util.logging.SimpleFormatter.format=%4$s %5$s%n"));
    command.addAll(List.of(options));
    command.addAll(
        List.of("-cp", String.join(File.pathSeparator, classPath), DiscoveryProbe.class.getName()));
    Path log = Files.createTempFile(folder, "child", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(name -> name.matches("(JAVA_|SGCONV_).*"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    List<String> lines = Files.readAllLines(log);
    assertThat(ended).as("ends within a minute: %s", lines).isTrue();
    assertThat(process.exitValue()).as("exit status: %s", lines).isZero();
    return lines;
  }
}
