package org.sgconv.benchmarks.gpu;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.sgconv.ConvolutionMode;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.DeviceBackend;

/** Ways through the CUDA backend, each timed by itself (docs/cuda.md). */
enum GpuPath {
  /** One block of threads for a row; beyond its longest row the backend would take cuFFT. */
  FUSED(16384),

  /** Twist, cuFFT, product, cuFFT, untwist. */
  CUFFT(Integer.MAX_VALUE);

  /** Read by the backend when a convolution is created. */
  private static final String PROPERTY = "sgconv.cuda.path";

  private final int longest;

  GpuPath(int longest) {
    this.longest = longest;
  }

  /** The paths that there are for a case. */
  static List<GpuPath> of(GpuCase what) {
    return Arrays.stream(values()).filter(path -> what.shape().length() <= path.longest).toList();
  }

  /** As tables and files name it. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A causal convolution that goes this way. */
  LongConvolution create(DeviceBackend backend, GpuCase what) {
    String given = System.getProperty(PROPERTY);
    System.setProperty(PROPERTY, id());
    try {
      return LongConvolution.create(
          backend,
          ConvolutionMode.CAUSAL,
          1,
          what.shape().hidden(),
          what.shape().length(),
          what.type());
    } finally {
      if (given == null) {
        System.clearProperty(PROPERTY);
      } else {
        System.setProperty(PROPERTY, given);
      }
    }
  }
}
