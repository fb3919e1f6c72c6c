package org.sgconv.internal.boundary;

import org.sgconv.bindings.ConvolutionShape;
import org.sgconv.bindings.KernelShape;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.KernelGeometry;

/** The native libraries' words for the geometries of the SPI. */
public final class Shapes {

  private Shapes() {}

  /** Of a convolution. */
  public static ConvolutionShape of(ConvolutionGeometry geometry) {
    return new ConvolutionShape(
        geometry.heads(),
        geometry.hidden(),
        geometry.length(),
        geometry.kernelLength(),
        switch (geometry.mode()) {
          case CAUSAL -> ConvolutionShape.Mode.CAUSAL;
          case BIDIRECTIONAL -> ConvolutionShape.Mode.BIDIRECTIONAL;
          case CIRCULAR -> ConvolutionShape.Mode.CIRCULAR;
          case CENTERED -> ConvolutionShape.Mode.CENTERED;
        });
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
