package org.sgconv.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemporaryPathTest {

  @TempDir Path folder;

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void isGoneWhenItIsClosedUnlessItIsKept() throws IOException {
    Path path;
    try (TemporaryPath file = TemporaryPath.file(".x")) {
      path = file.path();
      assertThat(path).isRegularFile();
    }
    assertThat(path).doesNotExist();
    try (TemporaryPath file = TemporaryPath.file(".x")) {
      path = file.path();
      file.keep();
    }
    assertThat(path).isRegularFile();
    Files.delete(path);
  }

  @Test
  void foldersGoWithAllThatIsInThem() throws IOException {
    Path path;
    try (TemporaryPath temporary = TemporaryPath.folder()) {
      path = temporary.path();
      Files.createDirectories(path.resolve("a/b"));
      Files.writeString(path.resolve("a/b/c"), "x");
    }
    assertThat(path).doesNotExist();
  }

  /** With the exit status that a shell reports, the older file as it was, and no child left. */
  @ParameterizedTest
  @EnabledOnOs({OS.LINUX, OS.MAC})
  @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
  void aSignalLeavesNothingBehind(String signal, int status) throws Exception {
    Path target = Files.writeString(folder.resolve("x.wav"), "old");
    List<String> here = List.of("-Djava.io.tmpdir=" + folder);
    Process process = Jvm.start(here, UnfinishedOutput.class, target.toString());
    try (var out = process.inputReader()) {
      long child = Long.parseLong(out.readLine());
      assertThat(files()).as("the older file, the one in the making, the folder").hasSize(3);
      String pid = String.valueOf(process.pid());
      assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor()).isZero();
      assertThat(process.waitFor()).isEqualTo(status);
      assertThat(files()).containsExactly(target);
      assertThat(target).hasContent("old");
      Optional<ProcessHandle> left = ProcessHandle.of(child).filter(ProcessHandle::isAlive);
      assertThat(left).isEmpty();
    } finally {
      process.destroyForcibly();
    }
  }
}
