package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher in a small checkout, with stand-ins for Maven, the native build and the machine's
 * devices: what it builds and when, and that nothing is left that only looks complete.
 */
class LauncherTest {

  private static final String MAIN = "java/cli/src/main/java/org/sgconv/cli/Main.java";

  private static final String PROGRAM =
      """
      package org.sgconv.cli;
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
      rm -rf "$SGCONV_CLASSES"
      mkdir -p "$SGCONV_CLASSES" "$SGCONV_BENCH"
      case $* in
        *-DSGCONV_CUDA=OFF*) ;;
        *) if command -v nvcc >/dev/null; then : >"$SGCONV_CLASSES/libsgconv_cuda.so"; fi ;;
      esac
      """;

  private static final String MAVEN =
      """
      #!/bin/sh
      echo "maven $*" >>"$FAKE/calls"
      if [ -f "$FAKE/maven" ]; then . "$FAKE/maven"; fi
      for option; do case $option in -DoutputDirectory=*) mkdir -p "${option#*=}" ;; esac; done
      """;

  /** Of a variable that is not to be there. */
  private static final String ABSENT = "(absent)";

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
            "cut",
            "find",
            "getent",
            "grep",
            "head",
            "id",
            "ls",
            "mkdir",
            "readlink",
            "rm",
            "sed",
            "sh",
            "sleep",
            "sort",
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
    builder.environment().values().removeIf(ABSENT::equals);
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
    nvidiaSmi("echo 9.0\n"); // the driver was installed, and made the file of the device
    Files.createDirectories(system.resolve("dev/nvidia0"));
    executable(tools.resolve("nvcc"), "#!/bin/sh\necho compute_90\n");
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
    String name = "java/core/src/main/java/org/sgconv/Old.java";
    source(name, "package org.sgconv; class Old {}");
    launch("run");
    Path compiled = checkout.resolve("target/launcher/work/classes/org/sgconv/Old.class");
    assertThat(compiled).exists();
    Files.delete(checkout.resolve(name));
    launch("run");
    assertThat(calls()).contains("native");
    assertThat(compiled).doesNotExist();
  }

  /** After a power cut, or an editor. */
  @ParameterizedTest
  @ValueSource(strings = {"sources x\n\n", "\0\0\0", "sources \u00e9\u00ff\n", " \n \n"})
  void whateverIsInTheRecordOfABuildItIsBuilt(String record) throws Exception {
    Path built = checkout.resolve("target/launcher/built");
    Files.createDirectories(built.getParent());
    Files.writeString(built, record, StandardCharsets.ISO_8859_1);
    assertThat(launch("run").out()).isEqualTo("first run\n");
  }

  @Test
  void aSourceIsNewByWhatItSaysAndNotByItsTime() throws Exception {
    launch("run");
    Path main = checkout.resolve(MAIN);
    Files.setLastModifiedTime(main, FileTime.from(Instant.now().plusSeconds(86_400)));
    assertThat(launch("run")).isEqualTo(new Outcome(0, "first run\n", ""));
    assertThat(calls()).isEmpty();
    source(MAIN, PROGRAM.formatted("other")); // of an hour ago: the clock was set back
    assertThat(launch("run").out()).isEqualTo("other run\n");
  }

  @Test
  void objectsOfTheFutureAreNotTakenForNewOnes() throws Exception {
    launch("run");
    Path tree = Files.createDirectories(checkout.resolve("native/target/cmake-launcher"));
    Path object = Files.writeString(tree.resolve("tier.o"), "");
    source(MAIN, PROGRAM.formatted("second"));
    launch("run");
    assertThat(object).exists();
    Files.setLastModifiedTime(object, FileTime.from(Instant.now().plusSeconds(3600)));
    source(MAIN, PROGRAM.formatted("third"));
    assertThat(launch("run").out()).isEqualTo("third run\n");
    assertThat(object).doesNotExist();
  }

  @Test
  void aPathOrSettingThatIsGoneCostsNoBuild() throws Exception {
    executable(tools.resolve("nvcc"), "#!/bin/sh\necho compute_90\n");
    nvidiaSmi("echo \"NVIDIA-SMI has failed\"; exit 9\n");
    environment.putAll(Map.of("SGCONV_CUDA", "ON", "SGCONV_CPU_TIER", "avx2", "CUDACXX", "nvcc"));
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=ON");
    Files.createDirectories(system.resolve("usr"));
    Files.createSymbolicLink(system.resolve("usr/bin"), tools);
    environment.clear();
    for (String name : List.of("PATH", "HOME", "LANG", "TMPDIR", "LC_ALL", "USER", "SHELL")) {
      environment.put(name, ABSENT);
    }
    assertThat(launch("run")).isEqualTo(new Outcome(0, "first run\n", ""));
    Files.delete(tools.resolve("nvcc"));
    Files.delete(tools.resolve("nvidia-smi"));
    assertThat(launch("run")).isEqualTo(new Outcome(0, "first run\n", ""));
    assertThat(calls()).isEmpty();
    environment.put("SGCONV_CUDA", "OFF");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=OFF");
  }

  @Test
  void aBuildThatLacksCudaIsMadeAgainWhenItsCompilerComes() throws Exception {
    Files.createDirectories(system.resolve("dev/nvidia0"));
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=AUTO");
    assertThat(cudaOptions()).isEmpty();
    executable(tools.resolve("nvcc"), "#!/bin/sh\n");
    Path tree = Files.createDirectories(checkout.resolve("native/target/cmake-launcher"));
    Path cache = tree.resolve("CMakeCache.txt");
    Files.writeString(cache, "//\nCMAKE_CUDA_COMPILER:FILEPATH=NOTFOUND\n\n");
    assertThat(cudaOptions()).contains("-DSGCONV_CUDA=AUTO").contains("-UCMAKE_CUDA_COMPILER\n");
    Files.delete(tools.resolve("nvcc")); // off the PATH
    assertThat(cudaOptions()).isEmpty();
    Files.delete(system.resolve("dev/nvidia0")); // a container that was not given the device
    assertThat(cudaOptions()).isEmpty();
  }

  @Test
  void whatABuildNeedsAndTheEnvironmentLacksIsFound() throws Exception {
    Files.createDirectories(system.resolve("usr"));
    Files.createSymbolicLink(system.resolve("usr/bin"), tools);
    String note = "echo \"$PATH $HOME ${TMPDIR:-none}\" >>\"$FAKE/calls\"\n";
    Files.writeString(fake.resolve("maven"), note);
    Files.writeString(fake.resolve("native"), "sh -c '" + note + "'\n");
    environment.putAll(Map.of("PATH", ABSENT, "HOME", ABSENT, "TMPDIR", "/nonexistent"));
    assertThat(launch("run").out()).isEqualTo("first run\n");
    String home = System.getProperty("user.home");
    assertThat(calls().lines().filter(line -> line.endsWith("/bin " + home + " none"))).hasSize(2);
  }

  @Test
  void aWholeBuildIsKeptAndUsedWhereNoOtherCanBeMade() throws Exception {
    launch("run");
    Path built = checkout.resolve("target/launcher/built");
    String text = Files.readString(built);
    Path processor = Files.createDirectories(system.resolve("proc")).resolve("cpuinfo");
    Files.writeString(processor, "flags: avx512f\n"); // the disk is in another computer
    Files.writeString(fake.resolve("native"), "echo 'error: no compiler'; exit 1\n");
    Outcome kept = launch("run");
    assertThat(kept.status()).as(kept.err()).isZero();
    assertThat(kept.out()).isEqualTo("first run\n");
    assertThat(kept.err())
        .contains("error: no compiler")
        .contains("sgconv: warning: the build of before is used, which was made for another");
    assertThat(built).hasContent(text);

    environment.put("SGCONV_CUDA", "ON");
    Outcome withoutCuda = launch("run");
    assertThat(withoutCuda.status()).isEqualTo(2);
    assertThat(withoutCuda.err())
        .contains("is not used: it was made without CUDA, and SGCONV_CUDA is ON");
    environment.clear();

    source(MAIN, PROGRAM.formatted("second"));
    Outcome old = launch("run");
    assertThat(old.status()).isEqualTo(2);
    assertThat(old.out()).isEmpty();
    assertThat(old.err()).contains("the build of before is not used: its sources have changed");

    source(MAIN, PROGRAM.formatted("first"));
    Files.delete(processor);
    assertThat(launch("run")).isEqualTo(new Outcome(0, "first run\n", ""));
    assertThat(calls()).isEmpty();
  }

  @Test
  void aCheckoutThatCannotBeWrittenRunsWhatItHas() throws Exception {
    launch("run");
    Files.delete(checkout.resolve("target/launcher.lock"));
    Path lock =
        Files.createDirectory(checkout.resolve("target/launcher.lock")); // as root writes anywhere
    assertThat(launch("run")).isEqualTo(new Outcome(0, "first run\n", ""));
    Files.createDirectories(system.resolve("dev/nvidia0"));
    Outcome warned = launch("run");
    assertThat(warned.out()).isEqualTo("first run\n");
    assertThat(warned.err())
        .startsWith("sgconv: cannot build: " + lock + ": ")
        .contains("sgconv: warning: the build of before is used")
        .doesNotContain("Exception");
    source(MAIN, PROGRAM.formatted("second"));
    assertThat(launch("run").status()).isEqualTo(2);
  }

  @Test
  void librariesOfABuildStayUntilAnotherIsWhole() throws Exception {
    String zeros = "\\0".repeat(18);
    String maven =
        "for option; do case $option in -DoutputDirectory=*) mkdir -p \"${option#*=}\"; "
            + "printf 'PK\\005\\006"
            + zeros
            + "' >\"${option#*=}/a.jar\" ;; esac; done\n";
    Files.writeString(fake.resolve("maven"), maven);
    assertThat(launch("run").err()).doesNotContain("failed");
    Path own = library();
    source("benchmarks/libraries/pom.xml", "<changed/>");
    Files.writeString(fake.resolve("native"), "exit 1\n");
    assertThat(launch("run").status()).isEqualTo(2);
    assertThat(own).exists();
    source("benchmarks/libraries/pom.xml", "");
    assertThat(launch("run")).isEqualTo(new Outcome(0, "first run\n", ""));
  }

  private Path library() throws IOException {
    try (Stream<Path> all = Files.walk(checkout.resolve("target/launcher"), 2)) {
      return all.filter(file -> file.endsWith("a.jar")).findFirst().orElseThrow();
    }
  }

  @Test
  void ofTwoAtOnceOneBuilds() throws Exception {
    Files.writeString(fake.resolve("native"), "sleep 2\n");
    Process first = start("run");
    Path calls = fake.resolve("calls");
    for (int i = 0; i < 600 && (Files.notExists(calls) || !calls().contains("native")); i++) {
      Thread.sleep(100);
    }
    Process second = start("other", "run");
    assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(first.exitValue() + second.exitValue()).isZero();
    assertThat(folder.resolve("out")).hasContent("first other run");
    assertThat(calls().lines().filter(line -> line.startsWith("native"))).hasSize(1);
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
  void aKilledBuildStartsFromNothingAndKeepsTheOneOfBefore() throws Exception {
    launch("run");
    Path tree = Files.createDirectories(checkout.resolve("native/target/cmake-launcher"));
    Path half = Files.writeString(tree.resolve("half.o"), "");
    Path classes = checkout.resolve("target/launcher/work/classes/Half.class");
    Files.writeString(classes, "");
    Files.writeString(checkout.resolve("target/launcher/unfinished"), "");
    assertThat(launch("run")).isEqualTo(new Outcome(0, "first run\n", ""));

    source(MAIN, PROGRAM.formatted("second"));
    assertThat(launch("run").out()).isEqualTo("second run\n");
    assertThat(half).doesNotExist();
    assertThat(classes).doesNotExist();
    assertThat(calls()).contains("native");
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
