package org.sgconv.contract;

import org.sgconv.tensor.DType;

/** The reference in float64. */
class ReferenceFloat64Test
    implements MillionSamples,
        KernelsAndRows,
        ConvolutionLaws,
        ConvolutionUse,
        KernelContract,
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
    return DType.FLOAT64;
  }
}
