package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.contract.Seed;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/** Correlations of signals that are read piece by piece: the bits of those in memory. */
@Timeout(300)
@DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
class OutOfCoreCorrelationTest {

  private static final Backend BACKEND = Backends.cpu();

  private final Random random = Seed.random(getClass());
  private final long open = Tensor.openCount();
  private final long held = HostMemory.heldBytes();

  @TempDir private Path folder;

  @AfterEach
  void nothingIsLost() {
    assertThat(Tensor.openCount()).isEqualTo(open);
    assertThat(HostMemory.heldBytes()).isEqualTo(held);
  }

  private float[] noise(int count) {
    return ExactSums.floats(ExactSums.noise(random, count));
  }

  /** Noise on an offset of 1e4, with a spike of 1e6 and a stretch of silence. */
  private float[] rough(int count) {
    float[] values = noise(count);
    for (int i = 0; i < count; i++) {
      values[i] += i < count / 3 ? 0 : 1e4f;
    }
    values[count / 2] = 1e6f;
    Arrays.fill(values, count / 5, count / 4, 0);
    return values;
  }

  /** Channels of one length in memory, as a source. */
  private record Channels(Tensor samples) implements SampleSource {
    @Override
    public long length() {
      return samples.dim(1);
    }

    @Override
    public DType type() {
      return samples.type();
    }

    @Override
    public int rows() {
      return (int) samples.dim(0);
    }

    @Override
    public void read(long from, List<MemorySegment> rows) {
      long bytes = type().byteSize();
      for (int r = 0; r < rows.size(); r++) {
        MemorySegment.copy(
            samples.segment(),
            (r * length() + from) * bytes,
            rows.get(r),
            0,
            rows.get(r).byteSize());
      }
    }
  }

  /** Rows, put together again. */
  private static SampleSink into(Tensor rows, long count) {
    long bytes = rows.type().byteSize();
    return (to, values) -> {
      for (int r = 0; r < values.size(); r++) {
        MemorySegment from = values.get(r);
        long start = (r * count + to) * bytes;
        MemorySegment.copy(from, 0, rows.segment(), start, from.byteSize());
      }
    };
  }

  @Test
  void filesHaveTheBitsOfArrays() throws IOException {
    float[] signal = rough(1_300_000);
    Path from = FloatFiles.write(folder.resolve("signal"), signal);
    Path to = folder.resolve("result");
    for (int length : new int[] {2, 300, 20_000}) {
      for (Mean mean : Mean.values()) {
        try (NormalizedCorrelator correlator =
            NormalizedCorrelator.of(BACKEND, noise(length), mean)) {
          List<Long> told = new ArrayList<>();
          long total = signal.length - length + 1L;
          correlator.apply(
              from,
              DType.FLOAT32,
              to,
              (done, all) -> {
                assertThat(all).isEqualTo(total);
                told.add(done);
              });
          assertThat(Arrays.equals(FloatFiles.read(to), correlator.apply(signal))).isTrue();
          assertThat(told).hasSizeGreaterThan(1).isSorted().doesNotHaveDuplicates();
          assertThat(told.getLast()).isEqualTo(total);
        }
      }
    }
  }

  @Test
  void correlatorsHaveTheBitsOfTensors() throws IOException {
    float[] signal = noise((int) (2.3 * Segmentation.BLOCK));
    Path from = FloatFiles.write(folder.resolve("signal"), signal);
    Path to = folder.resolve("result");
    for (int length : new int[] {1, 3000}) {
      try (Tensor template = Tensor.of(noise(length), length);
          Tensor all = Tensor.of(signal, signal.length);
          Correlator correlator = Correlator.of(BACKEND, template)) {
        for (Extent extent : Extent.values()) {
          correlator.apply(from, to, extent, ProgressListener.NONE);
          try (Tensor expected = correlator.apply(all, extent)) {
            assertThat(Arrays.equals(FloatFiles.read(to), expected.toFloatArray())).isTrue();
          }
        }
      }
    }
    assertThat(FloatFiles.names(folder)).containsExactlyInAnyOrder("signal", "result");
  }

