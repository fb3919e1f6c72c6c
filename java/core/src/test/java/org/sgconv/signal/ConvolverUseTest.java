package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.ClosedException;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.TypeMismatchException;
import org.sgconv.contract.Seed;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/** Misuse, threads, closing and memory. */
@Timeout(120)
@DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
class ConvolverUseTest {

  private static final Backend BACKEND = Backends.cpu();

  /** Of a block: signal, result, and a plan for as many lags as samples with its spectrum. */
  private static final long BYTES_A_SAMPLE = 120;

  private final Random random = Seed.random(getClass());

  private float[] noise(int count) {
    return ExactSums.floats(ExactSums.noise(random, count));
  }

  @Test
  void emptyAndNonFiniteArraysAreNamed() {
    float[] good = noise(20_000);
    float[] bad = good.clone();
    bad[12_345] = Float.NaN;
    double[] badDoubles = new double[9];
    badDoubles[8] = Double.POSITIVE_INFINITY;
    assertThatThrownBy(() -> Convolver.convolve(new float[0], good, Extent.FULL))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("signal is empty");
    assertThatThrownBy(() -> Convolver.convolve(good, new float[0], Extent.FULL))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("kernel is empty");
    assertThatThrownBy(() -> Convolver.convolve(bad, good, Extent.FULL))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("the signal holds NaN at index 12345")
        .hasMessageContaining("replace it");
    assertThatThrownBy(() -> Convolver.convolve(good, bad, Extent.FULL))
        .hasMessageContaining("the kernel holds NaN at index 12345");
    assertThatThrownBy(() -> Convolver.convolve(badDoubles, new double[1], Extent.SAME))
        .hasMessageContaining("the signal holds Infinity at index 8");
    assertThatThrownBy(() -> Convolver.of(BACKEND, badDoubles))
        .hasMessageContaining("the kernel holds Infinity at index 8");
    assertThatThrownBy(() -> Correlator.correlate(good, new float[0], Extent.SAME))
        .hasMessageContaining("template is empty");
    try (Tensor kernel = Tensor.of(bad, 2, 10_000)) {
      assertThatThrownBy(() -> Convolver.of(BACKEND, kernel))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("kernels (2, 10000) holds NaN at (1, 2345)");
    }
    try (Convolver convolver = Convolver.of(BACKEND, good)) {
      float[] into = new float[bad.length];
      assertThatThrownBy(() -> convolver.apply(bad, Extent.SAME, into))
          .hasMessageContaining("index 12345");
      assertThat(into).as("nothing is written").containsOnly(0);
    }
  }

  @Test
  void shapesAndTypesAreChecked() {
    try (Tensor kernels = Tensor.of(noise(30), 3, 10);
        Convolver three = Convolver.of(BACKEND, kernels);
        Tensor two = Tensor.zeros(DType.FLOAT32, 2, 50);
        Tensor doubles = Tensor.zeros(DType.FLOAT64, 3, 50);
        Tensor signals = Tensor.zeros(DType.FLOAT32, 3, 50);
        Tensor cube = Tensor.zeros(DType.FLOAT32, 3, 5, 10);
        Tensor half = kernels.to(DType.BFLOAT16)) {
      assertThatThrownBy(() -> three.apply(two, Extent.FULL))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("(2, 50), expected (3, n)");
      assertThatThrownBy(() -> three.apply(doubles, Extent.FULL))
          .isInstanceOf(TypeMismatchException.class);
      assertThatThrownBy(() -> three.apply(new float[9], Extent.FULL))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("tensor of so many rows");
      assertThatThrownBy(() -> three.apply(signals, Extent.FULL, two))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("expected (3, 59)");
      assertThatThrownBy(() -> three.apply(signals, Extent.SAME, signals))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("overlaps");
      assertThatThrownBy(() -> Convolver.of(BACKEND, cube))
          .isInstanceOf(ShapeMismatchException.class);
      assertThatThrownBy(() -> Convolver.of(BACKEND, half))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining("BFLOAT16");
      Tensor closed = Tensor.zeros(DType.FLOAT32, 3, 50);
      closed.close();
      assertThatThrownBy(() -> three.apply(closed, Extent.FULL))
          .isInstanceOf(TensorClosedException.class);
    }
    try (Convolver one = Convolver.of(BACKEND, noise(10))) {
      assertThatThrownBy(() -> one.apply(new double[5], Extent.FULL))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining("double[]");
      assertThatThrownBy(() -> one.apply(new float[5], Extent.VALID, new float[5]))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("5 elements, expected 6");
      assertThatThrownBy(() -> one.length(0, Extent.FULL))
          .isInstanceOf(InvalidArgumentException.class);
      assertThat(one.length(1L << 39, Extent.FULL)).isEqualTo((1L << 39) + 9);
      assertThatThrownBy(() -> Stretch.of(Extent.FULL, 1L << 31, 5).arrayLength())
          .hasMessageContaining("2147483652 samples, more than a Java array");
    }
  }

