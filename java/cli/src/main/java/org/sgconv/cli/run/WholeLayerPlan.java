package org.sgconv.cli.run;

import org.sgconv.Backend;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.conv.LongConvolution;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;

/** Refuses a run with a whole layer that the host cannot hold, before the signal is read. */
public final class WholeLayerPlan {

  private WholeLayerPlan() {}

  /**
   * Returns normally only if there is room for all of the run.
   *
   * @param checkedRows hidden rows whose convolution is to be computed once more in float64, or 0
   * @throws org.sgconv.HostMemoryException if the host has not the memory; nothing of it was
   *     touched
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory of the plan
   */
  public static void requireRoom(
      Backend backend, WholeLayer whole, SignalForm signal, int checkedRows) {
    DType type = RunPlan.type(backend);
    KernelSpec spec = whole.layer().spec().kernel();
    long lags = Math.min(signal.length(), spec.fullLength());
    long bytes = bytes(whole, signal, type, lags, Math.min(checkedRows, signal.hidden()));
    HostMemory.reserve("a run on signal " + signal.name() + " " + signal.shapeText(), bytes);
    try {
      // Counts itself and its spectrum, on top of that. The run makes its own when it begins.
      LongConvolution.builder(backend)
          .kernels(spec)
          .length(signal.length())
          .kernelLength(lags)
          .type(type)
          .build()
          .close();
    } finally {
      HostMemory.release(bytes);
    }
  }

  /**
   * Bytes of all tensors in the host's memory when the run is being checked; Long.MAX_VALUE for
   * what no long holds. The layer is there already.
   */
  private static long bytes(
      WholeLayer whole, SignalForm signal, DType type, long lags, int checkedRows) {
    KernelSpec spec = whole.layer().spec().kernel();
    try {
      long samples = Math.multiplyExact(signal.batch(), signal.length());
      // Of one hidden row: u and y; v, with a norm also its input and output; one kernel.
      long wide =
          Math.multiplyExact(spec.heads() * (whole.layer().spec().norm() ? 3L : 1), samples);
      long computed =
          Math.addExact(
              Math.addExact(Math.multiplyExact(2, samples), wide),
              Math.multiplyExact(spec.channels(), lags));
      // u and v; the kernel, the exact one and the sums of its absolute values.
      long checked =
          Math.addExact(
              Math.multiplyExact(1L + spec.heads(), samples),
              Math.multiplyExact(3L * spec.channels(), signal.length()));
      return Math.addExact(
          product(signal.hidden(), samples, Float.BYTES),
          Math.addExact(
              product(signal.hidden(), computed, type.byteSize()),
              product(checkedRows, checked, Double.BYTES)));
    } catch (ArithmeticException beyondLong) {
      return Long.MAX_VALUE;
    }
  }

  private static long product(long rows, long elements, int elementBytes) {
    return Math.multiplyExact(Math.multiplyExact(rows, elements), (long) elementBytes);
  }
}
