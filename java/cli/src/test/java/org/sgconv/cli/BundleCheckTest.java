package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * check.sh of the GPU bundle, with a stand-in for Java that ends as it is told to: what stops it,
 * what does not, and what it leaves. The bundle itself needs nvcc and minutes to build.
 */
class BundleCheckTest {

  /** What each call prints and how it ends is in a file of the stage's name. */
  private static final String JAVA =
      """
      #!/bin/sh
      case "$*" in
        *-version*) exit 0 ;;
        *"info --json"*) echo '{"version": "1"}'; exit 0 ;;
        *"info --require"*) stage=info ;;
        *ConsoleLauncher*) stage=tests ;;
        *"verify --backend cuda"*) stage=verify ;;
        *"bench --gpu"*"/quick"*) stage=quick ;;
        *"bench --gpu"*) stage=throughput ;;
        *) echo "unexpected: $*" >&2; exit 99 ;;
      esac
      echo "$*" >>"$FAKE/calls"
      if [ -f "$FAKE/$stage" ]; then . "$FAKE/$stage"; fi
      """;

  private static final String PASSING_TESTS =
      "echo '[         7 tests found           ]'; echo '[         7 tests successful      ]'\n";

  @TempDir Path folder;

  private Path bundle;
  private Path fake;
  private Path output;

  private record Outcome(int status, String out) {}

  @BeforeEach
  void assemble() throws IOException {
    bundle = Files.createDirectory(folder.resolve("bundle"));
    fake = Files.createDirectory(folder.resolve("fake"));
    output = folder.resolve("out");
    Path source = Path.of(System.getProperty("sgconv.root"), "tools", "bundle", "check.sh");
    executable(bundle.resolve("check.sh"), Files.readString(source));
    Files.createDirectories(bundle.resolve("runtime/bin"));
    executable(bundle.resolve("runtime/bin/java"), JAVA);
    Files.writeString(bundle.resolve("COMMIT"), "abc123\n");
    Path natives = Files.createDirectory(bundle.resolve("native"));
    for (String test : List.of("cuda_synthesis_test", "cuda_fused_test", "cuda_long_test")) {
      executable(natives.resolve(test), "#!/bin/sh\necho \"$0 $*\"\n");
    }
    stage("tests", PASSING_TESTS);
  }

