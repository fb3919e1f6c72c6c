package org.sgconv.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {

  @TempDir Path folder;

  @Test
  void replacesTheFileInOneStep() throws IOException {
    Path target = Files.writeString(folder.resolve("x"), "old");
    OutputFile.write(target, out -> out.write("new".getBytes(StandardCharsets.US_ASCII)));
    assertThat(target).hasContent("new");
    assertThat(folder).isDirectoryContaining("glob:**x");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void leavesNothingBehindWhenWritingFails() throws IOException {
    Path target = Files.writeString(folder.resolve("x"), "old");
    assertThatThrownBy(
            () ->
                OutputFile.write(
                    target,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("disk full");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("disk full");
    assertThat(target).hasContent("old");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void namesFoldersThatAreMissingOrInTheWay() {
    assertThatThrownBy(() -> OutputFile.write(folder.resolve("no/x"), out -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> OutputFile.write(folder, out -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a folder");
  }
}
