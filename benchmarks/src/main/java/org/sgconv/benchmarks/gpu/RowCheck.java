package org.sgconv.benchmarks.gpu;

import org.sgconv.ConvolutionMode;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** The last row of a causal convolution on a device against float64. */
final class RowCheck {

  private RowCheck() {}

  /**
   * How far it is off.
   *
   * @param kernel (1,H,L)
   * @param skip (1,H)
   * @param input (B,H,L)
   * @param output (B,H,L)
   */
  static Deviation measure(Tensor kernel, Tensor skip, Tensor input, Tensor output) {
    long hidden = kernel.dim(1);
    long length = kernel.dim(2);
    long rows = input.dim(0) * hidden;
    try (Tensor k = wide(kernel.reshape(hidden, length), hidden - 1, 1, 1, length);
        Tensor d = wide(skip.reshape(hidden, 1), hidden - 1, 1, 1);
        Tensor u = wide(input.reshape(rows, length), rows - 1, 1, 1, length);
        Tensor actual = wide(output.reshape(rows, length), rows - 1, 1, 1, length)) {
      ExactConvolution exact = ExactConvolution.of(ConvolutionMode.CAUSAL, k, d, u);
      return Tolerance.of(output.type()).measure(exact.output(), actual);
    }
  }

  private static Tensor wide(Tensor rows, long row, long... dims) {
    try (Tensor host = rows.slice(row, row + 1).toHost();
        Tensor converted = host.to(DType.FLOAT64)) {
      return converted.reshape(dims).copy();
    }
  }
}
