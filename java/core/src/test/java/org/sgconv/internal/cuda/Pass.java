package org.sgconv.internal.cuda;

import java.util.Random;
import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.Stream;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A forward and backward pass with everything, from parameters to gradients. */
final class Pass {

  private Pass() {}

  /** Runs it on a stream and returns the sum of all results, which no failure may change. */
  static double run(Stream stream) {
    return run(stream, 3, 3, 50);
  }

  /** The same for signals (B,H,L). */
  static double run(Stream stream, int batch, int hidden, long length) {
    Backend backend = stream.backend();
    KernelSpec spec =
        KernelSpec.builder()
            .mode(ConvolutionMode.BIDIRECTIONAL)
            .heads(2)
            .hidden(hidden)
            .kernelDim(4)
            .scales(3)
            .build();
    try (KernelParameters host = KernelParameters.random(spec, DType.FLOAT32, 7);
        KernelParameters parameters = host.copyTo(stream);
        Tensor kernel = KernelSynthesis.on(backend).forward(parameters, length);
        LongConvolution convolution =
            LongConvolution.create(backend, spec.mode(), 2, hidden, length);
        Tensor skip = tensor(stream, 1, 2, hidden);
        Tensor u = tensor(stream, 2, batch, hidden, length);
        Tensor pre = tensor(stream, 3, batch, hidden, length);
        Tensor post = tensor(stream, 4, batch, hidden, length);
        Tensor dy = tensor(stream, 5, batch, 2 * hidden, length);
        KernelSpectrum spectrum = convolution.prepare(kernel, skip);
        KernelSpectrum direct = convolution.prepare(parameters, skip);
        Tensor y = convolution.forward(spectrum, u, Gates.of(pre, post));
        Tensor again = convolution.forward(direct, u, Gates.of(pre, post));
        Gradients gradients = convolution.backward(spectrum, u, Gates.of(pre, post), dy)) {
      return sum(y) + sum(again) + sum(gradients.input()) + sum(gradients.kernel());
    }
  }

  /** Random values on a stream; the caller closes it. */
  static Tensor tensor(Stream stream, long seed, long... dims) {
    try (Tensor host = Tensor.zeros(DType.FLOAT32, dims)) {
      Random random = new Random(seed);
      for (long i = 0; i < host.elementCount(); i++) {
        host.setFlat(i, random.nextGaussian());
      }
      return host.copyTo(stream);
    }
  }

  private static double sum(Tensor tensor) {
    double sum = 0;
    for (float value : tensor.toFloatArray()) {
      sum += value;
    }
    return sum;
  }

  /** ‖actual − expected‖ / ‖expected‖. */
  static double relativeError(float[] expected, float[] actual) {
    double squares = 0;
    double errorSquares = 0;
    for (int i = 0; i < expected.length; i++) {
      squares += (double) expected[i] * expected[i];
      errorSquares += Math.pow((double) actual[i] - expected[i], 2);
    }
    return Math.sqrt(errorSquares / squares);
  }
}
