package org.sgconv.oracle;

import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.sgconv.ConvolutionMode;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/** Signals of one class, and what a convolution and its gradients make of them exactly. */
final class Trial {

  /** Two rows a batch: those of one class cancel. */
  private static final int BATCH = 2;

  private final SignalClass signals;
  private final Tensor u;
  private final Tensor kernel;
  private final Tensor dy;
  private final ExactResult exactOutput;
  private final ExactResult exactInputGradient;
  private final ExactResult exactKernelGradient;

  /** With tensors of that scope. */
  Trial(
      TensorScope scope,
      SignalClass signals,
      RandomGenerator random,
      ConvolutionMode mode,
      int length) {
    this.signals = signals;
    TestSignals drawn = signals.draw(random, mode, BATCH, 1, 1, length);
    u = tensor(scope, drawn.input(), length);
    kernel = tensor(scope, drawn.kernel(), length);
    dy = tensor(scope, drawn.outputGradient(), length);
    ExactConvolution exact = ExactConvolution.builder(mode, kernel, u).outputGradient(dy).build();
    exactOutput = exact.output();
    exactInputGradient = exact.inputGradient();
    exactKernelGradient = exact.kernelGradient();
  }

  private static Tensor tensor(TensorScope scope, double[] values, int length) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) values[i];
    }
    return scope.of(narrow, values.length / length, 1, length);
  }

  SignalClass signals() {
    return signals;
  }

  /** The part of its bound that the worst result of this convolution uses. */
  double fractionOfBound(LongConvolution convolution) {
    Tolerance tolerance = Tolerance.of(DType.FLOAT32);
    try (KernelSpectrum spectrum = convolution.prepare(kernel);
        Tensor y = convolution.forward(spectrum, u);
        Gradients gradients = convolution.backward(spectrum, u, dy)) {
      return Stream.of(
              tolerance.measure(exactOutput, y),
              tolerance.measure(exactInputGradient, gradients.input()),
              tolerance.measure(exactKernelGradient, gradients.kernel()))
          .mapToDouble(Deviation::fraction)
          .max()
          .orElseThrow();
    }
  }
}
