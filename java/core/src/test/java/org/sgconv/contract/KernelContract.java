package org.sgconv.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.sgconv.Backend;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.Interpolation;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.oracle.ExactResult;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Synthesis, norm and gradients of kernels of every kind. */
interface KernelContract extends BackendUnderTest {

  /** Every composition, interpolation, decay law and direction, in several shapes. */
  @TestFactory
  default Stream<DynamicTest> synthesis() {
    Backend backend = backend();
    Random shapes = Seed.random("shapes of kernels");
    List<KernelSpec> specs = new ArrayList<>();
    for (Composition composition : Composition.values()) {
      for (Interpolation interpolation : Interpolation.values()) {
        for (DecayLaw decay : DecayLaw.values()) {
          for (ConvolutionMode mode : SynthesizedSpectra.MODES) {
            for (int scales = 1; scales <= 6; scales++) {
              specs.add(
                  KernelSpec.builder()
                      .composition(composition)
                      .interpolation(interpolation)
                      .decay(decay)
                      .decayRange(
                          decay == DecayLaw.POWER ? 0.3 : 1, decay == DecayLaw.POWER ? 1.5 : 3)
                      .mode(mode)
                      .scales(scales)
                      .initScale(shapes.nextInt(3))
                      .kernelDim(1 + shapes.nextInt(scales < 3 ? 40 : 9))
                      .hidden(1 + shapes.nextInt(5))
                      .heads(1 + shapes.nextInt(2))
                      .build());
            }
          }
        }
      }
    }
    return specs.stream().map(spec -> dynamicTest(spec.toString(), () -> check(backend, spec)));
  }

  private void check(Backend backend, KernelSpec spec) {
    Random random = Seed.random(spec);
    int full = (int) spec.fullLength();
    KernelSynthesis synthesis = KernelSynthesis.on(backend);
    try (KernelParameters parameters =
        KernelParameters.random(backend(), spec, type(), random.nextLong())) {
      NaiveKernel naive =
          new NaiveKernel(
              spec, parameters.weights().toDoubleArray(), parameters.decay().toDoubleArray());
      double[] norm = naive.norm();
      synthesis.norm(parameters);
      checkNorm(label(spec), norm, parameters.norm().orElseThrow().toDoubleArray());
      for (int length : new int[] {1, full / 2 + 1, full, full + 13}) {
        String what = label(spec) + " L=" + length;
        double[] kernel = naive.kernel(length, norm);
        checkForward(synthesis, parameters, what, kernel, naive.terms(length, norm));
        double[] gradKernel = gradient(random, kernel);
        checkBackward(synthesis, parameters, what, naive, norm, gradKernel, length);
      }
    }
  }

  /** Norms of different rows differ by orders of magnitude: each counts for itself. */
  private void checkNorm(String what, double[] expected, double[] actual) {
    for (int row = 0; row < expected.length; row++) {
      double[] one = {expected[row]};
      Judged.check(tolerance(), what + " norm of row " + row, one, new double[] {actual[row]});
    }
  }

  /**
   * The norm of the error is relative to that of the kernel, an element's error to the terms that
   * elements are sums of: a kernel towers above its root mean square at lag 0.
   */
  private void checkForward(
      KernelSynthesis synthesis,
      KernelParameters parameters,
      String what,
      double[] expected,
      double[] terms) {
    KernelSpec spec = parameters.spec();
    int length = expected.length / spec.channels() / spec.hidden();
    try (Guarded kernel =
        Guarded.output(
            backend(), type(), length % 2 == 1, spec.channels(), spec.hidden(), length)) {
      synthesis.forward(parameters, kernel.tensor());
      kernel.requireMarginsIntact(what);
      double[] actual = kernel.values();
      ExactResult whole = ExactResult.of(expected, expected.length);
      // The norm of all, and each element by itself.
      assertThat(tolerance().measure(whole, actual).relative())
          .as(what + " kernel")
          .isLessThanOrEqualTo(relativeNorm());
      Judged.check(
          tolerance(), what + " kernel", ExactResult.of(expected, terms, expected.length), actual);
    }
  }

  /**
   * A gradient of the kernel. It contains some of the kernel, so that the exponents' gradient does
   * not vanish by chance.
   */
  private double[] gradient(Random random, double[] kernel) {
    double[] gradient = Operands.uniform(random, type(), kernel.length);
    Arrays.setAll(gradient, i -> Operands.in(type(), gradient[i] + 16 * kernel[i]));
    return gradient;
  }

