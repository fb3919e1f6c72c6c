package org.sgconv.benchmarks.path;

import java.util.Arrays;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.conv.Gates;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.Tensor;

/** A program for {@link CallTrace}: one forward call between two marks, after others like it. */
final class OneForward {

  private static final int HIDDEN = 2;
  private static final int BATCH = 2;
  private static final int LENGTH = 1024;

  private OneForward() {}

  /** Where the trace begins and ends. */
  static void mark() {}

  /** The name of a backend, and {@code into} or {@code allocating}. */
  public static void main(String[] args) {
    Backend backend = Backends.named(args[0]);
    boolean into = args[1].equals("into");
    try (LongConvolution convolution =
            LongConvolution.create(backend, ConvolutionMode.CAUSAL, 1, HIDDEN, LENGTH);
        Tensor kernel = ones(backend, 1);
        KernelSpectrum spectrum = convolution.prepare(kernel);
        Tensor u = ones(backend, BATCH);
        Tensor y = ones(backend, BATCH)) {
      Gates none = Gates.none(); // before the marks: it is a call of its own
      for (int warm = 0; warm < 3; warm++) {
        Tensor.closeAll(forward(convolution, spectrum, u, none, into ? y : null));
      }
      mark();
      Tensor made = forward(convolution, spectrum, u, none, into ? y : null);
      mark();
      Tensor.closeAll(made);
    }
  }

  /** The result where it is a new tensor, else null. */
  private static Tensor forward(
      LongConvolution convolution, KernelSpectrum spectrum, Tensor u, Gates gates, Tensor y) {
    if (y == null) {
      return convolution.forward(spectrum, u);
    }
    convolution.forward(spectrum, u, gates, y);
    return null;
  }

  private static Tensor ones(Backend backend, int rows) {
    float[] values = new float[rows * HIDDEN * LENGTH];
    Arrays.fill(values, 1);
    return Tensor.of(backend, values, rows, HIDDEN, LENGTH);
  }
}
