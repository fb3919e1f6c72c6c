package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.TypeMismatchException;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnCudaDevice;
import org.sgconv.contract.Seed;
import org.sgconv.device.Device;
import org.sgconv.device.Stream;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Convolutions and correlations of tensors that are on a device. */
@OnCudaDevice
@Timeout(600)
class DeviceConvolverTest {

  private final Random random = Seed.random(getClass());
  private Backend cuda;
  private long open;

  @BeforeEach
  void count() {
    cuda = CudaDevice.backend();
    open = Tensor.openCount();
  }

  @AfterEach
  void nothingIsLost() {
    assertThat(Tensor.openCount()).isEqualTo(open);
  }

  /** Windows are scored on the host meanwhile, which a device keeps none of. */
  @Test
  void allThreadsOfTheHostWorkBesideIt() {
    try (FixedKernels kernels =
        new FixedKernels("the test", cuda, Tensor.of(cuda, new float[8], 1, 1, 8))) {
      assertThat(kernels.hostThreads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    }
  }

  private static double[][] noise(Random random, int rows, int count) {
    double[][] noise = new double[rows][];
    for (int row = 0; row < rows; row++) {
      noise[row] = ExactSums.noise(random, count);
    }
    return noise;
  }

  /** Of one axis if there is one row and {@code flat}, else of two. */
  private static Tensor there(Backend backend, double[][] rows, boolean flat) {
    int count = rows[0].length;
    float[] values = new float[rows.length * count];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(ExactSums.floats(rows[row]), 0, values, row * count, count);
    }
    return flat
        ? Tensor.of(backend, values, count)
        : Tensor.of(backend, values, rows.length, count);
  }

  private static double[] row(double[] values, int row, int count) {
    return Arrays.copyOfRange(values, row * count, (row + 1) * count);
  }

  /** Random lengths, extents, rows and kernels. */
  @Test
  void convolutions() {
    double worst = 0;
    for (int i = 0; i < 4000; i++) {
      Random trial = Seed.random("device" + i);
      int most = i % 50 == 0 ? 6000 : 300;
      int rows = 1 + trial.nextInt(4);
      boolean oneEach = trial.nextBoolean();
      int n = ExactSums.length(trial, most);
      int lags = ExactSums.length(trial, most);
      Extent extent = ExactSums.extent(trial);
      String what =
          String.format(
              Locale.ROOT, "rows=%d n=%d K=%d %s%s", rows, n, lags, extent, Seed.replay());
      double[][] x = noise(trial, rows, n);
      double[][] k = noise(trial, oneEach ? rows : 1, lags);
      int count = (int) extent.length(n, lags);
      try (Tensor kernels = there(i % 2 == 0 ? cuda : Backends.reference(), k, !oneEach);
          Convolver convolver = Convolver.of(cuda, kernels);
          Tensor signals = there(cuda, x, rows == 1 && !oneEach);
          Tensor result = convolver.apply(signals, extent)) {
        assertThat(result.isOn(cuda)).isTrue();
        assertThat(result.shape().rank()).isEqualTo(signals.shape().rank());
        assertThat(result.dim(result.shape().rank() - 1)).isEqualTo(count);
        double[] values = result.toDoubleArray();
        for (int row = 0; row < rows; row++) {
          double[] kernel = k[oneEach ? row : 0];
          double[] full = ExactSums.full(x[row], kernel);
          double[] exact = ExactSums.stretch(full, extent, n, lags);
          double fraction =
              ExactSums.fraction(x[row], kernel, full, exact, row(values, row, count), 1);
          assertThat(fraction).as("%s row %d", what, row).isLessThanOrEqualTo(1);
          worst = Math.max(worst, fraction);
        }
      }
    }
    System.out.printf(Locale.ROOT, "float32 on the device: at most %.2f of the bound%n", worst);
  }

