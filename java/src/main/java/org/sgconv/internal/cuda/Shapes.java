package org.sgconv.internal.cuda;

import org.sgconv.bindings.ConvolutionShape;
import org.sgconv.bindings.KernelShape;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.KernelGeometry;

/** The library's words for the geometries of the SPI. */
final class Shapes {

  private Shapes() {}

  static ConvolutionShape of(ConvolutionGeometry geometry) {
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

  static KernelShape of(KernelGeometry geometry) {
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
