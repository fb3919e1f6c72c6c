package org.sgconv.cli.run;

import org.sgconv.kernel.KernelSpec;

/** Kernel specs made from others. */
final class Specs {

  private Specs() {}

  /** A builder with everything of {@code spec} but its number of scales and longest signal. */
  static KernelSpec.Builder shapeOf(KernelSpec spec) {
    return KernelSpec.builder()
        .hidden(spec.hidden())
        .heads(spec.heads())
        .mode(spec.mode())
        .kernelDim(spec.kernelDim())
        .initScale(spec.initScale())
        .composition(spec.composition())
        .interpolation(spec.interpolation())
        .decay(spec.decay())
        .decayRange(spec.decayMin(), spec.decayMax())
        .initialization(spec.initialization());
  }

  /** The same kernels for another number of hidden rows. */
  static KernelSpec withHidden(KernelSpec spec, int hidden) {
    return shapeOf(spec).maxLength(spec.maxLength()).scales(spec.scales()).hidden(hidden).build();
  }
}
