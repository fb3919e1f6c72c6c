package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What check.sh leaves of stages that are cut off, and of a run that is. */
class BundleCutOffTest extends BundleTrial {

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
    executable(bundle.resolve("native/cuda_block_test"), "#!/bin/sh\nexec sleep 60\n");
    Outcome outcome =
        check("--only", "native,quick,verify", "--limit", "native=1", "--limit", "quick=1");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out())
        .containsPattern("(?m)^native +OUT OF TIME")
        .containsPattern("(?m)^quick +OUT OF TIME")
        .containsPattern("(?m)^verify +passed ");
    assertThat(output.resolve("native.log"))
        .content()
        .contains("cuda_block_test was ended after 1 s", "cuda_four_step_test \n");
    assertThat(json().get("stages").findValuesAsText("limit")).containsExactly("1", "1", "120");
    assertThat(json().get("stages").get(1).get("status").asInt()).isEqualTo(124);
  }

  @Test
  void ofABenchmarkThatIsCutOffTheTableIsPrinted() throws Exception {
    stage(
        "quick",
        """
        case "$*" in
          *"--from "*/out/quick/gpu-unfinished.json*)
            echo 'CUT OFF, one case' >"$FAKE/../out/quick/gpu-unfinished.txt"
            ;;
          *)
            mkdir -p "$FAKE/../out/quick"
            echo '{"ms": 1}' >"$FAKE/../out/quick/gpu-unfinished.json"
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
}
