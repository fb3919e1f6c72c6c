package org.sgconv.internal.cuda;

import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.CudaFusedConvolution;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.tensor.DType;

/** How a convolution is computed: by our own transforms, or through cuFFT. */
enum ConvolutionPath {
  /** Fused CUDA kernels where they have a size for the length, cuFFT beyond. */
  FUSED,

  /** cuFFT for every length. */
  CUFFT;

  /** Overrides the choice. */
  static final String PROPERTY = "sgconv.cuda.path";

  /** Rows of one fused call are counted in 32 bits, with room to spare. */
  private static final long MOST_CHANNELS = 1L << 20;

  /**
   * The path that the property names, and without it the one that moves fewer bytes: a row of N
   * points crosses the device's memory twice when fused, and ten times through cuFFT, mostly as
   * complex numbers (twist, two transforms, product, untwist). Not yet measured on a GPU.
   */
  static ConvolutionPath chosen(@Nullable String property) {
    if (property == null) {
      return FUSED;
    }
    for (ConvolutionPath path : values()) {
      if (path.name().equalsIgnoreCase(property.strip())) {
        return path;
      }
    }
    throw new InvalidArgumentException(
        "-D%s=%s: expected %s or %s, or no such property for the backend's choice"
            .formatted(PROPERTY, property, FUSED.id(), CUFFT.id()));
  }

  /** As the property and reports name it. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A plan on the chosen path. */
  static ConvolutionPlan plan(GpuStream stream, ConvolutionGeometry geometry, DType type) {
    ConvolutionPath path = chosen(System.getProperty(PROPERTY));
    if (path == FUSED && geometry.outputRows() <= MOST_CHANNELS) {
      OptionalLong size = new CudaFusedConvolution(stream.queue()).size(geometry.length());
      if (size.isPresent()) {
        return new FusedConvolutionPlan(stream, geometry, type, size.getAsLong());
      }
    }
    return CudaConvolutionPlan.create(stream, geometry, type);
  }
}
