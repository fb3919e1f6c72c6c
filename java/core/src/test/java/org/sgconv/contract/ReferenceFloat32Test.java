package org.sgconv.contract;

import org.sgconv.tensor.DType;

/** The reference with float32 tensors: rounds once, on the way out. */
class ReferenceFloat32Test
    implements KernelsAndRows,
        ConvolutionLaws,
        ConvolutionUse,
        KernelContract,
        LayerContract,
        SynthesizedSpectra,
        Golden,
        Misuse,
        NormLimits {

  @Override
  public String backendName() {
    return "reference";
  }

  @Override
  public DType type() {
    return DType.FLOAT32;
  }
}
