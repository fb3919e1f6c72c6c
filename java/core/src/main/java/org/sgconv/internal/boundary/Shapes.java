package org.sgconv.internal.boundary;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.ConvolutionShape;
import org.sgconv.bindings.KernelShape;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.KernelGeometry;

/** The native libraries' words for the geometries of the SPI. */
public final class Shapes {

  private Shapes() {}

  /**
   * Of a convolution.
   *
   * @throws InvalidArgumentException if its kernels are not as long as its signals: the native
   *     libraries take no others yet
   */
  public static ConvolutionShape of(ConvolutionGeometry geometry) {
    if (geometry.kernelLength() != geometry.length()) {
      throw new InvalidArgumentException(
          "kernelLength is "
              + geometry.kernelLength()
              + ": this backend takes kernels as long as the signal alone, "
              + geometry.length()
              + "; the reference backend takes any");
    }
    return new ConvolutionShape(
        geometry.heads(),
        geometry.hidden(),
        geometry.length(),
        switch (geometry.mode()) {
          case CAUSAL -> ConvolutionShape.Mode.CAUSAL;
          case BIDIRECTIONAL -> ConvolutionShape.Mode.BIDIRECTIONAL;
          case CIRCULAR -> ConvolutionShape.Mode.CIRCULAR;
        });
  }

  /**
   * Returns normally only if no lengths of rows are given: the native libraries take none yet.
   *
   * @throws InvalidArgumentException otherwise
   */
  public static void requireWholeRows(@Nullable MemorySegment lengths) {
    if (lengths != null) {
      throw new InvalidArgumentException(
          "lengths of rows are given: this backend takes none, the reference backend does");
    }
  }

  /** Of a kernel. */
  public static KernelShape of(KernelGeometry geometry) {
    return new KernelShape(
        geometry.channels(),
        geometry.hidden(),
        geometry.dim(),
        geometry.scales(),
        geometry.initScale(),
        switch (geometry.composition()) {
          case CONCATENATE -> KernelShape.Composition.CONCATENATE;
          case SUM -> KernelShape.Composition.SUM;
        },
        switch (geometry.interpolation()) {
          case LINEAR -> KernelShape.Interpolation.LINEAR;
          case NEAREST -> KernelShape.Interpolation.NEAREST;
        },
        switch (geometry.decay()) {
          case GEOMETRIC -> KernelShape.Decay.GEOMETRIC;
          case POWER -> KernelShape.Decay.POWER;
        });
  }
}