  private void checkBackward(
      KernelSynthesis synthesis,
      KernelParameters parameters,
      String what,
      NaiveKernel naive,
      double[] norm,
      double[] gradKernel,
      int length) {
    KernelSpec spec = parameters.spec();
    boolean odd = length % 2 == 1;
    boolean power = spec.decay() == DecayLaw.POWER;
    long[] shape = parameters.weights().shape().toArray();
    try (Guarded gradient =
            Guarded.input(
                backend(), type(), odd, gradKernel, spec.channels(), spec.hidden(), length);
        Guarded weights = Guarded.output(backend(), type(), odd, shape);
        Guarded again = Guarded.output(backend(), type(), !odd, shape);
        Guarded decay = Guarded.output(backend(), type(), odd, spec.hidden())) {
      KernelGradients into =
          power
              ? KernelGradients.into(weights.tensor(), decay.tensor())
              : KernelGradients.into(weights.tensor());
      synthesis.backward(parameters, gradient.tensor(), into);
      weights.requireMarginsIntact(what);
      decay.requireMarginsIntact(what);
      double[] expected = naive.weightGradient(gradKernel, length, norm);
      Judged.check(tolerance(), what + " gradient of weights", expected, weights.values());
      if (power) {
        double[] exponents = naive.exponentGradient(gradKernel, length, norm);
        Judged.check(tolerance(), what + " gradient of exponents", exponents, decay.values());
      }
      synthesis.backward(parameters, gradient.tensor(), KernelGradients.into(again.tensor()));
      Bits.requireSame(what + " gradient, repeated", weights.values(), again.values());
    }
  }

  /** A million lags over sixteen scales: raw norms of 10^5 and what comes of them. */
  @Test
  default void synthesizesLongKernels() {
    for (DecayLaw decay : DecayLaw.values()) {
      KernelSpec spec =
          KernelSpec.builder().hidden(1).kernelDim(32).scales(16).decay(decay).build();
      int length = 1_000_000;
      try (KernelParameters parameters =
          KernelParameters.random(backend(), spec, type(), Seed.VALUE)) {
        KernelSynthesis synthesis = KernelSynthesis.on(backend());
        double[] weights = parameters.weights().toDoubleArray();
        NaiveKernel naive = new NaiveKernel(spec, weights, parameters.decay().toDoubleArray());
        double[] norm = naive.norm();
        double[] kernel = naive.kernel(length, norm);
        try (Tensor actual = synthesis.forward(parameters, length)) {
          checkOctaves(label(spec) + " kernel", kernel, actual.toDoubleArray(), 32);
        }
        checkNorm(label(spec), norm, parameters.norm().orElseThrow().toDoubleArray());
        double[] gradKernel = gradient(Seed.random(spec), kernel);
        checkInnerProducts(synthesis, parameters, gradKernel, kernel);
      }
    }
  }

  /**
   * Compares the lags below {@code first}, then those up to twice as many, and so on: values fall
   * by orders of magnitude from one scale to the next, and every scale counts for itself.
   */
  private void checkOctaves(String what, double[] expected, double[] actual, int first) {
    for (int from = 0, to = first; from < expected.length; from = to, to *= 2) {
      int end = Math.min(to, expected.length);
      Judged.check(
          tolerance(),
          what + " from lag " + from,
          Arrays.copyOfRange(expected, from, end),
          Arrays.copyOfRange(actual, from, end));
    }
  }

  /** The kernel is linear in the weights: ⟨G, k⟩ = ⟨w, dw⟩. */
  private void checkInnerProducts(
      KernelSynthesis synthesis,
      KernelParameters parameters,
      double[] gradKernel,
      double[] kernel) {
    try (Guarded gradient =
            Guarded.input(backend(), type(), false, gradKernel, 1, 1, gradKernel.length);
        KernelGradients gradients = synthesis.backward(parameters, gradient.tensor())) {
      double expected = dot(gradKernel, kernel);
      double[] dw = gradients.weights().toDoubleArray();
      double[] w = parameters.weights().toDoubleArray();
      double scale = Math.sqrt(dot(dw, dw) * dot(w, w));
      double error = Math.abs(dot(dw, w) - expected);
      if (!(error <= relativeNorm() * scale)) {
        throw new AssertionError(
            label(parameters.spec()) + ": <w, dw> misses <G, k> = " + expected + " by " + error);
      }
      Tensor exponents = gradients.decay().orElse(null);
      if (exponents != null) {
        double[] terms = new double[kernel.length];
        Arrays.setAll(terms, t -> -gradKernel[t] * kernel[t] * Math.log1p(t));
        Judged.check(
            tolerance(),
            label(parameters.spec()) + " gradient of the exponent",
            new double[] {Arrays.stream(terms).sum()},
            exponents.toDoubleArray());
      }
    }
  }

  /** What the norm of an error may be of the norm of the result. */
  private double relativeNorm() {
    return type() == DType.FLOAT64 ? 1e-12 : 1e-6;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
