package org.sgconv;

import java.util.ArrayList;
import java.util.List;
import org.sgconv.conv.Gates;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/** An application in a class loader of its own. */
public final class DeployedProgram {

  /** What it forgets to close. */
  private static final List<AutoCloseable> FORGOTTEN = new ArrayList<>();

  /** The size of the tensor that an application holds. */
  static final long HELD_BYTES = 80_000_000;

  private DeployedProgram() {}

  /**
   * Does one of these and says what came of it: {@code close} convolves (1, 2, 3) with a kernel
   * that delays by one and doubles; {@code forget} does too, but closes nothing; {@code hold} keeps
   * a tensor; {@code count} asks for the bytes that are held.
   */
  public static String run(String what) {
    return switch (what) {
      case "hold" -> hold();
      case "count" -> "held " + HostMemory.heldBytes();
      default -> convolve(what);
    };
  }

  private static String hold() {
    try {
      FORGOTTEN.add(Tensor.zeros(DType.FLOAT32, 1, 1, HELD_BYTES / Float.BYTES));
      return "took " + HELD_BYTES;
    } catch (HostMemoryException e) {
      return "refused: " + e.getMessage();
    }
  }

  private static String convolve(String what) {
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
      System.out.println(
          "forgot " + (y.byteSize() + spectrum.byteSize() + u.byteSize() + kernel.byteSize()));
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
