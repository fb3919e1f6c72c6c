package org.sgconv.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.InvalidArgumentException;
import org.sgconv.conv.LongConvolution;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A few weights can stand for a kernel of 2^40 lags: no norm is summed over that. */
interface NormLimits extends BackendUnderTest {

  /** M = 2^40. */
  KernelSpec ABSURD =
      KernelSpec.builder()
          .hidden(1)
          .kernelDim(64)
          .scales(35)
          .decay(DecayLaw.POWER)
          .decayRange(0.5, 0.5)
          .build();

  @Test
  @Timeout(20)
  default void anAbsurdNormIsRefusedWhereverItWouldBeTaken() {
    DType type = type().kernelType();
    KernelSpec summed =
        KernelSpec.builder()
            .hidden(2)
            .kernelDim(64)
            .scales(30)
            .composition(Composition.SUM)
            .build();
    for (KernelSpec spec : new KernelSpec[] {ABSURD, summed}) {
      KernelSynthesis synthesis = KernelSynthesis.on(backend());
      try (KernelParameters parameters = KernelParameters.random(backend(), spec, type, 1);
          Tensor kernel = Tensor.zeros(backend(), type, 1, spec.hidden(), 16);
          LongConvolution convolution =
              LongConvolution.create(
                  backend(), ConvolutionMode.CAUSAL, 1, spec.hidden(), 16, type())) {
        refuses(spec, () -> synthesis.norm(parameters));
        refuses(spec, () -> synthesis.forward(parameters, 16).close());
        refuses(spec, () -> synthesis.forward(parameters, kernel));
        refuses(spec, () -> synthesis.backward(parameters, kernel).close());
        refuses(spec, () -> convolution.prepare(parameters).close());
        assertThat(parameters.norm()).isEmpty();
      }
    }
  }

  /** Whoever has the norm needs no sum. */
  @Test
  @Timeout(20)
  default void withAGivenNormTheSameKernelIsLegal() {
    DType type = type().kernelType();
    try (KernelParameters drawn = KernelParameters.random(ABSURD, type, 1);
        Tensor norm = Tensor.zeros(type, 1, 1)) {
      norm.fill(1000);
      try (KernelParameters host =
              KernelParameters.of(
                  ABSURD, drawn.weights().copy(), drawn.decay().copy(), norm.copy());
          KernelParameters parameters = host.copyTo(backend());
          Tensor kernel = KernelSynthesis.on(backend()).forward(parameters, 16)) {
        assertThat(kernel.toDoubleArray()).hasSize(16).doesNotContain(Double.NaN);
      }
    }
  }

  private static void refuses(KernelSpec spec, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("rows of M = " + spec.fullLength())
        .hasMessageContaining("at most 4294967296")
        .hasMessageContaining("raise -Dsgconv.norm.lags");
  }
}
