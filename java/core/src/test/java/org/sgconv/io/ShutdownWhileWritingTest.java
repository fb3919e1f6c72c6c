package org.sgconv.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A signal ends a process in the middle of writing a file. */
class ShutdownWhileWritingTest {

  @TempDir Path folder;

  /** Runs in a process of its own: writes half of a file, says so, and waits. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) {
      AtomicFile.write(
          Path.of(arguments[0]),
          out -> {
            out.write(1);
            System.out.println("half");
            try {
              Thread.sleep(60_000);
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP"})
  void leavesNoTemporaryFile(String signal) throws Exception {
    Path path = Files.writeString(folder.resolve("file"), "older");
    List<String> command = new ArrayList<>();
    if (System.getProperty("os.name").equals("Linux")) {
      // Of a Maven in the background they are ignored, and then by everything that it starts.
      command.addAll(List.of("env", "--default-signal=HUP,INT"));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(placeOf(AtomicFile.class) + java.io.File.pathSeparator + placeOf(Writer.class));
    command.add(Writer.class.getName());
    command.add(path.toString());
    Process writer = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      assertThat(writer.inputReader().readLine()).isEqualTo("half");
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).as("a file in the making").hasSize(2);
      }
      List<String> kill = List.of("kill", "-" + signal, String.valueOf(writer.pid()));
      assertThat(new ProcessBuilder(kill).start().waitFor()).isZero();
      assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      writer.destroyForcibly();
    }
    assertThat(path).hasContent("older");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(path);
    }
  }

  /** A hook that stays would keep the class loader of an application that is long gone. */
  @Test
  void whatIsWrittenWholeLeavesNoHook() throws Exception {
    TemporaryFile temporary = new TemporaryFile(folder.resolve("file"));
    temporary.create().close();
    temporary.becomeTarget();
    temporary.close();
    assertThat(folder.resolve("file")).exists();
    assertThat(Runtime.getRuntime().removeShutdownHook(temporary.shutdownHook())).isFalse();
  }

  private static Path placeOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
