package org.sgconv.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * A skip beside a kernel whose spectrum is a thousand times as large. Added there it is rounded
 * alike in every number of the spectrum, and an impulse gathers these errors in one sample.
 */
@DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
class SkipAccuracyTest {

  private static final int LENGTH = 1 << 20;

  @ParameterizedTest
  @EnumSource
  void aSkipIsAsAccurateAsTheKernel(ConvolutionMode mode) {
    Backend cpu = Backends.cpu();
    int channels = mode == ConvolutionMode.BIDIRECTIONAL ? 2 : 1;
    SplittableRandom random = new SplittableRandom(7);
    float[] kernel = new float[channels * LENGTH];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = (float) random.nextGaussian();
    }
    float[] impulse = new float[LENGTH];
    impulse[LENGTH - 2] = 1;
    try (Tensor k = Tensor.of(kernel, channels, 1, LENGTH);
        Tensor skip = Tensor.of(new float[] {0.7f}, 1, 1);
        Tensor u = Tensor.of(impulse, 1, 1, LENGTH);
        LongConvolution convolution = LongConvolution.create(cpu, mode, 1, 1, LENGTH);
        KernelSpectrum spectrum = convolution.prepare(k, skip);
        Tensor y = convolution.forward(spectrum, u)) {
      Deviation deviation =
          Tolerance.of(DType.FLOAT32)
              .measure(ExactConvolution.builder(mode, k, u).skip(skip).build().output(), y);
      assertThat(deviation.fraction()).as(deviation.describe()).isLessThan(1);
    }
  }
}
