package org.sgconv.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.Backends;
import org.sgconv.io.Checkpoint;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

@DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
class TenProgramsTest {

  private final Random random = new Random(7);

  private float[] noise(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** The definition, in double: the first samples of the linear convolution. */
  private static double[] expected(float[] u, float[] k) {
    double[] y = new double[u.length];
    for (int t = 0; t < y.length; t++) {
      for (int j = 0; j <= Math.min(t, k.length - 1); j++) {
        y[t] += (double) k[j] * u[t - j];
      }
    }
    return y;
  }

  private static void assertClose(float[] actual, double[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double carried =
        Math.sqrt(
            IntStream.range(0, expected.length).mapToDouble(i -> expected[i] * expected[i]).sum());
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i])
          .as("sample %d", i)
          .isCloseTo(expected[i], within(1e-6 * carried));
    }
  }

  @Test
  void one() {
    for (int lags : new int[] {1, 300, 1000, 1300}) {
      float[] u = noise(1000);
      float[] k = noise(lags);
      assertClose(TenPrograms.convolve(u, k), expected(u, k));
    }
  }

  @Test
  void two() {
    KernelSpec spec = KernelSpec.builder().hidden(2).maxLength(64).kernelDim(8).build();
    double[] losses = TenPrograms.train(Backends.cpu(), spec, noise(128), noise(128), 10);
    for (int step = 1; step < losses.length; step++) {
      assertThat(losses[step]).isLessThan(losses[step - 1]);
    }
  }

  @Test
  void three(@TempDir Path folder) {
    KernelSpec spec = KernelSpec.builder().hidden(2).maxLength(64).kernelDim(8).build();
    Path file = folder.resolve("layer.safetensors");
    try (KernelParameters parameters = KernelParameters.random(spec, DType.FLOAT32, 7);
        Tensor skip = Tensor.zeros(DType.FLOAT32, 1, 2)) {
      new Checkpoint(parameters, skip, List.of()).write(file, "layer.");
    }
    float[] impulse = new float[128];
    impulse[0] = 1;
    assertThat(TenPrograms.checkpoint(file, spec, "layer.", impulse)[0]).isNotZero();
  }

  @Test
  void four() {
    float[] k = noise(100);
    float[][] signals = {noise(100), noise(1), noise(37)};
    float[] y = TenPrograms.lengths(signals, k);
    for (int b = 0; b < 3; b++) {
      double[] row = Arrays.copyOf(expected(signals[b], k), 100);
      assertClose(Arrays.copyOfRange(y, 100 * b, 100 * b + 100), row);
    }
  }

  @Test
  void five() {
    float[] u = noise(64);
    float[] k = noise(64);
    float[] v = noise(64);
    double[] y = expected(u, k);
    for (int t = 0; t < y.length; t++) {
      y[t] *= v[t];
    }
    assertClose(TenPrograms.gated(u, k, v), y);
  }

  @Test
  void six() {
    assertThat(TenPrograms.available())
        .anyMatch(line -> line.startsWith("cpu"))
        .anyMatch(line -> line.startsWith("reference"))
        .anyMatch(line -> line.startsWith("cuda"))
        .noneMatch(line -> line.contains("@"));
  }

  @Test
  void seven() {
    double[] y = TenPrograms.exact(new double[] {1, 2, 3}, new double[] {1, 0.5});
    assertThat(y).containsExactly(1, 2.5, 4);
  }

  @Test
  void eight() {
    assertThat(TenPrograms.cuda()).isNotBlank();
  }

  @Test
  void nine() {
    float[] u = noise(64);
    float[] k = noise(64);
    double[] inner = expected(u, k);
    float[] x = new float[64];
    for (int t = 0; t < 64; t++) {
      x[t] = (float) Math.max(inner[t], 0) + u[t];
    }
    assertClose(TenPrograms.twoLayers(u, k), expected(x, k));
  }

  @Test
  void ten() throws Exception {
    float[] k = noise(256);
    List<float[]> signals = IntStream.range(0, 64).mapToObj(i -> noise(256)).toList();
    List<float[]> results = TenPrograms.threads(signals, k);
    for (int i = 0; i < signals.size(); i++) {
      assertClose(results.get(i), expected(signals.get(i), k));
    }
  }
}
