package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.contract.Seed;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Signals that are read and written piece by piece. */
@Timeout(300)
@DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
class OutOfCoreTest {

  private static final Backend BACKEND = Backends.cpu();

  private final Random random = Seed.random(getClass());

  @TempDir private Path folder;

  private float[] noise(int count) {
    return ExactSums.floats(ExactSums.noise(random, count));
  }

  @Test
  void theSameBitsAsInMemory() throws IOException {
    float[] signal = noise((int) (2.3 * Segmentation.BLOCK));
    Path from = FloatFiles.write(folder.resolve("signal"), signal);
    Path to = folder.resolve("result");
    for (int lags : new int[] {1, 300, 5000}) {
      try (Convolver convolver = Convolver.of(BACKEND, noise(lags))) {
        for (Extent extent : Extent.values()) {
          List<Long> told = new ArrayList<>();
          long total = convolver.length(signal.length, extent);
          convolver.apply(
              from,
              to,
              extent,
              (done, all) -> {
                assertThat(all).isEqualTo(total);
                told.add(done);
              });
          assertThat(Arrays.equals(FloatFiles.read(to), convolver.apply(signal, extent))).isTrue();
          assertThat(told).hasSize(3).isSorted().doesNotHaveDuplicates();
          assertThat(told.getLast()).isEqualTo(total);
        }
      }
    }
    assertThat(FloatFiles.names(folder)).containsExactlyInAnyOrder("signal", "result");
  }

  @Test
  void shortSignalsToo() throws IOException {
    for (int n : new int[] {1, 7, 900, 40_000}) {
      float[] signal = noise(n);
      Path from = FloatFiles.write(folder.resolve("signal"), signal);
      for (int lags : new int[] {1, 3, 2000}) {
        try (Convolver convolver = Convolver.of(BACKEND, noise(lags))) {
          for (Extent extent : Extent.values()) {
            convolver.apply(from, from, extent, ProgressListener.NONE); // onto itself
            assertThat(Arrays.equals(FloatFiles.read(from), convolver.apply(signal, extent)))
                .isTrue();
            from = FloatFiles.write(folder.resolve("signal"), signal);
          }
        }
      }
    }
  }

