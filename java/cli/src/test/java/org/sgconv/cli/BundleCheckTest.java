package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What check.sh runs, what stops it and what does not. */
class BundleCheckTest extends BundleTrial {

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
        .contains("cuda_synthesis_test \n", "cuda_block_test \n")
        .contains("cuda_windows_test \n", "cuda_four_step_test \n")
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
    executable(bundle.resolve("native/cuda_block_test"), "#!/bin/sh\nexec sleep 60\n");
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
        .contains("cuda_block_test was ended after 1 s", "cuda_four_step_test \n");
    assertThat(json().get("stages").findValuesAsText("name")).containsExactly("native");
    assertThat(json().get("complete").asBoolean()).isFalse();
    assertThat(json().get("stopped").asText()).contains("native.log");
    assertThat(Files.readAllLines(fake.resolve("calls"))).hasSize(1); // of info
  }

  /** As where the C++ library is missing: the JVM does without it. */
  @Test
  void programsThatDoNotStartStopNothing() throws Exception {
    executable(
        bundle.resolve("native/cuda_four_step_test"),
        "#!/bin/sh\necho no libstdc++ >&2; exit 127\n");
    Outcome outcome = check("--only", "native,verify");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out())
        .containsPattern("(?m)^native +CANNOT RUN .*cuda_four_step_test does not start")
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
        .contains("--kernel-id ::regex:block_forward|block_backward|columns_in|middle_rows:3 ")
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
        .contains("cuda_block_test brief large", "cuda_windows_test brief")
        .contains("cuda_four_step_test brief");
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