  /** And their peaks. */
  @Test
  void channelsAndTemplates() throws IOException {
    for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      int n = 500_000;
      int length = 700;
      try (Tensor samples = Tensor.uninitialized(type, 2, n);
          Tensor templates = Tensor.uninitialized(type, 3, length)) {
        for (long i = 0; i < samples.elementCount(); i++) {
          samples.setFlat(i, random.nextGaussian());
        }
        for (long i = 0; i < templates.elementCount(); i++) {
          templates.setFlat(i, random.nextGaussian());
        }
        SampleSource source = new Channels(samples);
        try (Correlator correlator = Correlator.of(BACKEND, templates);
            Tensor expected = correlator.apply(samples, Extent.SAME);
            Tensor actual = Tensor.zeros(type, expected.shape())) {
          correlator.apply(source, into(actual, n), Extent.SAME, ProgressListener.NONE);
          requireClose(type, expected, actual);
          PeakFinder peaks =
              new PeakFinder(type, Correlator.firstLag(Extent.SAME, n, length), 4, length);
          correlator.apply(source, peaks, Extent.SAME, ProgressListener.NONE);
          requirePeaks(peaks, actual, Correlator.firstLag(Extent.SAME, n, length), length);
        }
        try (NormalizedCorrelator correlator =
                NormalizedCorrelator.of(BACKEND, templates, Mean.REMOVED);
            Tensor expected = correlator.apply(samples);
            Tensor actual = Tensor.zeros(type, expected.shape())) {
          correlator.apply(source, into(actual, n - length + 1), ProgressListener.NONE);
          assertThat(actual.segment().mismatch(expected.segment())).isEqualTo(-1);
          PeakFinder peaks = new PeakFinder(type, 0, 4, length);
          correlator.apply(source, peaks, ProgressListener.NONE);
          requirePeaks(peaks, expected, 0, length);
        }
      }
    }
  }

  /** Rows that are computed together, or not, differ by no more than two errors. */
  private static void requireClose(DType type, Tensor expected, Tensor actual) {
    double[] a = expected.toDoubleArray();
    double[] b = actual.toDoubleArray();
    double worst = 0;
    for (int i = 0; i < a.length; i++) {
      worst = Math.max(worst, Math.abs(a[i] - b[i]));
    }
    double norms = Math.sqrt(500_000.0) * Math.sqrt(700.0);
    double unit = type == DType.FLOAT64 ? 0x1p-29 : 1;
    assertThat(worst).isLessThanOrEqualTo(2 * unit * (5e-6 * norms / 707 + 5e-7 * 6 * 27));
  }

  private static void requirePeaks(PeakFinder peaks, Tensor rows, long firstLag, int apart) {
    for (int row = 0; row < 6; row++) {
      try (Tensor channel = rows.slice(row / 3);
          Tensor one = channel.slice(row % 3)) {
        assertThat(peaks.highest(row))
            .isEqualTo(Peak.highest(one.toDoubleArray(), firstLag, 4, apart));
      }
    }
  }

  @Test
  void mappedMemory() throws IOException {
    float[] signal = rough(100_001);
    Path from = FloatFiles.write(folder.resolve("signal"), signal);
    Path to = folder.resolve("result");
    int windows = signal.length - 99;
    try (Arena arena = Arena.ofShared();
        FileChannel in = FileChannel.open(from);
        FileChannel out =
            FileChannel.open(
                to, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        NormalizedCorrelator correlator =
            NormalizedCorrelator.of(BACKEND, noise(100), Mean.REMOVED)) {
      SampleSource source =
          SampleSource.of(
              in.map(FileChannel.MapMode.READ_ONLY, 0, 4L * signal.length, arena), DType.FLOAT32);
      MemorySegment written = out.map(FileChannel.MapMode.READ_WRITE, 0, 4L * windows, arena);
      correlator.apply(source, SampleSink.of(written, DType.FLOAT32), ProgressListener.NONE);
      assertThat(MemorySegment.ofArray(correlator.apply(signal)).mismatch(written)).isEqualTo(-1);
      SampleSink doubles = SampleSink.of(written, DType.FLOAT64);
      assertThatThrownBy(() -> correlator.apply(source, doubles, ProgressListener.NONE))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("expected " + windows + " of FLOAT32");
      try (Tensor two = Tensor.of(noise(200), 2, 100);
          NormalizedCorrelator both = NormalizedCorrelator.of(BACKEND, two, Mean.REMOVED);
          Correlator plain = Correlator.of(BACKEND, two)) {
        SampleSink one = SampleSink.of(written, DType.FLOAT32);
        assertThatThrownBy(() -> both.apply(source, one, ProgressListener.NONE))
            .isInstanceOf(ShapeMismatchException.class)
            .hasMessageContaining("in each of 2 rows");
        assertThatThrownBy(() -> plain.apply(source, one, Extent.VALID, ProgressListener.NONE))
            .isInstanceOf(ShapeMismatchException.class)
            .hasMessageContaining("in each of 2 rows");
        assertThatThrownBy(() -> both.apply(from, DType.FLOAT32, to, ProgressListener.NONE))
            .isInstanceOf(ShapeMismatchException.class)
            .hasMessageContaining("2 templates");
        assertThatThrownBy(() -> plain.apply(from, to, Extent.FULL, ProgressListener.NONE))
            .isInstanceOf(ShapeMismatchException.class)
            .hasMessageContaining("2 templates");
      }
    }
  }

  @Test
  void nothingIsLeftOfWhatFails() throws IOException {
    float[] signal = noise((int) (2.3 * Segmentation.BLOCK));
    int bad = 2 * (int) Segmentation.BLOCK + 77;
    signal[bad] = Float.NaN;
    Path from = FloatFiles.write(folder.resolve("signal"), signal);
    Path good = FloatFiles.write(folder.resolve("good"), noise((int) (2.3 * Segmentation.BLOCK)));
    Path to = FloatFiles.write(folder.resolve("result"), new float[] {42});
    Path odd = folder.resolve("odd");
    Files.write(odd, new byte[6]);
    try (Tensor template = Tensor.of(noise(50), 50);
        Correlator plain = Correlator.of(BACKEND, template);
        NormalizedCorrelator normalized =
            NormalizedCorrelator.of(BACKEND, template, Mean.REMOVED)) {
      ProgressListener cancelling =
          (done, total) -> {
            throw new IllegalStateException("cancelled");
          };
      ProgressListener cutting =
          (done, total) -> {
            try (FileChannel cut = FileChannel.open(good, StandardOpenOption.WRITE)) {
              cut.truncate(100);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          };
      assertThatThrownBy(() -> plain.apply(from, to, Extent.FULL, ProgressListener.NONE))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("signal holds NaN at index " + bad);
      assertThatThrownBy(() -> normalized.apply(from, DType.FLOAT32, to, ProgressListener.NONE))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("signal holds NaN at index " + bad);
      assertThatThrownBy(() -> plain.apply(good, to, Extent.FULL, cancelling))
          .hasMessage("cancelled");
      assertThatThrownBy(() -> normalized.apply(good, DType.FLOAT32, to, cancelling))
          .hasMessage("cancelled");
      assertThatThrownBy(() -> normalized.apply(good, DType.FLOAT32, to, cutting))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("cannot be read from sample");
      assertThatThrownBy(() -> plain.apply(odd, to, Extent.FULL, ProgressListener.NONE))
          .isInstanceOf(InvalidFileException.class);
      assertThatThrownBy(() -> normalized.apply(odd, DType.FLOAT32, to, ProgressListener.NONE))
          .isInstanceOf(InvalidFileException.class);
      assertThat(FloatFiles.read(to)).containsExactly(42);
      assertThat(FloatFiles.names(folder))
          .containsExactlyInAnyOrder("signal", "result", "good", "odd");
    }
  }

  @Test
  void sourcesThatCannotBe() {
    float[] short3 = noise(3);
    SampleSource doubles = SampleSource.of(MemorySegment.ofArray(new double[9]), DType.FLOAT64);
    SampleSource few = SampleSource.of(MemorySegment.ofArray(short3), DType.FLOAT32);
    SampleSink nowhere = (to, rows) -> {};
    try (Tensor template = Tensor.of(noise(5), 5);
        Correlator plain = Correlator.of(BACKEND, template);
        NormalizedCorrelator normalized =
            NormalizedCorrelator.of(BACKEND, template, Mean.REMOVED)) {
      Runnable close = normalized::close;
      assertThatThrownBy(() -> plain.apply(doubles, nowhere, Extent.FULL, ProgressListener.NONE))
          .isInstanceOf(TypeMismatchException.class);
      assertThatThrownBy(() -> normalized.apply(few, nowhere, ProgressListener.NONE))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("has 3 samples, the template 5");
      assertThatThrownBy(
              () ->
                  normalized.apply(
                      SampleSource.of(MemorySegment.ofArray(noise(9)), DType.FLOAT32),
                      (to, rows) -> close.run(),
                      ProgressListener.NONE))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("cannot be closed by what it calls");
      close.run();
      assertThatThrownBy(() -> normalized.apply(noise(9)))
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("the correlator is closed");
    }
  }

  /** Beside the kernel, memory for a piece, however long the signal is. */
  @Test
  void memoryDoesNotGrowWithTheSignal() throws IOException {
    long[] most = new long[2];
    try (NormalizedCorrelator correlator =
        NormalizedCorrelator.of(BACKEND, noise(1000), Mean.REMOVED)) {
      long before = HostMemory.heldBytes();
      for (int times = 1; times <= 2; times++) {
        int index = times - 1;
        correlator.apply(
            new Ramp(2_100_000L * times),
            (to, rows) -> most[index] = Math.max(most[index], HostMemory.heldBytes() - before),
            ProgressListener.NONE);
      }
    }
    assertThat(most[0]).isPositive().isLessThan(64L << 20);
    assertThat(most[1]).isLessThanOrEqualTo(most[0] + (1 << 20));
  }

  private record Ramp(long length) implements SampleSource {
    @Override
    public DType type() {
      return DType.FLOAT32;
    }

    @Override
    public void read(long from, List<MemorySegment> rows) {
      MemorySegment into = rows.getFirst();
      for (long i = 0; i < into.byteSize() / Float.BYTES; i++) {
        into.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) Math.sin(0.001 * (from + i)));
      }
    }
  }
}
