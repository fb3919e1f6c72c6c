package org.sgconv;

import java.util.ArrayList;
import java.util.List;
import org.sgconv.conv.Gates;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.Tensor;

/** An application in a class loader of its own. */
public final class DeployedProgram {

  /** What it forgets to close. */
  private static final List<AutoCloseable> FORGOTTEN = new ArrayList<>();

  private DeployedProgram() {}

  /**
   * Convolves (1, 2, 3) with a kernel that delays by one and doubles, and says with what.
   *
   * @param what {@code close} what was made, or {@code forget} it in a static field
   */
  public static String run(String what) {
    Backend backend = Backends.best();
    LongConvolution convolution = LongConvolution.create(backend, ConvolutionMode.CAUSAL, 1, 1, 3);
    Tensor kernel = Tensor.of(backend, new float[] {0, 2, 0}, 1, 1, 3);
    Tensor u = Tensor.of(backend, new float[] {1, 2, 3}, 1, 1, 3);
    KernelSpectrum spectrum = convolution.prepare(kernel);
    Tensor y = convolution.forward(spectrum, u, Gates.none());
    float[] result = y.toFloatArray();
    List<AutoCloseable> made = List.of(y, spectrum, u, kernel, convolution);
    if (what.equals("forget")) {
      FORGOTTEN.addAll(made);
    } else {
      made.forEach(DeployedProgram::close);
    }
    return "%s %d %d %d"
        .formatted(
            backend.name(), Math.round(result[0]), Math.round(result[1]), Math.round(result[2]));
  }

  private static void close(AutoCloseable each) {
    try {
      each.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
