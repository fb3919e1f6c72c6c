package org.sgconv.benchmarks.gpu;

import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.benchmarks.check.Deviation;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** The last row of a causal convolution on a device against the float64 reference. */
final class RowCheck {

  private RowCheck() {}

  /**
   * Relative L2 error.
   *
   * @param kernel (1,H,L)
   * @param skip (1,H)
   * @param input (B,H,L)
   * @param output (B,H,L)
   */
  static double relativeError(Tensor kernel, Tensor skip, Tensor input, Tensor output) {
    long hidden = kernel.dim(1);
    long length = kernel.dim(2);
    long rows = input.dim(0) * hidden;
    try (Tensor k = wide(kernel.reshape(hidden, length), hidden - 1, 1, 1, length);
        Tensor d = wide(skip.reshape(hidden, 1), hidden - 1, 1, 1);
        Tensor u = wide(input.reshape(rows, length), rows - 1, 1, 1, length);
        Tensor actual = wide(output.reshape(rows, length), rows - 1, 1, 1, length);
        LongConvolution exact =
            LongConvolution.create(
                Backends.reference(), ConvolutionMode.CAUSAL, 1, 1, length, DType.FLOAT64);
        KernelSpectrum spectrum = exact.prepare(k, d);
        Tensor expected = exact.forward(spectrum, u)) {
      return Deviation.between(actual, expected).relativeL2();
    }
  }

  private static Tensor wide(Tensor rows, long row, long... dims) {
    try (Tensor host = rows.slice(row, row + 1).toHost();
        Tensor converted = host.to(DType.FLOAT64)) {
      return converted.reshape(dims).copy();
    }
  }
}