  /** In place, over several blocks, forward and with what lies ahead. */
  @Test
  void theResultMayTakeTheSignalsPlace() {
    float[] signal = noise((int) (2.2 * Segmentation.BLOCK));
    try (Convolver convolver = Convolver.of(BACKEND, noise(64))) {
      float[] expected = convolver.apply(signal, Extent.SAME);
      float[] inPlace = signal.clone();
      convolver.apply(inPlace, Extent.SAME, inPlace);
      assertThat(Arrays.equals(inPlace, expected)).isTrue();
    }
  }

  @Test
  void threadsShareOneConvolver() throws Exception {
    float[] kernel = noise(3000);
    List<float[]> signals = IntStream.range(0, 40).mapToObj(i -> noise(500 + 997 * i)).toList();
    try (Convolver convolver = Convolver.of(BACKEND, kernel);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<float[]> expected = signals.stream().map(s -> convolver.apply(s, Extent.FULL)).toList();
      for (int round = 0; round < 3; round++) {
        List<Future<float[]>> results =
            signals.stream()
                .map(s -> threads.submit(() -> convolver.apply(s, Extent.FULL)))
                .toList();
        for (int i = 0; i < results.size(); i++) {
          assertThat(Arrays.equals(results.get(i).get(), expected.get(i))).isTrue();
        }
      }
    }
  }

  @Test
  void closingWaitsForCallsAndEndsThem() throws Exception {
    float[] kernel = noise(3000);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Convolver convolver = Convolver.of(BACKEND, kernel);
    SampleSource signal = SampleSource.of(segment(noise(50_000)), DType.FLOAT32);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<?> call =
          threads.submit(
              () -> {
                convolver.apply(
                    signal,
                    (to, rows) -> {
                      inside.countDown();
                      await(go);
                    },
                    Extent.FULL,
                    ProgressListener.NONE);
                return 0;
              });
      await(inside);
      Future<?> close = threads.submit(convolver::close);
      Thread.sleep(50);
      assertThat(close.isDone()).isFalse();
      go.countDown();
      call.get();
      close.get();
    }
    convolver.close();
    assertThatThrownBy(() -> convolver.apply(kernel, Extent.FULL))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("create a new one");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aCallCannotCloseItsOwnConvolver() throws Exception {
    SampleSource signal = SampleSource.of(segment(noise(50_000)), DType.FLOAT32);
    try (Convolver convolver = Convolver.of(BACKEND, noise(3000))) {
      Runnable close = convolver::close;
      assertThatThrownBy(
              () ->
                  convolver.apply(
                      signal, (to, rows) -> close.run(), Extent.FULL, ProgressListener.NONE))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("cannot be closed by what it calls");
      assertThat(convolver.apply(noise(9), Extent.SAME)).hasSize(9);
    }
  }

  private static MemorySegment segment(float[] values) {
    return MemorySegment.ofArray(values);
  }

