package org.sgconv.example;

import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** The example of the README, which shows the lines between the two marks. */
final class TenLines {

  private TenLines() {}

  /** Gradient of half the output's energy with respect to samples (8,64,16384). */
  static float[] run(float[] samples) {
    // begin
    Backend backend = Backends.best(); // a GPU if there is one, else the CPU
    KernelSpec spec = KernelSpec.builder().hidden(64).maxLength(16_384).kernelDim(32).build();
    try (var parameters = KernelParameters.random(backend, spec, DType.FLOAT32, 7);
        var conv = LongConvolution.create(backend, spec, 16_384);
        KernelSpectrum spectrum = conv.prepare(parameters);
        Tensor u = Tensor.of(backend, samples, 8, 64, 16_384); // batch, hidden, length
        Tensor y = conv.forward(spectrum, u);
        Gradients gradients = conv.backward(spectrum, u, y)) { // of the loss ½‖y‖², so dy = y
      return gradients.input().toFloatArray(); // and gradients.kernel() for the parameters
    }
    // end
  }
}
