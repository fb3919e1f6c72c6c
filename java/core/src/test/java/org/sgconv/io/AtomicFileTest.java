package org.sgconv.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
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
  void aFolderIsNoFile() {
    assertThatThrownBy(() -> AtomicFile.write(folder, NEW))
        .isInstanceOf(InvalidFileException.class)
        .hasMessage(folder + ": is a folder, expected the name of a file");
  }

  /** The first time there is nothing yet at the end of the links. */
  @Test
  void linksAreFollowed() throws IOException {
    Path real = Files.createDirectory(folder.resolve("sub")).resolve("x");
    Path near = Files.createSymbolicLink(folder.resolve("near"), Path.of("sub", "x"));
    Path link = Files.createSymbolicLink(folder.resolve("sub/link"), Path.of("..", "near"));
    for (String text : List.of("first", "second")) {
      AtomicFile.write(link, out -> out.write(text.getBytes(UTF_8)));
      assertThat(link).isSymbolicLink();
      assertThat(near).isSymbolicLink();
      assertThat(real).isRegularFile().hasContent(text);
    }
    onlyHas(near, folder.resolve("sub"));
  }

  @Test
  void linksThatLeadNowhereAreNamed() throws IOException {
    Path circle = Files.createSymbolicLink(folder.resolve("circle"), Path.of("circle"));
    assertThatThrownBy(() -> AtomicFile.write(circle, NEW))
        .isInstanceOf(InvalidFileException.class)
        .hasMessage(circle + ": cannot be written: its symbolic links go in a circle");
    Path lost = Files.createSymbolicLink(folder.resolve("lost"), Path.of("absent", "file"));
    assertThatThrownBy(() -> AtomicFile.write(lost, NEW))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageStartingWith(lost + ": cannot be written: there is no folder ")
        .hasMessageContaining("absent");
  }

  /**
   * Replacing a file that the shell opened for this process would leave the shell with the old one;
   * writing at its start would destroy what others wrote.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void filesThatAreOpenAreWrittenIntoByTheirNumber() throws IOException {
    Path file = Files.writeString(folder.resolve("log"), "before, ");
    Path shortcut = Files.createSymbolicLink(folder.resolve("open"), Path.of("/proc/self/fd"));
    try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
      Path number = numberOf(file);
      for (Path name : List.of(Path.of("/dev/fd").resolve(number), shortcut.resolve(number))) {
        assertThat(AtomicFile.isWrittenInto(name)).isTrue();
        AtomicFile.write(name, NEW);
      }
      assertThat(new String(Channels.newInputStream(open).readAllBytes(), UTF_8))
          .isEqualTo("before, newnew");
    }
    assertThat(AtomicFile.isWrittenInto(file)).isFalse();
    Files.delete(shortcut);
    onlyHas(file);
  }

  /** The name under which this process has a file open, below {@code /dev/fd}. */
  private static Path numberOf(Path file) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(number -> isLinkTo(number, file))
          .findFirst()
          .map(Path::getFileName)
          .orElseThrow();
    }
  }

  private static boolean isLinkTo(Path link, Path file) {
    try {
      return Files.readSymbolicLink(link).equals(file.toRealPath());
    } catch (IOException closedMeanwhile) {
      return false;
    }
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
    byte[] sent = new byte[300_000];
    new SplittableRandom(1).nextBytes(sent);
    CompletableFuture<byte[]> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readAllBytes(fifo);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertThat(AtomicFile.isWrittenInto(fifo)).isTrue();
    AtomicFile.write(fifo, out -> out.write(sent));
    assertThat(read.join()).isEqualTo(sent);
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