  /** Beside operands, memory for the kernel and a block, however long the signal is. */
  @Test
  void memoryDoesNotGrowWithTheSignal() throws Exception {
    long before = HostMemory.heldBytes();
    long tensors = Tensor.openCount();
    float[] kernel = noise(1000);
    long[] most = new long[2];
    for (int times = 1; times <= 2; times++) {
      long samples = 4L * times * Segmentation.BLOCK;
      int index = times - 1;
      try (Convolver convolver = Convolver.of(BACKEND, kernel)) {
        convolver.apply(
            new Silence(1, samples),
            (to, rows) -> most[index] = Math.max(most[index], HostMemory.heldBytes() - before),
            Extent.SAME,
            ProgressListener.NONE);
      }
    }
    assertThat(most[0]).isPositive().isLessThan(BYTES_A_SAMPLE * Segmentation.BLOCK);
    assertThat(most[1]).isEqualTo(most[0]);
    assertThat(HostMemory.heldBytes()).isEqualTo(before);
    assertThat(Tensor.openCount()).isEqualTo(tensors);
  }

  /** Plans of many lengths do not pile up. */
  @Test
  void plansAreBounded() {
    long before = HostMemory.heldBytes();
    try (Convolver convolver = Convolver.of(BACKEND, noise(1000))) {
      long most = 0;
      for (int i = 0; i < 60; i++) {
        convolver.apply(noise(20_000 + 50_000 * i), Extent.SAME);
        most = Math.max(most, HostMemory.heldBytes() - before);
      }
      assertThat(most).isLessThan(2 * BYTES_A_SAMPLE * Segmentation.BLOCK);
    }
    assertThat(HostMemory.heldBytes()).isEqualTo(before);
  }

  @Test
  void kernelsBeyondMemoryAreRefusedBeforeAnythingIsDone() throws Exception {
    String limit = System.getProperty(HostMemory.PROPERTY);
    long before = HostMemory.heldBytes();
    float[] kernel = noise(1 << 20);
    SampleSource signal = SampleSource.of(segment(noise(1 << 21)), DType.FLOAT32);
    try {
      HostMemory.setLimit(before + (2L << 20));
      assertThatThrownBy(() -> Convolver.of(BACKEND, kernel))
          .isInstanceOf(HostMemoryException.class);
      HostMemory.setLimit(before + (7L << 20));
      try (Convolver convolver = Convolver.of(BACKEND, kernel)) {
        boolean[] written = new boolean[1];
        assertThatThrownBy(
                () ->
                    convolver.apply(
                        signal,
                        (to, rows) -> written[0] = true,
                        Extent.FULL,
                        ProgressListener.NONE))
            .isInstanceOf(HostMemoryException.class)
            .hasMessageContaining("are allowed in all");
        assertThat(written[0]).isFalse();
      }
    } finally {
      if (limit == null) {
        System.clearProperty(HostMemory.PROPERTY);
      } else {
        System.setProperty(HostMemory.PROPERTY, limit);
      }
    }
    assertThat(HostMemory.heldBytes()).isEqualTo(before);
  }

  /** Commutativity, shifts, and FULL's parts, to twice the bound that each result has. */
  @Test
  void laws() {
    for (int i = 0; i < 60; i++) {
      int n = ExactSums.length(random, 30_000);
      int lags = ExactSums.length(random, 30_000);
      float[] x = noise(n);
      float[] k = noise(lags);
      double most =
          20e-6
              * ExactSums.norm(ExactSums.doubles(x))
              * ExactSums.norm(ExactSums.doubles(k))
              / Math.sqrt(Math.max(n, lags));
      float[] full = Convolver.convolve(x, k, Extent.FULL);
      String what = "n=" + n + " K=" + lags + Seed.replay();
      assertClose(what, Convolver.convolve(k, x, Extent.FULL), full, 0, most);
      for (Extent extent : Extent.values()) {
        float[] part = Convolver.convolve(x, k, extent);
        assertThat(part).hasSize((int) extent.length(n, lags));
        assertClose(what, part, full, (int) extent.first(n, lags), most);
      }
      float[] later = new float[n + 100];
      System.arraycopy(x, 0, later, 100, n);
      float[] shifted = Convolver.convolve(later, k, Extent.FULL);
      assertClose(what, Arrays.copyOfRange(shifted, 100, shifted.length), full, 0, most);
    }
  }

  private static void assertClose(String what, float[] part, float[] full, int from, double most) {
    for (int i = 0; i < part.length; i++) {
      assertThat((double) Math.abs(part[i] - full[from + i]))
          .as("%s at %d", what, i)
          .isLessThanOrEqualTo(most);
    }
  }
}
