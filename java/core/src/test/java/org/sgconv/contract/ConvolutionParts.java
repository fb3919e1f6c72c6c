package org.sgconv.contract;

import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.conv.Gates;
import org.sgconv.conv.LongConvolution;
import org.sgconv.conv.OptionalOperands;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/** A convolution and the tensors of one case, for tests that call it in ways of their own. */
final class ConvolutionParts implements AutoCloseable {

  final DType type;
  final LongConvolution convolution;
  final Tensor u;
  final Tensor kernel;
  final Tensor dy;
  final @Nullable Tensor skip;
  final Gates gates;

  private final TensorScope scope = TensorScope.onHost();

  ConvolutionParts(Backend backend, DType type, Operands operands) {
    ConvolutionCase at = operands.at();
    this.type = type;
    convolution = scope.adopt(at.convolution(backend, type));
    long[] signal = {at.batch(), at.hidden(), at.length()};
    long[] output = {at.batch(), (long) at.heads() * at.hidden(), at.length()};
    long[] lags = {at.channels(), at.hidden(), at.kernelLength()};
    u = scope.adopt(tensor(operands.u(), signal));
    kernel = scope.adopt(kernelTensor(operands.kernel(), lags));
    dy = scope.adopt(tensor(operands.dy(), output));
    skip = at.skip() ? scope.adopt(kernelTensor(operands.skip(), at.heads(), at.hidden())) : null;
    gates =
        OptionalOperands.gates(
            at.pre() ? scope.adopt(tensor(operands.pre(), signal)) : null,
            at.post() ? scope.adopt(tensor(operands.post(), signal)) : null);
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
    scope.close();
  }
}
