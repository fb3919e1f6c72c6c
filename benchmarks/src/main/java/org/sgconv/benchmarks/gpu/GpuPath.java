package org.sgconv.benchmarks.gpu;

import java.util.Locale;
import org.sgconv.ConvolutionMode;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.DeviceBackend;

/** Ways through the CUDA backend, each timed by itself. */
enum GpuPath {
  /** Twist, cuFFT, product, cuFFT, untwist: the only one that the backend has so far. */
  CUFFT;

  /** As tables and files name it. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A causal convolution that goes this way. */
  LongConvolution create(DeviceBackend backend, GpuCase what) {
    return LongConvolution.create(
        backend,
        ConvolutionMode.CAUSAL,
        1,
        what.shape().hidden(),
        what.shape().length(),
        what.type());
  }
}