  private static void executable(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Shell text that a stage runs. */
  private void stage(String name, String text) throws IOException {
    Files.writeString(fake.resolve(name), text);
  }

  private Outcome check(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", bundle.resolve("check.sh").toString()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  private Outcome run(List<String> program) throws Exception {
    List<String> command = new ArrayList<>(program);
    command.set(0, bareTools().resolve(program.getFirst()).toString());
    command.addAll(2, List.of("--output", output.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    // Whatever GPU and toolkit this machine has, the stand-in decides.
    builder.environment().put("FAKE", fake.toString());
    builder.environment().put("PATH", bareTools().toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("CUDA_"));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(out).isTrue();
    return new Outcome(process.exitValue(), out);
  }

  /** A PATH with the core utilities that the script may use, and no others. */
  private Path bareTools() throws IOException {
    Path tools = folder.resolve("tools");
    if (Files.notExists(tools)) {
      Files.createDirectory(tools);
      for (String tool :
          List.of(
              "cat", "date", "dirname", "env", "head", "ln", "mkdir", "mktemp", "mv", "rm", "sh",
              "sleep", "tail", "tar", "gzip", "timeout", "tr", "uname", "wc")) {
        Path place =
            Files.exists(Path.of("/usr/bin", tool)) ? Path.of("/usr/bin") : Path.of("/bin");
        executable(
            tools.resolve(tool), "#!/bin/sh\nexec %s \"$@\"\n".formatted(place.resolve(tool)));
      }
    }
    return tools;
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(output.resolve("check.json").toFile());
  }

  @Test
  void runsEveryStageAndSaysSo() throws Exception {
    Outcome outcome = check("--cuda", "/some/libs");
    assertThat(outcome.status()).as(outcome.out()).isZero();
    assertThat(outcome.out())
        .contains(
            "7 of 7 tests passed", "sgconv abc123", "check.sh: native, at most 60 s a program")
        .containsPattern("(?m)^throughput +passed ");
    assertThat(outcome.out().stripTrailing()).endsWith("logs and check.json: " + output);
    assertThat(json().get("passed").asBoolean()).isTrue();
    assertThat(json().get("complete").asBoolean()).isTrue();
    assertThat(json().get("stages").findValuesAsText("name"))
        .containsExactly("native", "quick", "tests", "verify", "throughput");
    assertThat(Files.readAllLines(fake.resolve("calls")))
        .allMatch(call -> call.contains("-Dsgconv.cuda.toolkit=/some/libs"));
    assertThat(Files.readString(fake.resolve("calls")))
        .contains("-Dsgconv.cuda.required=true", "--include-tag cuda --exclude-tag emulation");
    // The whole sweeps, on a GPU they are short.
    assertThat(output.resolve("native.log"))
        .content()
        .contains("cuda_synthesis_test \n", "cuda_fused_test \n", "cuda_long_test \n")
        .doesNotContain("brief");
  }

  @Test
  void withoutAGpuNothingIsRun() throws Exception {
    stage("info", "echo 'sgconv: no CUDA device: install the driver' >&2; exit 2\n");
    Outcome outcome = check();
    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.out())
        .contains("no CUDA device: install the driver", "nothing was run")
        .doesNotContain("passed");
    assertThat(Files.readAllLines(fake.resolve("calls"))).hasSize(1);
    assertThat(output.resolve("check.json")).doesNotExist();
  }

  /** Where the toolkit lacks a library, those that pip installed are tried. */
  @Test
  void takesPipsLibrariesWhereTheToolkitHasNone() throws Exception {
    executable(bareTools().resolve("python3"), "#!/bin/sh\necho /pip/nvidia/cu13/lib\n");
    stage(
        "info",
        """
        case "$*" in
          *-Dsgconv.cuda.toolkit=/pip/nvidia/cu13/lib*)
            echo '  device         CUDA device 0 (compute capability 9.0), 79.2 GiB of memory' ;;
          *) echo 'sgconv: no libcufft' >&2; exit 2 ;;
        esac
        """);
    Outcome outcome = check("--only", "verify");
    assertThat(outcome.status()).as(outcome.out()).isZero();
    assertThat(Files.readString(fake.resolve("calls")).lines().toList().getLast())
        .contains("-Dsgconv.cuda.toolkit=/pip/nvidia/cu13/lib", "verify --backend cuda");
    assertThat(json().get("gpu").asText()).startsWith("CUDA device 0 (compute capability 9.0)");
    stage("info", "echo 'sgconv: no driver' >&2; exit 2\n");
    assertThat(check().status()).isEqualTo(2);
  }

  @Test
  void aFailingStageStopsNoOther() throws Exception {
    stage("quick", "echo 'not \"measured\": \\\\ at 5 °C'; exit 3\n");
    stage("verify", "echo off; exit 1\n");
    Outcome outcome = check("--quick");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out())
        .containsPattern("(?m)^native +passed ")
        .containsPattern("(?m)^quick +FAILED \\(3\\)")
        .containsPattern("(?m)^tests +passed ")
        .containsPattern("(?m)^verify +FAILED \\(1\\)")
        .doesNotContain("throughput");
    assertThat(json().get("passed").asBoolean()).isFalse();
    assertThat(json().get("complete").asBoolean()).isTrue();
    assertThat(json().get("stages").get(1).get("lastLine").asText())
        .isEqualTo("not measured:  at 5 C");
    assertThat(json().get("stages").get(3).get("status").asInt()).isEqualTo(1);
    assertThat(json().get("stages").get(3).get("lastLine").asText()).isEqualTo("off");
    assertThat(Files.readString(fake.resolve("calls"))).contains("--backend cuda --quick");
  }

  /** Times of wrong kernels are worth nothing, and the machine's time is dear. */
  @Test
  void wrongKernelsStopTheRunAndTheLogIsKept() throws Exception {
    executable(
        bundle.resolve("native/cuda_synthesis_test"), "#!/bin/sh\necho wrong at 3; exit 4\n");
    executable(bundle.resolve("native/cuda_fused_test"), "#!/bin/sh\nexec sleep 60\n");
    Outcome outcome = check("--limit", "native=1");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out())
        .containsPattern("(?m)^native +FAILED \\(1\\)")
        .contains("the CUDA kernels are wrong")
        .doesNotContain("quick,")
        .endsWith("logs and check.json: " + output + "\n");
    // The other native tests ran: they say which kernels are wrong.
    assertThat(output.resolve("native.log"))
        .content()
        .contains("wrong at 3", "cuda_synthesis_test ended with status 4")
        .contains("cuda_fused_test was ended after 1 s", "cuda_long_test \n");
    assertThat(json().get("stages").findValuesAsText("name")).containsExactly("native");
    assertThat(json().get("complete").asBoolean()).isFalse();
    assertThat(json().get("stopped").asText()).contains("native.log");
    assertThat(Files.readAllLines(fake.resolve("calls"))).hasSize(1); // of info
  }

