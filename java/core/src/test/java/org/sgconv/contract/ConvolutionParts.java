package org.sgconv.contract;

import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.conv.Gates;
import org.sgconv.conv.LongConvolution;
import org.sgconv.conv.OptionalOperands;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A convolution and the tensors of one case, for tests that call it in ways of their own. */
final class ConvolutionParts implements AutoCloseable {

  final DType type;
  final LongConvolution convolution;
  final Tensor u;
  final Tensor kernel;
  final Tensor dy;
  final @Nullable Tensor skip;
  final Gates gates;

  ConvolutionParts(Backend backend, DType type, Operands operands) {
    ConvolutionCase at = operands.at();
    this.type = type;
    convolution = at.convolution(backend, type);
    long[] signal = {at.batch(), at.hidden(), at.length()};
    u = tensor(operands.u(), signal);
    kernel = kernelTensor(operands.kernel(), at.channels(), at.hidden(), at.kernelLength());
    dy = tensor(operands.dy(), at.batch(), (long) at.heads() * at.hidden(), at.length());
    skip = at.skip() ? kernelTensor(operands.skip(), at.heads(), at.hidden()) : null;
    gates =
        OptionalOperands.gates(
            at.pre() ? tensor(operands.pre(), signal) : null,
            at.post() ? tensor(operands.post(), signal) : null);
  }

  /** A new tensor of these values, like a signal; the caller closes it. */
  Tensor tensor(double[] values, long... dims) {
    return of(type, values, dims);
  }

  /** A new tensor of these values, like a kernel; the caller closes it. */
  Tensor kernelTensor(double[] values, long... dims) {
    return of(type.kernelType(), values, dims);
  }

  private Tensor of(DType elements, double[] values, long... dims) {
    try (Tensor wide = Tensor.of(values, dims)) {
      return wide.to(elements).moveTo(convolution.backend());
    }
  }

  /** A new tensor of NaN, like a signal; the caller closes it. */
  Tensor poisoned(long... dims) {
    return poisoned(type, dims);
  }

  /** A new tensor of NaN, like a kernel; the caller closes it. */
  Tensor poisonedKernel(long... dims) {
    return poisoned(type.kernelType(), dims);
  }

  private Tensor poisoned(DType elements, long... dims) {
    Tensor tensor = Tensor.zeros(elements, dims);
    tensor.fill(Double.NaN);
    return tensor.moveTo(convolution.backend());
  }

  @Override
  public void close() {
    Tensor.closeAll(u, kernel, dy, skip, gates.pre().orElse(null), gates.post().orElse(null));
    convolution.close();
  }
}
