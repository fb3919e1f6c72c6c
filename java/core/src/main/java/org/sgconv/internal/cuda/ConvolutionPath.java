package org.sgconv.internal.cuda;

import java.util.Locale;
import java.util.OptionalLong;
import org.sgconv.InvalidSettingException;
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

  /** The path that the property names. */
  static ConvolutionPath named(String property) {
    for (ConvolutionPath path : values()) {
      if (path.name().equalsIgnoreCase(property.strip())) {
        return path;
      }
    }
    throw new InvalidSettingException(
        String.format(
            Locale.ROOT,
            "-D%s=%s: expected %s or %s, or no such property for the backend's choice",
            PROPERTY,
            property,
            FUSED.id(),
            CUFFT.id()));
  }

  /** As the property and reports name it. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * A plan on the path that the property names, and without it on the one that the library's table
   * has for the device, N and the type of signals.
   */
  static ConvolutionPlan plan(GpuStream stream, ConvolutionGeometry geometry, DType type) {
    String property = System.getProperty(PROPERTY);
    CudaFusedConvolution fused = new CudaFusedConvolution(stream.queue());
    long length = geometry.length();
    boolean wanted =
        property == null ? fused.isFaster(length, ElementTypes.of(type)) : named(property) == FUSED;
    if (wanted && geometry.outputRows() <= MOST_CHANNELS) {
      OptionalLong size = fused.size(length);
      if (size.isPresent()) {
        return new FusedConvolutionPlan(stream, geometry, type, size.getAsLong());
      }
    }
    return CudaConvolutionPlan.create(stream, geometry, type);
  }
}
