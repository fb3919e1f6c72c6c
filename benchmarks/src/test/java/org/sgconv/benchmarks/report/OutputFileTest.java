package org.sgconv.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.InvalidFileException;

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
  void leavesNothingBehindWhenWritingFailsAndNamesTheFile() throws IOException {
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
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void namesFoldersThatAreMissingOrInTheWay() {
    assertThatThrownBy(() -> OutputFile.write(folder.resolve("no/x"), out -> {}))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> OutputFile.write(folder, out -> {}))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("is a folder");
  }

  @Test
  void namesMayHaveAsManyBytesAsTheFileSystemAllows() throws IOException {
    Path target = folder.resolve("ü".repeat(125) + ".wav.");
    OutputFile.write(target, out -> out.write('x'));
    assertThat(target).hasContent("x");
  }

  @Test
  void aSymbolicLinkStaysAndItsTargetIsReplaced() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("inner/real"));
    for (String text : new String[] {"first", "second"}) {
      OutputFile.write(link, out -> out.write(text.getBytes(StandardCharsets.US_ASCII)));
      assertThat(link).isSymbolicLink().hasContent(text);
      assertThat(inner.resolve("real")).isRegularFile().hasContent(text);
    }
    Path circle = Files.createSymbolicLink(folder.resolve("circle"), Path.of("circle"));
    assertThatThrownBy(() -> OutputFile.write(circle, out -> {}))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("circle");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aPipeIsWrittenInto() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    byte[] sent = new byte[300_000];
    new SplittableRandom(1).nextBytes(sent);
    CompletableFuture<byte[]> received =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readAllBytes(pipe);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    OutputFile.write(pipe, out -> out.write(sent));
    assertThat(received.get()).isEqualTo(sent);
    assertThat(Files.isRegularFile(pipe)).isFalse();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aDeviceIsWrittenIntoAndStaysOne() {
    assertThatThrownBy(() -> OutputFile.write(Path.of("/dev/full"), out -> out.write(1)))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageStartingWith("/dev/full: cannot be written: ");
    OutputFile.write(Path.of("/dev/null"), out -> out.write(1));
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
    assertThat(Files.isRegularFile(Path.of("/dev/full"))).isFalse();
  }
}
