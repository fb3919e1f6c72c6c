package org.sgconv.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.ClosedException;
import org.sgconv.InvalidFileException;
import org.sgconv.bindings.process.HeldBytes;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** One file and what other threads and other programs do to it. */
class SharedFileTest {

  private static final int COUNT = 200_000;

  @TempDir Path folder;

  private Path file() {
    Path path = folder.resolve("file");
    try (Tensor ones = Tensor.zeros(DType.FLOAT32, COUNT)) {
      ones.fill(1);
      Safetensors.writer()
          .add("a", ones)
          .add("b", ElementType.U8, new long[COUNT], COUNT)
          .write(path);
    }
    return path;
  }

  /** A read that has begun ends with its values; one that has not says that the file is closed. */
  @RepeatedTest(30)
  void closingWaitsForReads() throws Exception {
    Safetensors file = Safetensors.open(file());
    AtomicInteger whole = new AtomicInteger();
    CountDownLatch begun = new CountDownLatch(2);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        boolean integers = i % 2 == 0;
        readers.add(
            threads.submit(
                () -> {
                  begun.countDown();
                  while (true) {
                    try {
                      readWhole(file, integers);
                      whole.incrementAndGet();
                    } catch (ClosedException e) {
                      return;
                    }
                  }
                }));
      }
      begun.await();
      file.close();
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
    file.close(); // does nothing
    assertThatThrownBy(() -> readWhole(file, true)).isInstanceOf(ClosedException.class);
  }

  private static void readWhole(Safetensors file, boolean integers) {
    if (integers) {
      assertThat(file.readIntegers("b")).isEqualTo(new long[COUNT]);
    } else {
      try (Tensor tensor = file.read("a", DType.FLOAT64)) {
        assertThat(tensor.getFlat(COUNT - 1)).isEqualTo(1);
      }
    }
  }

  @RepeatedTest(20)
  void manyMayCloseOneFile() throws Exception {
    Safetensors file = Safetensors.open(file());
    AtomicInteger closed = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        threads.execute(
            () -> {
              file.close();
              closed.incrementAndGet();
            });
      }
    }
    assertThat(closed).hasValue(4);
    assertThatThrownBy(() -> readWhole(file, true)).isInstanceOf(ClosedException.class);
  }

  @Test
  void anInterruptedThreadReadsAndWritesAndStaysInterrupted() {
    Thread.currentThread().interrupt();
    try {
      Path path = file();
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      try (Safetensors file = Safetensors.open(path)) {
        readWhole(file, false);
        readWhole(file, true);
      }
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  /** Often, since compiled code reports such a fault later than interpreted code. */
  @RepeatedTest(50)
  void aFileThatIsCutWhileItIsReadIsNamed() throws IOException {
    Path path = file();
    try (Safetensors file = Safetensors.open(path)) {
      cut(path, 20_000);
      for (DType type : DType.values()) {
        assertThatThrownBy(() -> file.read("a", type))
            .isInstanceOf(InvalidFileException.class)
            .hasMessageContaining(path + ": was truncated");
      }
      assertThatThrownBy(() -> file.readIntegers("b"))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining(path + ": was truncated");
    }
  }

  private static void cut(Path path, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  /** In a process of its own, whose locale can spell no letter beyond ASCII. */
  @Test
  void namesThatTheLocaleCannotSpellAreReadAndWritten() throws Exception {
    Path path = file();
    Path named;
    try {
      named = Files.move(path, folder.resolve("Schlüssel鍵.safetensors"));
    } catch (java.nio.file.InvalidPathException e) {
      org.junit.jupiter.api.Assumptions.abort("this locale cannot spell it either");
      return;
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            placeOf(Safetensors.class)
                + File.pathSeparator
                + placeOf(HeldBytes.class)
                + File.pathSeparator
                + placeOf(Rewriter.class),
            Rewriter.class.getName(),
            folder.toString());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("LC_ALL", "C");
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("ANSI_X3.4-1968").contains("has no tensor \"absent\"");
    try (Safetensors file = Safetensors.open(named)) {
      assertThat(file.names()).containsExactly("again");
    }
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(named);
    }
  }

  private static Path placeOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** Reads the one file of a folder, and writes another in its place. */
  static final class Rewriter {
    private Rewriter() {}

    public static void main(String[] arguments) throws IOException {
      System.out.println(System.getProperty("sun.jnu.encoding"));
      try (var files = Files.list(Path.of(arguments[0]))) {
        Path path = files.findFirst().orElseThrow();
        try (Safetensors file = Safetensors.open(path)) {
          file.read("a").close();
          file.entry("absent");
        } catch (InvalidFileException e) {
          System.out.println(e.getMessage() + Files.exists(e.path()));
        }
        Safetensors.writer().add("again", true).write(path);
      }
    }
  }
}