  /** As where the C++ library is missing: the JVM does without it. */
  @Test
  void programsThatDoNotStartStopNothing() throws Exception {
    executable(
        bundle.resolve("native/cuda_long_test"), "#!/bin/sh\necho no libstdc++ >&2; exit 127\n");
    Outcome outcome = check("--only", "native,verify");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out())
        .containsPattern("(?m)^native +CANNOT RUN .*cuda_long_test does not start")
        .containsPattern("(?m)^verify +passed ");
    assertThat(output.resolve("native.log")).content().contains("no libstdc++");
  }

  @Test
  void aSkippedTestIsAFailureAndSoIsNone() throws Exception {
    stage("tests", PASSING_TESTS.replace("7 tests successful", "6 tests successful"));
    Outcome skipped = check("--only", "tests");
    assertThat(skipped.status()).isEqualTo(1);
    assertThat(skipped.out()).contains("6 of 7 tests passed").doesNotContain("throughput");
    stage("tests", "echo nothing\n");
    assertThat(check("--only", "tests").status()).isEqualTo(1);
  }

  @Test
  void ofTestsThatAreCutOffTheCountIsKept() throws Exception {
    stage(
        "tests",
        """
        echo 'JUnit Jupiter > CudaTest > first() :: STARTED'
        echo 'JUnit Jupiter > CudaTest > first() :: SUCCESSFUL'
        echo 'JUnit Jupiter > CudaTest > each(int) > [1] 2 :: STARTED'
        echo 'JUnit Jupiter > CudaTest > each(int) > [1] 2 :: SUCCESSFUL'
        echo 'JUnit Jupiter > CudaTest > each(int) > [2] 3 :: STARTED'
        exec sleep 60
        """);
    Outcome outcome = check("--only", "tests", "--limit", "tests=1");
    assertThat(outcome.out()).containsPattern("(?m)^tests +OUT OF TIME .*2 of 3 tests passed");
    assertThat(json().get("tests").get("found").asInt()).isEqualTo(3);
    assertThat(json().get("tests").get("passed").asInt()).isEqualTo(2);
    assertThat(json().get("stages").get(0).get("lastLine").asText()).endsWith("[2] 3 :: STARTED");
  }

  @Test
  void aStageThatTakesTooLongIsEndedAndTheNextRuns() throws Exception {
    stage("quick", "exec sleep 60\n");
    executable(bundle.resolve("native/cuda_fused_test"), "#!/bin/sh\nexec sleep 60\n");
    Outcome outcome =
        check("--only", "native,quick,verify", "--limit", "native=1", "--limit", "quick=1");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out())
        .containsPattern("(?m)^native +OUT OF TIME")
        .containsPattern("(?m)^quick +OUT OF TIME")
        .containsPattern("(?m)^verify +passed ");
    assertThat(output.resolve("native.log"))
        .content()
        .contains("cuda_fused_test was ended after 1 s", "cuda_long_test \n");
    assertThat(json().get("stages").findValuesAsText("limit")).containsExactly("1", "1", "120");
    assertThat(json().get("stages").get(1).get("status").asInt()).isEqualTo(124);
  }

  @Test
  void ofABenchmarkThatIsCutOffTheTableIsPrinted() throws Exception {
    stage(
        "quick",
        """
        case "$*" in
          *"--from "*/out/quick/gpu.json*) echo 'CUT OFF, one case' >"$FAKE/../out/quick/gpu.txt" ;;
          *)
            mkdir -p "$FAKE/../out/quick"
            echo '{"ms": 1}' >"$FAKE/../out/quick/gpu.json"
            exec sleep 60
            ;;
        esac
        """);
    Outcome outcome = check("--only", "quick", "--limit", "quick=1");
    assertThat(outcome.out()).contains("CUT OFF, one case").containsPattern("(?m)^quick +OUT OF");
    assertThat(json().get("quickThroughput").get("ms").asInt()).isEqualTo(1);
    assertThat(json().get("stages").get(0).get("limit").asInt()).isEqualTo(1);
  }

  /** What had ended before is in check.json, which is whole at any time. */
  @Test
  void aRunThatIsCutOffLeavesWhatItHad() throws Exception {
    stage(
        "quick",
        "mkdir -p \"$FAKE/../out/quick\"; echo '{\"ms\": 1}' >\"$FAKE/../out/quick/gpu.json\"\n");
    // Stands for whoever ends the script: nothing of it can be caught.
    stage("tests", "kill -9 $(cat \"$FAKE/pid\"); exit 1\n");
    executable(
        bareTools().resolve("sh-noting-itself"),
        "#!/bin/sh\necho $$ >\"$FAKE/pid\"\nexec sh \"$@\"\n");
    Outcome outcome = run(List.of("sh-noting-itself", bundle.resolve("check.sh").toString()));
    assertThat(outcome.status()).isEqualTo(128 + 9);
    assertThat(json().get("complete").asBoolean()).isFalse();
    assertThat(json().get("stages").findValuesAsText("name")).containsExactly("native", "quick");
    assertThat(json().get("running").asText()).isEqualTo("tests");
    assertThat(json().get("quickThroughput").get("ms").asInt()).isEqualTo(1);
  }

  @Test
  void whatIsTimedIsPassedOn() throws Exception {
    Outcome outcome =
        check(
            "--only",
            "throughput",
            "--shapes",
            "64,768,1024;64,768,4096",
            "--types",
            "float32,bfloat16",
            "--no-torch");
    assertThat(outcome.status()).as(outcome.out()).isZero();
    assertThat(Files.readString(fake.resolve("calls")))
        .contains(
            "bench --gpu --types float32,bfloat16 --shapes 64,768,1024;64,768,4096 --no-torch");
  }

  /** It is measured first, and may be slow to start. */
  @Test
  void pyTorchHasHalfOfTheTime() throws Exception {
    assertThat(check("--only", "quick,throughput", "--limit", "throughput=5").status()).isZero();
    assertThat(Files.readAllLines(fake.resolve("calls")))
        .anyMatch(call -> call.contains("--quick --torch-limit 75 "))
        .anyMatch(call -> call.contains("bench --gpu --torch-limit 3 "));
  }

  @Test
  void theArchiveHasEverythingButWhatWasExtracted() throws Exception {
    Path archive = folder.resolve("result files.tar.gz");
    stage("verify", "head -c 3000000 /dev/zero | tr '\\0' 'x'; echo; echo the end; exit 1\n");
    Outcome outcome = check("--only", "native,verify", "--archive", archive.toString());
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(listing(archive))
        .contains("./check.json", "./native.log", "./verify.log", "./info.txt")
        .noneMatch(name -> name.contains("cache") || name.contains("lib"));
    assertThat(archive).satisfies(file -> assertThat(file.toFile().length()).isLessThan(1 << 20));
    assertThat(folder.toFile().list()).noneMatch(name -> name.contains(".tar.gz."));
    // Of an endless log both ends stay.
    assertThat(Files.size(output.resolve("verify.log"))).isBetween(2L << 20, (2L << 20) + 100);
    assertThat(output.resolve("verify.log"))
        .content()
        .contains("left out here")
        .endsWith("the end\n");
    assertThat(check("--archive", folder + "/no/such.tgz").out())
        .contains("there is no such folder");
  }

  private static List<String> listing(Path archive) throws Exception {
    Process process = new ProcessBuilder("tar", "-tzf", archive.toString()).start();
    List<String> names = process.inputReader(StandardCharsets.UTF_8).lines().toList();
    assertThat(process.waitFor()).isZero();
    return names;
  }

  /** What a signal ends is said, nothing goes on, and all there is lies in the archive. */
  @Test
  void aSignalEndsTheRunAndLeavesWhatThereWas() throws Exception {
    Path archive = folder.resolve("results.tar.gz");
    stage("tests", "kill -TERM $(cat \"$FAKE/pid\"); exec sleep 60\n");
    executable(
        bareTools().resolve("sh-noting-itself"),
        "#!/bin/sh\necho $$ >\"$FAKE/pid\"\nexec sh \"$@\"\n");
    Outcome outcome =
        run(
            List.of(
                "sh-noting-itself",
                bundle.resolve("check.sh").toString(),
                "--archive",
                archive.toString()));
    assertThat(outcome.status()).isEqualTo(143);
    assertThat(outcome.out()).contains("check.sh: ended by SIGTERM in the stage tests");
    assertThat(json().get("running").asText()).isEqualTo("tests");
    assertThat(listing(archive)).contains("./check.json", "./quick.log", "./tests.log");
  }

  @Test
  void worksInFoldersWithSpacesAndWithoutWritingToTheBundle() throws Exception {
    Path spaced = Files.createDirectory(folder.resolve("a b"));
    output = spaced.resolve("out put");
    Files.move(bundle, spaced.resolve("the bundle"));
    bundle = spaced.resolve("the bundle");
    String libraries = spaced.resolve("cuda libs").toString();
    stage(
        "info",
        "echo '  library        "
            + libraries
            + "/libcudart.so.13.0.88 13.0, driver for CUDA 13.0'\n"
            + "echo '  library        "
            + libraries
            + "/libsgconv_cuda-0f.so 0.1.0'\n");
    Outcome outcome = check("--cuda", libraries, "--limit", "native=5");
    assertThat(outcome.status()).as(outcome.out()).isZero();
    assertThat(Files.readSymbolicLink(output.resolve("lib/libcudart.so.13")))
        .isEqualTo(Path.of(libraries, "libcudart.so.13.0.88"));
    assertThat(Files.readSymbolicLink(output.resolve("lib/libsgconv_cuda.so")))
        .isEqualTo(Path.of(libraries, "libsgconv_cuda-0f.so"));

    // A file where the cache would be: as good as a file system that is read-only.
    Files.delete(bundle.resolve("cache"));
    Files.createFile(bundle.resolve("cache"));
    Files.setPosixFilePermissions(
        bundle.resolve("cache"), PosixFilePermissions.fromString("r--------"));
    assertThat(check("--only", "verify").status()).isZero();
  }

  @Test
  void anEmulatedTrialSaysSo() throws Exception {
    Path libraries = Files.createDirectory(folder.resolve("emulation"));
    Outcome without = check("--emulated", libraries.toString());
    assertThat(without.status()).isEqualTo(2);
    assertThat(without.out()).contains("holds no libsgconv_cuda.so");
    Files.createFile(libraries.resolve("libsgconv_cuda.so"));
    assertThat(check("--emulated", libraries.toString()).status()).isZero();
    assertThat(json().get("emulated").asBoolean()).isTrue();
    assertThat(json().get("gpu").asText()).isEqualTo("emulated device");
    assertThat(Files.readAllLines(fake.resolve("calls")))
        .allMatch(call -> call.contains("-Dsgconv.library.path=" + libraries))
        .noneMatch(call -> call.contains("required=true"));
    assertThat(check().status()).isZero();
    assertThat(json().get("emulated").asBoolean()).isFalse();
  }

  @Test
  void theProfilerSeesTheMainKernels() throws Exception {
    executable(bareTools().resolve("ncu"), "#!/bin/sh\necho \"ncu $*\"\n");
    Outcome outcome = check("--only", "profile");
    assertThat(outcome.status()).as(outcome.out()).isZero();
    assertThat(output.resolve("profile.log"))
        .content()
        .contains("--kernel-id ::regex:fused_forward|fused_backward|columns_in|long_rows:3 ")
        .contains("--shapes 64,768,4096", "--shapes 64,768,32768");
  }

  @Test
  void aToolThatIsMissingIsSaidAndStopsNoOtherStage() throws Exception {
    if (Files.exists(Path.of("/usr/local/cuda/bin/ncu"))) {
      return;
    }
    Outcome outcome = check("--only", "verify,profile,memcheck");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out())
        .containsPattern("(?m)^verify +passed ")
        .containsPattern("(?m)^profile +CANNOT RUN .*ncu was not found")
        .containsPattern("(?m)^memcheck +CANNOT RUN .*compute-sanitizer was not found");
    assertThat(json().get("stages").get(1).get("result").asText()).isEqualTo("CANNOT RUN");
    assertThat(json().get("stages").get(1).get("lastLine").asText()).contains("ncu was not found");
    assertThat(json().get("complete").asBoolean()).isTrue();
  }

  @Test
  void theSanitizerJudges() throws Exception {
    executable(
        bareTools().resolve("compute-sanitizer"),
        "#!/bin/sh\necho \"sanitizer $*\"\n[ $2 = memcheck ] || exit 9\n");
    Outcome found = check("--only", "memcheck,racecheck");
    assertThat(found.status()).isEqualTo(1);
    assertThat(found.out())
        .containsPattern("(?m)^memcheck +passed ")
        .containsPattern("(?m)^racecheck +FAILED ");
    assertThat(output.resolve("memcheck.log"))
        .content()
        .contains("sanitizer --tool memcheck --error-exitcode 9 " + bundle.toRealPath())
        .contains("cuda_fused_test brief large", "cuda_long_test brief");
  }

  @Test
  void wrongOptionsAreNamed() throws Exception {
    assertThat(check("--fast").out()).contains("unknown option --fast");
    assertThat(check("--only", "test").out()).contains("--only names 'test'");
    assertThat(check("--cuda").out()).contains("--cuda needs a value");
    assertThat(check("--archive", "").out()).contains("--archive is empty: is a variable not set?");
    assertThat(check("--limit", "all=3").out()).contains("--limit names 'all': expected native");
    for (String limit :
        List.of("tests", "tests=", "tests=0", "tests=-1", "tests=1.5", "tests=1m")) {
      Outcome outcome = check("--limit", limit);
      assertThat(outcome.status()).isEqualTo(2);
      assertThat(outcome.out()).contains("--limit " + limit);
    }
    assertThat(check("--fast").status()).isEqualTo(2);
    assertThat(check("--help").out()).contains("--sanitize", "Exit status");
  }
}
