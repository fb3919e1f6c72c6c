package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.benchmarks.model.Output;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** This library, through its public API, on one of its backends; everything is reused. */
final class SgconvConvolution implements ConvolutionPeer {

  private final DType inputs;
  private final LongConvolution convolution;
  private final Tensor u;
  private final Tensor kernel;
  private final Tensor skip;
  private final Tensor dy;
  private final Tensor y;
  private final KernelSpectrum spectrum;
  private final Gradients gradients;

  SgconvConvolution(Backend backend, DType type, Signals signals) {
    inputs = signals.type();
    Workload work = signals.workload();
    long b = work.batch();
    long h = work.hidden();
    long l = work.length();
    convolution =
        LongConvolution.create(backend, ConvolutionMode.CAUSAL, 1, work.hidden(), l, type);
    u = tensor(signals.u(), signals.type(), type, b, h, l);
    dy = tensor(signals.dy(), signals.type(), type, b, h, l);
    kernel = tensor(signals.kernel(), signals.type(), type, 1, h, l);
    skip = tensor(signals.skip(), signals.type(), type, 1, h);
    y = Tensor.zeros(type, b, h, l);
    spectrum = convolution.prepare(kernel, skip);
    gradients = Gradients.allocate(convolution, spectrum, b, Gates.none());
  }

  private static Tensor tensor(MemorySegment values, DType from, DType type, long... shape) {
    try (Tensor borrowed = Tensor.wrap(values, from, shape)) {
      return borrowed.to(type);
    }
  }

  @Override
  public void prepare() {
    spectrum.prepare(kernel, skip);
  }

  @Override
  public void forward() {
    convolution.forward(spectrum, u, Gates.none(), y);
  }

  @Override
  public void backward() {
    convolution.backward(spectrum, u, Gates.none(), dy, gradients);
  }

  @Override
  public MemorySegment result(Output output) {
    Tensor tensor =
        switch (output) {
          case SIGNAL -> y;
          case INPUT_GRADIENT -> gradients.input();
          case KERNEL_GRADIENT -> gradients.kernel();
          case SKIP_GRADIENT -> gradients.skip().orElseThrow();
        };
    return tensor.type() == inputs
        ? tensor.segment()
        : MemorySegment.ofArray(tensor.toFloatArray());
  }

  @Override
  public void close() {
    gradients.close();
    spectrum.close();
    convolution.close();
    for (Tensor tensor : new Tensor[] {u, dy, kernel, skip, y}) {
      tensor.close();
    }
  }
}
