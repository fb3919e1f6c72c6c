package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.ConvolutionMode;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnCudaDevice;
import org.sgconv.conv.Gates;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.Device;
import org.sgconv.device.Stream;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * A row of 4,194,304 samples. The signal is silent but for three impulses, so that the result is
 * the sum of three delayed kernels, whatever the length.
 */
@OnCudaDevice
class CudaLongSignalTest {

  private static final int LENGTH = 1 << 22;
  private static final int[] PLACES = {0, LENGTH / 3, LENGTH - 2};
  private static final float[] HEIGHTS = {1, -0.5f, 2};

  @Test
  @Timeout(120)
  void fourMillionSamplesTakeNoMoreThanTheWorkspace() {
    Device device = Device.all(CudaDevice.backend()).getFirst();
    float[] kernel = new float[LENGTH];
    Random random = new Random(22);
    for (int i = 0; i < LENGTH; i++) {
      kernel[i] = 2 * random.nextFloat() - 1;
    }
    float[] signal = new float[LENGTH];
    for (int i = 0; i < PLACES.length; i++) {
      signal[PLACES[i]] = HEIGHTS[i];
    }
    try (Stream stream = device.createStream();
        LongConvolution convolution =
            LongConvolution.create(stream.backend(), ConvolutionMode.CAUSAL, 1, 1, LENGTH);
        Tensor k = Tensor.of(stream.backend(), kernel, 1, 1, LENGTH);
        Tensor u = Tensor.of(stream.backend(), signal, 1, 1, LENGTH);
        Tensor y = Tensor.zeros(stream.backend(), DType.FLOAT32, 1, 1, LENGTH)) {
      long before = device.allocatedBytes();
      try (KernelSpectrum spectrum = convolution.prepare(k)) {
        convolution.forward(spectrum, u, Gates.none(), y);
        assertThat(device.allocatedBytes() - before - spectrum.byteSize())
            .as("bytes of workspace")
            .isPositive()
            .isLessThanOrEqualTo(WorkspaceLimit.DEFAULT_BYTES);
        requireSumOfKernels(kernel, y.toFloatArray());
      }
    }
  }

  private static void requireSumOfKernels(float[] kernel, float[] actual) {
    double squares = 0;
    double errorSquares = 0;
    double worst = 0;
    for (int t = 0; t < LENGTH; t++) {
      double expected = 0;
      for (int i = 0; i < PLACES.length; i++) {
        expected += t < PLACES[i] ? 0 : (double) HEIGHTS[i] * kernel[t - PLACES[i]];
      }
      double error = Math.abs(actual[t] - expected);
      squares += expected * expected;
      errorSquares += error * error;
      worst = Math.max(worst, error);
    }
    assertThat(Math.sqrt(errorSquares / squares)).as("relative L2 error").isLessThanOrEqualTo(1e-6);
    assertThat(worst / Math.sqrt(squares / LENGTH)).as("max error").isLessThanOrEqualTo(5e-6);
  }
}
