package org.sgconv.contract;

import org.sgconv.tensor.DType;

/** The CPU library. */
class CpuFloat32Test
    implements MillionSamples,
        KernelsAndRows,
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
    return "cpu";
  }

  @Override
  public DType type() {
    return DType.FLOAT32;
  }
}
