package org.sgconv.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.InvalidFileException;

class AtomicFileTest {

  private static final AtomicFile.Content NEW = out -> out.write("new".getBytes(UTF_8));

  @TempDir Path folder;

  private void onlyHas(Path... files) throws IOException {
    try (Stream<Path> found = Files.list(folder)) {
      assertThat(found).containsExactlyInAnyOrder(files);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 207, 208, 213, 214, 250, 255})
  void namesMayBeAsLongAsTheFileSystemAllows(int bytes) throws IOException {
    Path path = folder.resolve("n".repeat(bytes));
    AtomicFile.write(path, NEW);
    assertThat(path).hasContent("new");
    onlyHas(path);
  }

  @Test
  void namesOfSeveralBytesACharacterMayBeAsLong() throws IOException {
    Path path = folder.resolve("鍵".repeat(85));
    AtomicFile.write(path, NEW);
    assertThat(path).hasContent("new");
  }

  @Test
  void longerNamesAreRefusedByWhatIsWrongWithThem() throws IOException {
    Path path = folder.resolve("n".repeat(256));
    assertThatThrownBy(() -> AtomicFile.write(path, NEW))
        .isInstanceOf(InvalidFileException.class)
        .hasMessage(path + ": cannot be written: File name too long");
    onlyHas();
  }

  @Test
  void aMissingFolderIsNamed() {
    assertThatThrownBy(() -> AtomicFile.write(folder.resolve("absent/file"), NEW))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("there is no folder \"" + folder.resolve("absent") + "\"");
  }

  /** Whatever is thrown, an error of the JVM's too. */
  @ParameterizedTest
  @ValueSource(
      classes = {IOException.class, IllegalStateException.class, InternalError.class, Error.class})
  void whatFailsHalfWayLeavesTheOlderFileAndNothingElse(Class<? extends Throwable> kind)
      throws IOException {
    Path path = Files.writeString(folder.resolve("kept"), "older");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    path,
                    out -> {
                      out.write(1);
                      sneak(kind);
                    }))
        .isInstanceOf(kind == IOException.class ? InvalidFileException.class : kind);
    assertThat(path).hasContent("older");
    onlyHas(path);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Class<?> kind) throws T {
    try {
      throw (T) kind.getConstructor(String.class).newInstance("half-way");
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  @Test
  void anInterruptedThreadWritesAndStaysInterrupted() throws IOException {
    Path path = folder.resolve("file");
    Thread.currentThread().interrupt();
    try {
      AtomicFile.write(path, NEW);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(path).hasContent("new");
    onlyHas(path);
  }

  @Test
  void aThreadInterruptedWhileItWritesWritesOn() throws IOException {
    Path path = folder.resolve("file");
    try {
      AtomicFile.write(
          path,
          out -> {
            out.write('a');
            Thread.currentThread().interrupt();
            out.write('b');
          });
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(path).hasContent("ab");
  }

  @Test
  void linksAreFollowed() throws IOException {
    Path real = Files.writeString(Files.createDirectory(folder.resolve("sub")).resolve("x"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("sub", "x"));
    AtomicFile.write(link, NEW);
    assertThat(link).isSymbolicLink();
    assertThat(real).hasContent("new");
  }

  /** Renaming a file over /dev/null would break every other program on the machine. */
  @Test
  void devicesAreWrittenInto() {
    Path device = Path.of("/dev/null");
    assumeTrue(Files.exists(device));
    AtomicFile.write(device, NEW);
    assertThat(device).exists();
    assertThat(Files.isRegularFile(device)).isFalse();
  }

  @Test
  void fifosAreWrittenInto() throws Exception {
    Path fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    CompletableFuture<String> read =
        CompletableFuture.supplyAsync(
            () -> {
              try (InputStream in = Files.newInputStream(fifo)) {
                return new String(in.readAllBytes(), UTF_8);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    AtomicFile.write(fifo, NEW);
    assertThat(read.join()).isEqualTo("new");
    onlyHas(fifo);
  }

  @Test
  void aFullDeviceIsNamed() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full));
    assertThatThrownBy(() -> AtomicFile.write(full, NEW))
        .isInstanceOf(InvalidFileException.class)
        .hasMessage("/dev/full: cannot be written: No space left on device");
  }
}
