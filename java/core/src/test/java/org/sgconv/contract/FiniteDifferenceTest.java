package org.sgconv.contract;

import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * The whole way from kernel parameters to output, differentiated by trying: loss = Σ y·dy. The loss
 * is linear in every operand but the exponents, so a step of 1 is exact for all others.
 */
class FiniteDifferenceTest {

  private static final int BATCH = 2;
  private static final int HEADS = 2;
  private static final int HIDDEN = 3;

  /** Rounding alone, of sums of some hundred terms. */
  private static final Tolerance LINEAR = Tolerance.of(DType.FLOAT64).times(1024);

  /** What a central difference of step 1e-4 leaves out: third derivatives times 1e-8. */
  private static final Tolerance CURVED = Tolerance.of(DType.FLOAT32);

  private final Backend backend = Backends.reference();

  @ParameterizedTest
  @CsvSource({
    "CAUSAL,CONCATENATE,GEOMETRIC,20",
    "CAUSAL,SUM,POWER,33",
    "BIDIRECTIONAL,CONCATENATE,POWER,40",
    "BIDIRECTIONAL,SUM,GEOMETRIC,21",
    "CIRCULAR,CONCATENATE,POWER,19",
    "CIRCULAR,SUM,GEOMETRIC,32"
  })
  void everyGradientIsTheSlopeOfTheLoss(
      ConvolutionMode mode, Composition composition, DecayLaw decay, int length) {
    KernelSpec spec =
        KernelSpec.builder()
            .mode(mode)
            .composition(composition)
            .decay(decay)
            .decayRange(0.5, 1.5)
            .heads(HEADS)
            .hidden(HIDDEN)
            .kernelDim(5)
            .scales(3)
            .build();
    Random random = Seed.random(spec);
    try (KernelParameters parameters =
            KernelParameters.random(spec, DType.FLOAT64, random.nextLong());
        LongConvolution convolution =
            LongConvolution.create(backend, mode, HEADS, HIDDEN, length, DType.FLOAT64);
        Tensor u = normal(random, BATCH, HIDDEN, length);
        Tensor pre = normal(random, BATCH, HIDDEN, length);
        Tensor post = normal(random, BATCH, HIDDEN, length);
        Tensor skip = normal(random, HEADS, HIDDEN);
        Tensor dy = normal(random, BATCH, HEADS * HIDDEN, length)) {
      KernelSynthesis synthesis = KernelSynthesis.on(backend);
      synthesis.norm(parameters);
      Gates gates = Gates.of(pre, post);
      Supplier<Double> loss =
          () -> {
            try (Tensor kernel = synthesis.forward(parameters, length);
                KernelSpectrum spectrum = convolution.prepare(kernel, skip);
                Tensor y = convolution.forward(spectrum, u, gates)) {
              return dot(y, dy);
            }
          };
      try (Tensor kernel = synthesis.forward(parameters, length);
          KernelSpectrum spectrum = convolution.prepare(kernel, skip);
          Gradients gradients = convolution.backward(spectrum, u, gates, dy);
          KernelGradients parameterGradients = synthesis.backward(parameters, gradients.kernel())) {
        check("u", loss, u, gradients.input(), 1, LINEAR);
        check("skip", loss, skip, gradients.skip().orElseThrow(), 1, LINEAR);
        check("pre", loss, pre, gradients.pre().orElseThrow(), 1, LINEAR);
        check("post", loss, post, gradients.post().orElseThrow(), 1, LINEAR);
        check("weights", loss, parameters.weights(), parameterGradients.weights(), 1, LINEAR);
        if (decay == DecayLaw.POWER) {
          Tensor exponents = parameterGradients.decay().orElseThrow();
          check("decay", loss, parameters.decay(), exponents, 1e-4, CURVED);
        }
      }
    }
  }

  /** Kernels of any length, with a middle and without, that the signal outlasts or does not. */
  @ParameterizedTest
  @CsvSource({"20,20", "20,7", "19,6", "9,40", "8,15", "3,2", "2,1", "1,3"})
  void everyGradientOfACenteredKernelIsTheSlopeOfTheLoss(int length, int lags) {
    Random random = Seed.random("centered " + length + " " + lags);
    try (LongConvolution convolution =
            LongConvolution.builder(backend)
                .mode(ConvolutionMode.CENTERED)
                .heads(HEADS)
                .hidden(HIDDEN)
                .length(length)
                .kernelLength(lags)
                .type(DType.FLOAT64)
                .build();
        Tensor u = normal(random, BATCH, HIDDEN, length);
        Tensor kernel = normal(random, HEADS, HIDDEN, lags);
        Tensor skip = normal(random, HEADS, HIDDEN);
        Tensor dy = normal(random, BATCH, HEADS * HIDDEN, length)) {
      Supplier<Double> loss =
          () -> {
            try (KernelSpectrum spectrum = convolution.prepare(kernel, skip);
                Tensor y = convolution.forward(spectrum, u)) {
              return dot(y, dy);
            }
          };
      try (KernelSpectrum spectrum = convolution.prepare(kernel, skip);
          Gradients gradients = convolution.backward(spectrum, u, dy)) {
        check("u", loss, u, gradients.input(), 1, LINEAR);
        check("kernel", loss, kernel, gradients.kernel(), 1, LINEAR);
        check("skip", loss, skip, gradients.skip().orElseThrow(), 1, LINEAR);
      }
    }
  }

  private static double dot(Tensor a, Tensor b) {
    double sum = 0;
    for (long i = 0; i < a.elementCount(); i++) {
      sum += a.getFlat(i) * b.getFlat(i);
    }
    return sum;
  }

  private static void check(
      String name,
      Supplier<Double> loss,
      Tensor operand,
      Tensor gradient,
      double step,
      Tolerance tolerance) {
    double[] slopes = new double[(int) operand.elementCount()];
    for (int i = 0; i < slopes.length; i++) {
      double value = operand.getFlat(i);
      operand.setFlat(i, value + step);
      double above = loss.get();
      operand.setFlat(i, value - step);
      double below = loss.get();
      operand.setFlat(i, value);
      slopes[i] = (above - below) / (2 * step);
    }
    Judged.check(
        tolerance, "gradient of " + name + Seed.replay(), slopes, gradient.toDoubleArray());
  }

  private static Tensor normal(Random random, long... dims) {
    int count = 1;
    for (long dim : dims) {
      count *= Math.toIntExact(dim);
    }
    return Tensor.of(Operands.uniform(random, DType.FLOAT64, count), dims);
  }
}
