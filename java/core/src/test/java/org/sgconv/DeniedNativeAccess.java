package org.sgconv;

import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.Tensor;

/** Main class of a process that may not call native code: what it gets and computes. */
public final class DeniedNativeAccess {

  private DeniedNativeAccess() {}

  /** Prints a line for each backend and the result of a convolution on the best. */
  public static void main(String[] arguments) {
    for (Backend backend : Backends.all()) {
      System.out.println(
          backend.name()
              + ": "
              + backend.unavailabilityCause().map(Throwable::toString).orElse("available"));
    }
    Backend best = Backends.best();
    try (LongConvolution convolution =
            LongConvolution.create(best, ConvolutionMode.CAUSAL, 1, 1, 3);
        Tensor kernel = Tensor.of(new float[] {1, 2, 3}, 1, 1, 3);
        KernelSpectrum spectrum = convolution.prepare(kernel);
        Tensor u = Tensor.of(new float[] {1, 2, 3}, 1, 1, 3);
        Tensor y = convolution.forward(spectrum, u)) {
      System.out.println(best.name() + " computes " + y.toDoubleArray()[2]);
    }
  }
}
