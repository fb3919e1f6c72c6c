package org.sgconv.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The launcher in a small checkout, with stand-ins for Maven, the native build and the machine's
 * devices: what it builds and when, and that nothing is left that only looks complete.
 */
class LauncherTest {

  private static final String MAIN = "benchmarks/src/main/java/org/sgconv/benchmarks/cli/Main.java";

  private static final String PROGRAM =
      """
      package org.sgconv.benchmarks.cli;
      public class Main {
        public static void main(String[] args) {
          System.out.println("%s " + String.join(" ", args));
        }
      }
      """;

  /** Notes what it is asked for, then does what the test wants. */
  private static final String NATIVE_BUILD =
      """
      echo "native $*" >>"$FAKE/calls"
      if [ -f "$FAKE/native" ]; then . "$FAKE/native"; fi
      mkdir -p "$SGCONV_CLASSES" "$SGCONV_BENCH"
      """;

  private static final String MAVEN =
      """
      #!/bin/sh
      echo "maven $*" >>"$FAKE/calls"
      if [ -f "$FAKE/maven" ]; then . "$FAKE/maven"; fi
      for option; do case $option in -DoutputDirectory=*) mkdir -p "${option#*=}" ;; esac; done
      """;

  @TempDir Path folder;

  private Path checkout;
  private Path fake;
  private Path system;
  private Path tools;
  private final Map<String, String> environment = new HashMap<>();

  private record Outcome(int status, String out, String err) {}

  @BeforeEach
  void assemble() throws IOException {
    checkout = folder.resolve("check out"); // a blank, as people have them
    fake = Files.createDirectory(folder.resolve("fake"));
    system = Files.createDirectory(folder.resolve("system"));
    tools = Files.createDirectory(folder.resolve("tools"));
    for (String tool :
        List.of(
            "cat",
            "cksum",
            "find",
            "grep",
            "head",
            "ls",
            "mkdir",
            "readlink",
            "rm",
            "sed",
            "sh",
            "sleep",
            "touch",
            "uname")) {
      Path place = Files.exists(Path.of("/usr/bin", tool)) ? Path.of("/usr/bin") : Path.of("/bin");
      executable(tools.resolve(tool), "#!/bin/sh\nexec %s \"$@\"\n".formatted(place.resolve(tool)));
    }
    Path root = Path.of(System.getProperty("sgconv.root"));
    executable(checkout.resolve("sgconv"), Files.readString(root.resolve("sgconv")));
    try (Stream<Path> sources = Files.list(root.resolve("tools/launcher"))) {
      for (Path source : sources.toList()) {
        source("tools/launcher/" + source.getFileName(), Files.readString(source));
      }
    }
    source("pom.xml", "<artifactId>sgconv-parent</artifactId><version>1</version>");
    source("benchmarks/libraries/pom.xml", "");
    source("LICENSE", "");
    source("NOTICE", "");
    source("native/build.sh", NATIVE_BUILD);
    source(MAIN, PROGRAM.formatted("first"));
    executable(checkout.resolve("mvnw"), MAVEN);
  }

  /** Written an hour ago. */
  private void source(String name, String text) throws IOException {
    Path file = checkout.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    FileTime hourAgo = FileTime.from(Instant.now().minusSeconds(3600));
    for (Path path = file; !path.equals(checkout); path = path.getParent()) {
      Files.setLastModifiedTime(path, hourAgo);
    }
  }