  /** Every channel with every template. */
  @Test
  void correlations() {
    for (int i = 0; i < 1000; i++) {
      Random trial = Seed.random("device correlation" + i);
      int channels = 1 + trial.nextInt(3);
      int templates = 1 + trial.nextInt(3);
      boolean flat = templates == 1 && trial.nextBoolean();
      int n = ExactSums.length(trial, 300);
      int lags = ExactSums.length(trial, 300);
      Extent extent = ExactSums.extent(trial);
      double[][] x = noise(trial, channels, n);
      double[][] h = noise(trial, templates, lags);
      int count = (int) extent.length(n, lags);
      try (Tensor all = there(cuda, h, flat);
          Correlator correlator = Correlator.of(cuda, all);
          Tensor signals = there(cuda, x, false);
          Tensor result = correlator.apply(signals, extent)) {
        assertThat(result.isOn(cuda)).isTrue();
        if (flat) {
          assertThat(result.shape().matches(channels, count)).isTrue();
        } else {
          assertThat(result.shape().matches(channels, templates, count)).isTrue();
        }
        double[] values = result.toDoubleArray();
        try (Tensor into = result.zerosBeside(result.shape().toArray())) {
          correlator.apply(signals, extent, into);
          assertThat(into.toDoubleArray()).isEqualTo(values);
        }
        for (int row = 0; row < channels * templates; row++) {
          double[] signal = x[row / templates];
          double[] kernel = Samples.reversed(h[row % templates]);
          double[] full = ExactSums.full(signal, kernel);
          double[] exact = ExactSums.stretch(full, extent, n, lags);
          assertThat(ExactSums.fraction(signal, kernel, full, exact, row(values, row, count), 1))
              .as("row %d: n=%d K=%d %s%s", row, n, lags, extent, Seed.replay())
              .isLessThanOrEqualTo(1);
        }
      }
    }
  }

  /** Several blocks of each row, judged where they meet and at the ends. */
  @Test
  void severalBlocks() {
    int rows = 3;
    int n = (int) (1.1 * Segmentation.BLOCK);
    double[][] x = noise(random, rows, n);
    for (int lags : new int[] {1, 300}) {
      double[] k = ExactSums.noise(random, lags);
      try (Convolver convolver = Convolver.of(cuda, ExactSums.floats(k));
          Tensor signals = there(cuda, x, false)) {
        for (Extent extent : Extent.values()) {
          int count = (int) extent.length(n, lags);
          Segmentation cut = Segmentation.of(Stretch.of(extent, n, lags), rows);
          assertThat(cut.calls()).isGreaterThan(2);
          try (Tensor into = Tensor.uninitialized(Stream.of(cuda), DType.FLOAT32, rows, count)) {
            convolver.apply(signals, extent, into);
            float[] values = into.toFloatArray();
            for (int row = 0; row < rows; row++) {
              requireSeams(
                  x[row],
                  k,
                  extent,
                  cut,
                  Arrays.copyOfRange(values, row * count, (row + 1) * count));
            }
          }
        }
      }
    }
  }

  /** More rows than one call takes, each an impulse at a place of its own. */
  @Test
  void manyRows() {
    int rows = 1100;
    int n = 8000;
    double[][] x = new double[rows][n];
    for (int row = 0; row < rows; row++) {
      x[row][7 * row] = 1 + row;
    }
    try (Convolver convolver = Convolver.of(cuda, new float[] {1, -0.5f, 0.25f});
        Tensor signals = there(cuda, x, false);
        Tensor result = convolver.apply(signals, Extent.VALID)) {
      float[] values = result.toFloatArray();
      for (int row = 0; row < rows; row++) {
        for (int lag = 0; lag < 3; lag++) {
          int at = 7 * row + lag - 2;
          if (at >= 0 && at < n - 2) {
            double expected = (1 + row) * new double[] {1, -0.5, 0.25}[lag];
            assertThat((double) values[row * (n - 2) + at])
                .as("row %d lag %d", row, lag)
                .isCloseTo(expected, within(1e-5 * (1 + row)));
          }
        }
      }
    }
  }

  private static void requireSeams(
      double[] x, double[] k, Extent extent, Segmentation cut, float[] result) {
    double carried = ExactSums.norm(x) * ExactSums.norm(k);
    double most = 5e-6 * carried / Math.sqrt(x.length + k.length) + 5e-7 * 6 * ExactSums.norm(k);
    int first = (int) extent.first(x.length, k.length);
    for (long call = 0; call <= cut.calls(); call++) {
      int middle = (int) Math.min(call * cut.fresh(), result.length);
      for (int i = Math.max(0, middle - 20); i < Math.min(result.length, middle + 20); i++) {
        assertThat(Math.abs(result[i] - ExactSums.convolved(x, k, first + i)))
            .as("K=%d %s at %d%s", k.length, extent, i, Seed.replay())
            .isLessThanOrEqualTo(most);
      }
    }
  }