  @Test
  void mappedFilesAndRows() throws IOException {
    int n = (int) (1.2 * Segmentation.BLOCK);
    float[] both = noise(2 * n);
    Path from = FloatFiles.write(folder.resolve("signal"), both);
    Path to = folder.resolve("result");
    try (Arena arena = Arena.ofShared();
        FileChannel in = FileChannel.open(from);
        FileChannel out =
            FileChannel.open(
                to, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment mapped = in.map(FileChannel.MapMode.READ_ONLY, 0, 8L * n, arena);
      MemorySegment written = out.map(FileChannel.MapMode.READ_WRITE, 0, 8L * n, arena);
      try (Tensor kernels = Tensor.of(noise(200), 2, 100);
          Convolver convolver = Convolver.of(BACKEND, kernels);
          Tensor signals = Tensor.of(both, 2, n);
          Tensor expected = convolver.apply(signals, Extent.SAME)) {
        convolver.apply(
            new TwoRows(mapped, n),
            (at, rows) -> {
              for (int r = 0; r < 2; r++) {
                long start = 4 * (r * (long) n + at);
                MemorySegment.copy(rows.get(r), 0, written, start, rows.get(r).byteSize());
              }
            },
            Extent.SAME,
            ProgressListener.NONE);
        assertThat(expected.segment().mismatch(written)).isEqualTo(-1);
      }
      try (Convolver convolver = Convolver.of(BACKEND, noise(100))) {
        SampleSource source = SampleSource.of(mapped, DType.FLOAT32);
        convolver.apply(
            source, SampleSink.of(written, DType.FLOAT32), Extent.SAME, ProgressListener.NONE);
        float[] expected = convolver.apply(both, Extent.SAME);
        assertThat(MemorySegment.ofArray(expected).mismatch(written)).isEqualTo(-1);
        assertThatThrownBy(
                () ->
                    convolver.apply(
                        source,
                        SampleSink.of(written, DType.FLOAT32),
                        Extent.FULL,
                        ProgressListener.NONE))
            .isInstanceOf(ShapeMismatchException.class)
            .hasMessageContaining("memory for " + 2 * n + " samples");
      }
    }
  }

  private record TwoRows(MemorySegment samples, long length) implements SampleSource {
    @Override
    public DType type() {
      return DType.FLOAT32;
    }

    @Override
    public int rows() {
      return 2;
    }

    @Override
    public void read(long from, List<MemorySegment> rows) {
      for (int r = 0; r < 2; r++) {
        MemorySegment into = rows.get(r);
        MemorySegment.copy(samples, 4 * (r * length + from), into, 0, into.byteSize());
      }
    }
  }

  @Test
  void nothingIsLeftOfWhatFails() throws IOException {
    float[] signal = noise((int) (2.3 * Segmentation.BLOCK));
    int bad = 2 * (int) Segmentation.BLOCK + 77;
    signal[bad] = Float.NaN;
    Path from = FloatFiles.write(folder.resolve("signal"), signal);
    Path to = FloatFiles.write(folder.resolve("result"), new float[] {42});
    try (Convolver convolver = Convolver.of(BACKEND, noise(50))) {
      assertThatThrownBy(() -> convolver.apply(from, to, Extent.FULL, ProgressListener.NONE))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("signal holds NaN at index " + bad);
      Path good = FloatFiles.write(folder.resolve("good"), noise(100_000));
      assertThatThrownBy(
              () ->
                  convolver.apply(
                      good,
                      to,
                      Extent.FULL,
                      (done, total) -> {
                        throw new IllegalStateException("cancelled");
                      }))
          .hasMessage("cancelled");
      assertThat(FloatFiles.read(to)).containsExactly(42);
      assertThat(FloatFiles.names(folder)).containsExactlyInAnyOrder("signal", "result", "good");
    }
  }

  @Test
  void filesThatAreNoSamples() throws IOException {
    Path odd = folder.resolve("odd");
    Files.write(odd, new byte[6]);
    Path empty = folder.resolve("empty");
    Files.write(empty, new byte[0]);
    Path to = folder.resolve("result");
    try (Convolver convolver = Convolver.of(BACKEND, noise(50))) {
      assertThatThrownBy(() -> convolver.apply(odd, to, Extent.FULL, ProgressListener.NONE))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("has 6 bytes, expected a multiple of 4");
      assertThatThrownBy(() -> convolver.apply(empty, to, Extent.FULL, ProgressListener.NONE))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("has 0 bytes");
      assertThatThrownBy(() -> convolver.apply(folder, to, Extent.FULL, ProgressListener.NONE))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("is a folder");
      assertThatThrownBy(() -> convolver.apply(to, to, Extent.FULL, ProgressListener.NONE))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("cannot be read");
      assertThat(Files.exists(to)).isFalse();
      SampleSource doubles = SampleSource.of(MemorySegment.ofArray(new double[9]), DType.FLOAT64);
      assertThatThrownBy(
              () -> convolver.apply(doubles, (at, rows) -> {}, Extent.FULL, ProgressListener.NONE))
          .isInstanceOf(TypeMismatchException.class);
    }
    assertThatThrownBy(() -> SampleSource.of(MemorySegment.ofArray(new byte[6]), DType.FLOAT32))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("6 bytes");
  }

  @Test
  void aFileThatIsCutWhileItIsRead() throws IOException {
    Path from = FloatFiles.write(folder.resolve("signal"), noise(3 * (int) Segmentation.BLOCK));
    Path to = folder.resolve("result");
    try (Convolver convolver = Convolver.of(BACKEND, noise(50))) {
      assertThatThrownBy(
              () ->
                  convolver.apply(
                      from,
                      to,
                      Extent.FULL,
                      (done, total) -> {
                        try (FileChannel cut = FileChannel.open(from, StandardOpenOption.WRITE)) {
                          cut.truncate(100);
                        } catch (IOException e) {
                          throw new AssertionError(e);
                        }
                      }))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("cannot be read from sample")
          .hasMessageContaining("become shorter");
      assertThat(FloatFiles.names(folder)).containsExactly("signal");
    }
  }

  /** 64 MiB of samples by a JVM whose heap is 24 MiB. */
  @Test
  void filesLargerThanTheHeap() throws Exception {
    float[] signal = noise(16 << 20);
    float[] kernel = noise(1000);
    Path from = FloatFiles.write(folder.resolve("signal"), signal);
    Path lags = FloatFiles.write(folder.resolve("kernel"), kernel);
    Path to = folder.resolve("result");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String libraries = System.getProperty("sgconv.library.path");
    if (libraries != null) {
      command.add("-Dsgconv.library.path=" + libraries);
    }
    command.addAll(
        List.of(
            "-Xmx24m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath(),
            SmallHeapProgram.class.getName(),
            from.toString(),
            lags.toString(),
            to.toString()));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(240, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    try (Convolver convolver = Convolver.of(BACKEND, kernel)) {
      assertThat(Arrays.equals(FloatFiles.read(to), convolver.apply(signal, Extent.SAME))).isTrue();
    }
  }

  /** Everything that this JVM finds classes and libraries in. */
  private static String classPath() throws URISyntaxException {
    List<String> path = new ArrayList<>();
    for (String property : List.of("java.class.path", "jdk.module.path")) {
      if (System.getProperty(property) != null) {
        path.add(System.getProperty(property));
      }
    }
    for (Class<?> type : List.of(Convolver.class, OutOfCoreTest.class)) {
      path.add(
          Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    return String.join(File.pathSeparator, path);
  }

  /** What the small JVM runs. */
  static final class SmallHeapProgram {

    private SmallHeapProgram() {}

    /** Convolves the first file with the second into the third. */
    public static void main(String[] paths) throws IOException {
      float[] kernel = FloatFiles.read(Path.of(paths[1]));
      try (Convolver convolver = Convolver.of(BACKEND, kernel)) {
        convolver.apply(Path.of(paths[0]), Path.of(paths[2]), Extent.SAME, ProgressListener.NONE);
      }
    }
  }
}
