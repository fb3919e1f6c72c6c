package org.sgconv.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.InvalidFileException;

/** What is a command's own; how files are written is the library's. */
class OutputFileTest {

  @TempDir Path folder;

  @Test
  void aFileIsReplacedAndNothingIsLeftBesideIt() throws IOException {
    Path target = Files.writeString(folder.resolve("x"), "old");
    OutputFile.write(target, out -> out.write("new".getBytes(StandardCharsets.US_ASCII)));
    assertThat(target).hasContent("new");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(target);
    }
  }

  @Test
  void whatFailsNamesTheFileAndLeavesTheOlderOne() throws IOException {
    Path target = Files.writeString(folder.resolve("x"), "old");
    assertThatThrownBy(
            () ->
                OutputFile.write(
                    target,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("disk full");
                    }))
        .isInstanceOf(InvalidFileException.class)
        .hasMessage(target + ": cannot be written: disk full");
    assertThat(target).hasContent("old");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(target);
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.createFile(folder.resolve("x"));
    assertThat(OutputFile.createFolder(folder.resolve("a/b"))).isDirectory();
    assertThatThrownBy(() -> OutputFile.createFolder(file.resolve("y")))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageStartingWith(file.resolve("y") + ": the folder cannot be made: ");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void devicesStayDevices() {
    assertThatThrownBy(() -> OutputFile.write(Path.of("/dev/full"), out -> out.write(1)))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageStartingWith("/dev/full: cannot be written: ");
    OutputFile.write(Path.of("/dev/null"), out -> out.write(1));
    assertThat(OutputFile.isNothing(Path.of("/dev/null"))).isTrue();
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
    assertThat(Files.isRegularFile(Path.of("/dev/full"))).isFalse();
  }
}
