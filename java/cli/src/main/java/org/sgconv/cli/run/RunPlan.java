package org.sgconv.cli.run;

import java.util.Set;
import org.sgconv.Backend;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.conv.LongConvolution;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;

/**
 * Plans a run once it is clear that the host can hold all of it: a signal of a gigabyte is not read
 * in order to find that there is no room for its results.
 */
public final class RunPlan {

  private RunPlan() {}

  /**
   * The convolution of a run; the caller closes it.
   *
   * @param checkedRows hidden rows that are to be computed once more in float64, or 0
   * @throws org.sgconv.HostMemoryException if the host has not the memory; nothing of it was
   *     touched
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory of the plan
   */
  public static LongConvolution create(
      Backend backend, KernelAndSkip layer, SignalForm signal, int checkedRows) {
    KernelSpec spec = layer.parameters().spec();
    DType type = type(backend);
    long bytes = tensorBytes(layer, signal, type, Math.min(checkedRows, signal.hidden()));
    HostMemory.reserve("a run on signal " + signal.name() + " " + signal.shapeText(), bytes);
    try {
      // Counts itself and its spectrum, on top of that.
      return LongConvolution.create(
          backend, spec.mode(), spec.heads(), spec.hidden(), signal.length(), type);
    } finally {
      HostMemory.release(bytes);
    }
  }

  /** What a run computes in: FLOAT32 unless the backend does not take it. */
  static DType type(Backend backend) {
    Set<DType> types = LongConvolution.supportedTypes(backend);
    return types.contains(DType.FLOAT32) ? DType.FLOAT32 : DType.FLOAT64;
  }

  /**
   * Bytes of all tensors in the host's memory when a run is being checked, which is when there are
   * most; Long.MAX_VALUE for what no long holds. What a device computes is copied to the host for
   * that. Skip, norm and exponents are left out: they have a few values for each hidden row.
   */
  private static long tensorBytes(
      KernelAndSkip layer, SignalForm signal, DType type, int checkedRows) {
    KernelSpec spec = layer.parameters().spec();
    try {
      long hidden = signal.hidden();
      long samples = Math.multiplyExact(signal.batch(), signal.length());
      long lags = Math.multiplyExact((long) spec.channels(), signal.length());
      long weights = layer.parameters().weights().elementCount() / hidden;
      // Of one hidden row: u, du and y; the kernel and its gradient; the weights and theirs.
      long computed =
          Math.addExact(Math.multiplyExact(2L + spec.heads(), samples), 2 * (lags + weights));
      // All of that, the exact kernel and the sums of its absolute values.
      long checked = Math.addExact(computed, 2 * lags);
      return Math.addExact(
          product(hidden, samples, Float.BYTES),
          Math.addExact(
              product(hidden, computed, type.byteSize()),
              product(checkedRows, checked, Double.BYTES)));
    } catch (ArithmeticException beyondLong) {
      return Long.MAX_VALUE;
    }
  }

  private static long product(long rows, long elements, int elementBytes) {
    return Math.multiplyExact(Math.multiplyExact(rows, elements), (long) elementBytes);
  }
}
