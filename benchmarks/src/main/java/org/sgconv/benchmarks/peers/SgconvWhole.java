package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.conv.Gates;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.Tensor;

/** Signals with this library by hand: padded with zeros to the length of the result, in one. */
final class SgconvWhole implements SignalPeer {

  private final BenchmarkCase what;
  private final SignalInputs inputs;
  private final LongConvolution convolution;
  private final KernelSpectrum spectrum;
  private final Tensor u;
  private final Tensor y;

  SgconvWhole(Backend backend, SignalInputs inputs) {
    this.inputs = inputs;
    this.what = inputs.what();
    Workload shape = what.shape();
    long length = what.outputLength();
    convolution =
        LongConvolution.create(
            backend, ConvolutionMode.CAUSAL, 1, shape.hidden(), length, what.type());
    u = Tensor.zeros(what.type(), shape.batch(), shape.hidden(), length);
    y = Tensor.zeros(what.type(), shape.batch(), shape.hidden(), length);
    try (Tensor kernel = Tensor.zeros(what.type(), 1, shape.hidden(), length)) {
      copyRows(inputs.kernels(), shape.hidden(), shape.lags(), kernel);
      spectrum = convolution.prepare(kernel);
    }
  }

  /** Rows of {@code count} samples to the beginnings of those of {@code to}. */
  private void copyRows(MemorySegment from, int rows, int count, Tensor to) {
    long bytes = (long) count * what.type().byteSize();
    long stride = (long) what.outputLength() * what.type().byteSize();
    for (int row = 0; row < rows; row++) {
      MemorySegment.copy(from, row * bytes, to.segment(), row * stride, bytes);
    }
  }

  @Override
  public void run() {
    copyRows(inputs.signals(), what.inputRows(), what.shape().length(), u);
    convolution.forward(spectrum, u, Gates.none(), y);
  }

  @Override
  public MemorySegment result() {
    return y.segment();
  }

  @Override
  public void close() {
    spectrum.close();
    convolution.close();
    u.close();
    y.close();
  }
}