  /** Arrays, samples from elsewhere and tensors of the host are taken there and back. */
  @Test
  void whatIsOnTheHostComesBackToTheHost() {
    double[][] x = noise(random, 2, 500);
    double[] k = ExactSums.noise(random, 30);
    try (Convolver convolver = Convolver.of(cuda, ExactSums.floats(k));
        Tensor there = there(cuda, x, false);
        Tensor here = there.toHost();
        Tensor fromThere = convolver.apply(there, Extent.SAME);
        Tensor fromHere = convolver.apply(here, Extent.SAME)) {
      assertThat(fromHere.isOnHost()).isTrue();
      float[] expected = fromThere.toFloatArray();
      assertThat(fromHere.toFloatArray()).isEqualTo(expected);
      assertThat(convolver.apply(ExactSums.floats(x[0]), Extent.SAME))
          .isEqualTo(Arrays.copyOf(expected, 500));
    }
  }

  /** Nothing is waited for: what comes next on the stream finds the result. */
  @Test
  void resultsAreOperandsOfTheNextCall() {
    double[] x = ExactSums.noise(random, 400);
    double[] k = ExactSums.noise(random, 25);
    double[] twice = ExactSums.full(ExactSums.full(x, k), k);
    try (Convolver convolver = Convolver.of(cuda, ExactSums.floats(k));
        Tensor signal = there(cuda, new double[][] {x}, true)) {
      Tensor once = convolver.apply(signal, Extent.FULL);
      try (Tensor result = convolver.apply(once, Extent.FULL)) {
        once.close();
        float[] values = result.toFloatArray();
        for (int i = 0; i < twice.length; i++) {
          assertThat((double) values[i]).isCloseTo(twice[i], within(1e-3));
        }
      }
    }
  }

  @Test
  void aNanStaysInItsRow() {
    double[][] x = noise(random, 3, 200);
    x[1][77] = Double.NaN;
    try (Convolver convolver = Convolver.of(cuda, new float[] {1, 2, 3});
        Tensor signals = there(cuda, x, false);
        Tensor result = convolver.apply(signals, Extent.SAME)) {
      for (int row = 0; row < 3; row++) {
        try (Tensor one = result.slice(row)) {
          assertThat(one.firstNonFinite().isPresent()).isEqualTo(row == 1);
        }
      }
    }
    try (Tensor kernels = there(cuda, x, false)) {
      assertThatThrownBy(() -> Convolver.of(cuda, kernels))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("NaN at (1, 77)");
      assertThatThrownBy(() -> Correlator.of(cuda, kernels))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("NaN at (1, 77)");
    }
  }

  @Test
  void tensorsElsewhereAreNamed() {
    double[][] x = noise(random, 2, 60);
    double[][] k = noise(random, 2, 5);
    try (Stream other = Device.all(cuda).getFirst().createStream();
        Tensor kernels = there(cuda, k, false);
        Convolver convolver = Convolver.of(cuda, kernels);
        Convolver onHost = Convolver.of(Backends.reference(), kernels);
        Correlator correlator = Correlator.of(cuda, kernels);
        NormalizedCorrelator normalized = NormalizedCorrelator.of(cuda, kernels, Mean.REMOVED);
        Tensor there = there(cuda, x, false);
        Tensor away = there.copyTo(other);
        Tensor here = there.toHost();
        Tensor intoThere = there.zerosBeside(2, 60);
        Tensor intoAway = away.zerosBeside(2, 60);
        Tensor intoHere = here.zerosBeside(2, 60)) {
      assertThatThrownBy(() -> convolver.apply(away, Extent.SAME))
          .isInstanceOf(WrongDeviceException.class)
          .hasMessageContaining("signals")
          .hasMessageContaining(other.toString())
          .hasMessageContaining("copyTo(stream)");
      assertThatThrownBy(() -> correlator.apply(away, Extent.SAME))
          .isInstanceOf(WrongDeviceException.class)
          .hasMessageContaining(other.toString());
      assertThatThrownBy(() -> onHost.apply(there, Extent.SAME))
          .isInstanceOf(WrongDeviceException.class)
          .hasMessageContaining("toHost()");
      assertThatThrownBy(() -> normalized.apply(there))
          .isInstanceOf(WrongDeviceException.class)
          .hasMessageContaining("toHost()");
      assertThatThrownBy(() -> convolver.apply(there, Extent.SAME, intoHere))
          .isInstanceOf(WrongDeviceException.class)
          .hasMessageContaining("into")
          .hasMessageContaining("host's memory");
      assertThatThrownBy(() -> convolver.apply(there, Extent.SAME, intoAway))
          .isInstanceOf(WrongDeviceException.class)
          .hasMessageContaining(other.toString());
      assertThatThrownBy(() -> convolver.apply(here, Extent.SAME, intoThere))
          .isInstanceOf(WrongDeviceException.class)
          .hasMessageContaining("results go where the signals are")
          .hasMessageContaining("copyTo(backend)");
      assertThatThrownBy(() -> onHost.apply(here, Extent.SAME, intoThere))
          .isInstanceOf(WrongDeviceException.class);
      assertThatThrownBy(() -> convolver.apply(there, Extent.SAME, there))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("overlaps");
      assertThatThrownBy(() -> convolver.apply(there, Extent.FULL, intoThere))
          .isInstanceOf(ShapeMismatchException.class);
      convolver.apply(there, Extent.SAME, intoThere);
      convolver.apply(here, Extent.SAME, intoHere);
      assertThat(intoThere.toFloatArray()).isEqualTo(intoHere.toFloatArray());
    }
  }