  private static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void nvidiaSmi(String script) throws IOException {
    executable(tools.resolve("nvidia-smi"), "#!/bin/sh\n" + script);
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (System.getProperty("os.name").equals("Linux")) {
      // Of a Maven in the background they are ignored, and then by everything that it starts.
      command.addAll(List.of("env", "--default-signal=HUP,INT"));
    }
    command.add(checkout.resolve("sgconv").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile());
    builder.environment().keySet().removeIf(name -> name.matches("(SGCONV|CUDA|JAVA|MAVEN).*"));
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("FAKE", fake.toString());
    builder.environment().put("SGCONV_SYSTEM_ROOT", system.toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private Outcome launch(String... arguments) throws Exception {
    Files.deleteIfExists(fake.resolve("calls"));
    Process process = start(arguments);
    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    String out = Files.readString(folder.resolve("out"));
    String err = Files.readString(folder.resolve("err"));
    assertThat(ended).as(err).isTrue();
    return new Outcome(process.exitValue(), out, err);
  }

  /** What was asked of Maven and the native build by the last launch. */
  private String calls() throws IOException {
    Path calls = fake.resolve("calls");
    return Files.exists(calls) ? Files.readString(calls) : "";
  }

  private String cudaOptions() throws Exception {
    Outcome outcome = launch("run");
    assertThat(outcome.status()).as(outcome.err()).isZero();
    return calls();
  }

  @Test
  void withoutADeviceCudaIsLeftOut() throws Exception {
    Outcome outcome = launch("run", "a b");
    assertThat(outcome.status()).as(outcome.err()).isZero();
    assertThat(outcome.out()).isEqualTo("first run a b\n");
    assertThat(outcome.err())
        .contains("without CUDA: no NVIDIA device was found; SGCONV_CUDA=ON ./sgconv ... builds it")
        .containsPattern("\\[ +\\d+ s\\] step \\d of 4: compiling native code")
        .contains("of 4: fetching libraries with Maven", "of 4: compiling Java", "4 of 4: packing");
    assertThat(calls())
        .contains("-DSGCONV_CPU_BUILT_TIERS=native -DSGCONV_CUDA=OFF")
        .contains("-DSGCONV_CUDA_ABSENCE=no NVIDIA device was found; SGCONV_CUDA=ON");

    assertThat(launch("info")).isEqualTo(new Outcome(0, "first info\n", ""));
    assertThat(calls()).isEmpty();

    environment.put("SGCONV_CUDA", "on");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=ON ", "-USGCONV_CUDA_ARCHITECTURES");
    environment.put("SGCONV_CUDA", "perhaps");
    Outcome refused = launch("run");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("SGCONV_CUDA is 'perhaps'; expected AUTO, ON or OFF");
  }

  @Test
  void withADeviceItsArchitectureIsBuiltAndNoOther() throws Exception {
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=OFF");
    nvidiaSmi("echo 9.0\n"); // the driver was installed
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=AUTO").contains("ARCHITECTURES=90-real\n");
    environment.put("SGCONV_CUDA", "OFF");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=OFF");
  }

  @Test
  void devicesOfTwoKindsAreBuiltForOnceEach() throws Exception {
    nvidiaSmi("echo 9.0; echo 8.0; echo 9.0; echo 7.5\n");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA_ARCHITECTURES=80-real;90-real\n");
  }

  @Test
  void devicesThatAreOfNoUseLeaveCudaOut() throws Exception {
    nvidiaSmi("echo 7.5\n");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=OFF").contains("capability 7.5");
    Files.createDirectories(system.resolve("dev/dxg")); // WSL, with another maker's device
    nvidiaSmi("echo \"NVIDIA-SMI has failed: no driver\"; exit 9\n");
    assertThat(cudaOptions())
        .contains("-DSGCONV_CUDA=OFF")
        .contains("(nvidia-smi says: NVIDIA-SMI has failed: no driver)");
  }

  @Test
  void aContainerWithADeviceAndNoNvidiaSmiGetsEveryArchitecture() throws Exception {
    Files.createDirectories(system.resolve("dev/nvidia0"));
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=AUTO").contains("-USGCONV_CUDA_ARCHITECT");
  }

  @Test
  void aDeviceThatTheCompilerDoesNotKnowGetsCodeForLaterOnes() throws Exception {
    nvidiaSmi("echo 12.0\n");
    executable(tools.resolve("nvcc"), "#!/bin/sh\necho compute_80\necho compute_90\n");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=AUTO").contains("-USGCONV_CUDA_ARCHITECT");
  }

  @Test
  void aWholeBuildIsUsedWhileItIsNewerThanItsSources() throws Exception {
    launch("run");
    Path whole = checkout.resolve("benchmarks/target");
    Files.createDirectories(whole);
    Files.move(checkout.resolve("target/launcher/sgconv.jar"), whole.resolve("sgconv.jar"));
    Files.delete(checkout.resolve("target/launcher/built"));

    launch("run"); // a jar alone may come from a build that was interrupted
    assertThat(calls()).contains("native build");

    Files.writeString(whole.resolve("sgconv.built"), "");
    source(MAIN, PROGRAM.formatted("second"));
    assertThat(launch("run")).isEqualTo(new Outcome(0, "first run\n", ""));
    assertThat(calls()).isEmpty();

    FileTime now = FileTime.from(Instant.now().plusSeconds(5));
    Files.setLastModifiedTime(checkout.resolve(MAIN), now);
    assertThat(launch("run").out()).isEqualTo("second run\n");
    assertThat(whole).isDirectoryContaining(file -> file.endsWith("sgconv.built"));
  }

  @Test
  void whatChangedIsBuiltAgain() throws Exception {
    launch("run");
    Path main = checkout.resolve(MAIN);
    Files.writeString(main, PROGRAM.formatted("second"));
    Files.setLastModifiedTime(main, FileTime.from(Instant.now().plusSeconds(1)));
    assertThat(launch("run").out()).isEqualTo("second run\n");
    assertThat(calls()).contains("native").doesNotContain("maven");
  }

  @Test
  void aRemovedSourceIsBuiltAgain() throws Exception {
    String name = "java/src/main/java/org/sgconv/Old.java";
    source(name, "package org.sgconv; class Old {}");
    launch("run");
    Files.delete(checkout.resolve(name));
    launch("run");
    assertThat(calls()).contains("native");
    assertThat(checkout.resolve("target/launcher/classes/org/sgconv/Old.class")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
  void anInterruptedBuildEndsWithEverythingItStartedAndIsMadeAgain(String signal, int status)
      throws Exception {
    interrupt("native", signal, status, "run");
    assertThat(checkout.resolve("target/launcher/built")).doesNotExist();
    assertThat(folder.resolve("out")).isEmptyFile();

    assertThat(launch("run").out()).isEqualTo("first run\n");
    assertThat(calls()).contains("native build");
  }

  @ParameterizedTest
  @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
  void anInterruptedDownloadOfPeersEndsToo(String signal, int status) throws Exception {
    launch("info");
    interrupt("maven", signal, status, "bench");
    assertThat(checkout.resolve("benchmarks/target/peers/complete")).doesNotExist();
    assertThat(folder.resolve("out")).isEmptyFile();
  }

  /** Sends the signal to the launcher when it has started what then sleeps. */
  private void interrupt(String step, String signal, int status, String command) throws Exception {
    Files.writeString(fake.resolve(step), "echo $$ >\"$FAKE/pid\"\nexec sleep 300\n");
    Process process = start(command);
    Path pid = fake.resolve("pid");
    for (int i = 0; i < 600 && (Files.notExists(pid) || Files.size(pid) == 0); i++) {
      Thread.sleep(100);
    }
    long sleeper = Long.parseLong(Files.readString(pid).strip());
    new ProcessBuilder("kill", "-s", signal, String.valueOf(process.pid())).start().waitFor();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(status);
    assertThat(ProcessHandle.of(sleeper).map(ProcessHandle::isAlive).orElse(false)).isFalse();
    Files.delete(fake.resolve(step));
  }

  @Test
  void aKilledBuildStartsFromNothing() throws Exception {
    launch("run");
    Path tree = Files.createDirectories(checkout.resolve("native/target/cmake-launcher"));
    Path half = Files.writeString(tree.resolve("half.o"), "");
    Files.writeString(checkout.resolve("target/launcher/unfinished"), "");
    Files.delete(checkout.resolve("target/launcher/built"));
    assertThat(launch("run").status()).isZero();
    assertThat(half).doesNotExist();
    assertThat(calls()).contains("maven", "native");
  }

  @Test
  void aFailureShowsItsCauseAndIsNotTakenForABuild() throws Exception {
    Files.writeString(
        fake.resolve("native"), "echo '[1/18] c.o'; echo 'a.cpp:3: error: no T'; exit 1\n");
    Outcome outcome = launch("run");
    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .contains(
            "sgconv: compiling native code failed with exit status 1:", "a.cpp:3: error: no T")
        .doesNotContain("c.o", "Exception");
    Files.delete(fake.resolve("native"));
    assertThat(launch("run").out()).isEqualTo("first run\n");
  }
}
