package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the launcher leaves of a build that fails or is ended: nothing that only looks complete. */
class LauncherFailureTest extends LauncherCheckout {

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
    // Each writes a file of its own: which of them is done first is open.
    Path outOfFirst = Files.move(folder.resolve("out"), folder.resolve("first"));
    Process second = start("other", "run");
    assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(first.exitValue() + second.exitValue()).isZero();
    assertThat(outOfFirst).hasContent("first run");
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