  @Test
  void anotherStreamHasAConvolverOfItsOwn() {
    double[][] x = noise(random, 2, 300);
    float[] k = ExactSums.floats(ExactSums.noise(random, 40));
    try (Stream other = Device.all(cuda).getFirst().createStream();
        Convolver mine = Convolver.of(cuda, k);
        Convolver theirs = Convolver.of(other.backend(), k);
        Tensor here = there(cuda, x, false);
        Tensor away = here.copyTo(other);
        Tensor a = mine.apply(here, Extent.VALID);
        Tensor b = theirs.apply(away, Extent.VALID)) {
      assertThat(b.stream()).contains(other);
      assertThat(b.toFloatArray()).isEqualTo(a.toFloatArray());
    }
  }

  @Test
  void typesAndClosedThings() {
    assertThatThrownBy(() -> Convolver.of(cuda, new double[] {1, 2}))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("'cuda' does not take FLOAT64");
    try (Tensor doubles = Tensor.of(new double[] {1, 2}, 2)) {
      assertThatThrownBy(() -> Convolver.of(cuda, doubles))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining("FLOAT64");
      assertThatThrownBy(() -> Correlator.of(cuda, doubles))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining("FLOAT64");
    }
    Convolver convolver = Convolver.of(cuda, new float[] {1, 2});
    try (Tensor signal = Tensor.of(cuda, new float[] {1, 2, 3}, 3);
        Tensor half = signal.to(DType.BFLOAT16)) {
      assertThatThrownBy(() -> convolver.apply(half, Extent.FULL))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining("BFLOAT16");
      try (Tensor result = convolver.apply(signal, Extent.FULL)) {
        assertThat(result.toFloatArray()).containsExactly(new float[] {1, 4, 7, 6}, within(1e-5f));
      }
      Tensor closed = signal.copy();
      closed.close();
      assertThatThrownBy(() -> convolver.apply(closed, Extent.FULL))
          .isInstanceOf(TensorClosedException.class);
      convolver.close();
      assertThatThrownBy(() -> convolver.apply(signal, Extent.FULL))
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("create a new one");
    }
  }

  @Test
  void threadsShareOneConvolver() throws Exception {
    List<Tensor> signals = new ArrayList<>();
    List<float[]> expected = new ArrayList<>();
    float[] k = ExactSums.floats(ExactSums.noise(random, 40));
    try (Convolver convolver = Convolver.of(cuda, k);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 12; i++) {
        signals.add(there(cuda, noise(random, 2, 100 + 97 * i), false));
        try (Tensor result = convolver.apply(signals.getLast(), Extent.FULL)) {
          expected.add(result.toFloatArray());
        }
      }
      List<Future<float[]>> results = new ArrayList<>();
      for (Tensor signal : signals) {
        results.add(
            threads.submit(
                () -> {
                  try (Tensor result = convolver.apply(signal, Extent.FULL)) {
                    return result.toFloatArray();
                  }
                }));
      }
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).isEqualTo(expected.get(i));
      }
    } finally {
      signals.forEach(Tensor::close);
    }
  }
}
