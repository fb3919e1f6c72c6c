package org.sgconv.cli.run;

import org.jspecify.annotations.Nullable;
import org.sgconv.Backends;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.nn.Norm;
import org.sgconv.nn.Pass;
import org.sgconv.nn.layer.LayerNorm;
import org.sgconv.nn.layer.ScalarNorm;
import org.sgconv.nn.layer.SgConvSpec;
import org.sgconv.nn.state.ParameterSource;
import org.sgconv.nn.state.ParameterSource.Start;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LinearOperands;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/**
 * What comes after a layer's convolution, at each position for itself: GELU, norm and linear map,
 * on the reference in float64. Put together from the definition, not from the layer that it judges.
 */
public final class LayerTail implements AutoCloseable {

  /** ε of the layer norm. */
  private static final double EPSILON = 1e-5;

  /** Squares of what is above this leave the range of float32, and of what is below 1/this. */
  private static final double LARGEST_NORMED = 1e18;

  /** Products of what is below this with weights stay in the range of float32. */
  private static final double LARGEST = 1e30;

  private final SgConvSpec spec;
  private final Tensor weight;
  private final Tensor bias;
  private final @Nullable Norm norm;
  private final Pass pass;

  private LayerTail(SgConvSpec spec, Tensor weight, Tensor bias, @Nullable Norm norm) {
    this.spec = spec;
    this.weight = weight;
    this.bias = bias;
    this.norm = norm;
    this.pass = Pass.evaluation(Backends.reference(), DType.FLOAT64);
  }

  /**
   * That of a layer.
   *
   * @param source of the layer, in float64
   */
  static LayerTail read(SgConvSpec spec, ParameterSource source) {
    KernelSpec kernel = spec.kernel();
    long channels = (long) kernel.heads() * kernel.hidden();
    long rows = spec.glu() ? 2L * kernel.hidden() : kernel.hidden();
    String linear = spec.glu() ? "output_linear.0." : "output_linear.";
    try (TensorScope made = TensorScope.onHost()) {
      Tensor weight =
          made.adopt(source.tensor(linear + "weight", Start.UNIFORM, channels, rows, channels));
      Tensor bias = made.adopt(source.tensor(linear + "bias", Start.UNIFORM, channels, rows));
      ParameterSource place = source.child("norm").child("norm");
      int count = Math.toIntExact(channels);
      Norm norm =
          !spec.norm()
              ? null
              : spec.transposed()
                  ? ScalarNorm.create(count, place)
                  : LayerNorm.create(count, place);
      return new LayerTail(spec, made.release(weight), made.release(bias), norm);
    }
  }

  /** What it makes of some positions, and how errors grow on the way there. */
  static final class Outcome {

    private final double[] values;
    private final double[] growth;

    private Outcome(double[] values, double[] growth) {
      this.values = values;
      this.growth = growth;
    }

    /** Results (H,P). */
    double[] values() {
      return values;
    }

    /**
     * By how much relative errors grow at a position; NaN where float32 has not the range for what
     * is on the way.
     */
    double growth(int position) {
      return growth[position];
    }
  }

  /**
   * Applies it.
   *
   * @param convolved v (C·H,P)
   */
  Outcome apply(double[] convolved, int positions) {
    long channels = weight.dim(1);
    try (Tensor v = Tensor.of(convolved, 1, channels, positions)) {
      Tensor a = pass.scratch("activated", 1, channels, positions);
      pass.operations().gelu(v, Dropout.NONE, a);
      double[] growth = growth(convolved, a.toDoubleArray(), positions);
      Norm inner = norm;
      Tensor in = a;
      if (inner != null) {
        in = pass.scratch("normalized", 1, channels, positions);
        inner.forward(a, in, pass);
      }
      Tensor y = pass.scratch("result", 1, spec.kernel().hidden(), positions);
      pass.operations()
          .linear(
              new LinearOperands(
                  false, Dropout.NONE, spec.glu(), Dropout.NONE, in, weight, bias, null, null, y));
      return new Outcome(y.toDoubleArray(), growth);
    }
  }

  /**
   * A norm subtracts the mean, and divides what is left by its size: errors relative to the
   * channels become as much larger as they are beside their deviation.
   */
  private double[] growth(double[] convolved, double[] activated, int positions) {
    double largest = norm == null ? LARGEST : LARGEST_NORMED;
    double[] growth = new double[positions];
    int channels = activated.length / positions;
    for (int p = 0; p < positions; p++) {
      double sum = 0;
      double most = 0;
      for (int i = p; i < activated.length; i += positions) {
        sum += activated[i];
        // Also NaN, which no comparison holds for.
        most = Math.abs(convolved[i]) <= most ? most : Math.abs(convolved[i]);
      }
      growth[p] = most <= largest ? 1 : Double.NaN;
      if (norm != null) {
        growth[p] *= magnification(activated, p, positions, sum / channels);
      }
    }
    return growth;
  }

  private double magnification(double[] activated, int from, int positions, double mean) {
    double squares = 0;
    for (int i = from; i < activated.length; i += positions) {
      squares += (activated[i] - mean) * (activated[i] - mean);
    }
    double variance = squares * positions / activated.length;
    if (!spec.transposed()) {
      return Math.sqrt(1 + mean * mean / (variance + EPSILON));
    }
    return Math.sqrt(variance) < 1 / LARGEST_NORMED
        ? Double.NaN
        : Math.sqrt(1 + mean * mean / variance);
  }

  @Override
  public void close() {
    pass.close();
    Tensor.closeAll(weight, bias);
    Norm inner = norm;
    if (inner != null) {
      inner.close();
    }
  }
}
