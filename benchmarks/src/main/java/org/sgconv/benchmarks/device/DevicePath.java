package org.sgconv.benchmarks.device;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.conv.LongConvolution;

/** Ways through the CUDA backend, each timed by itself (docs/cuda.md). */
enum DevicePath {
  /** Our own transforms, where they have a size for the length. */
  FUSED,

  /** Twist, cuFFT, product, cuFFT, untwist. */
  CUFFT;

  /** Read by the backend when a convolution is created. */
  private static final String PROPERTY = "sgconv.cuda.path";

  /** The paths that the backend has for a case on its device. */
  static List<DevicePath> of(Backend backend, BenchmarkCase what) {
    return Arrays.stream(values()).filter(path -> path.isTaken(backend, what)).toList();
  }

  /** Only the backend knows which lengths its device takes each way. */
  private boolean isTaken(Backend backend, BenchmarkCase what) {
    try (LongConvolution convolution = create(backend, what)) {
      return convolution.path().orElseThrow().equals(id());
    }
  }

  /** The path of that {@link #id}. */
  static DevicePath parse(String id) {
    return valueOf(id.toUpperCase(Locale.ROOT));
  }

  /** As tables and files name it. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A causal convolution that goes this way. */
  LongConvolution create(Backend backend, BenchmarkCase what) {
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
