package org.sgconv.benchmarks.device;

import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.device.Device;

/** What cases take of a device's memory, and what there is. In bytes. */
final class CaseMemory {

  /** The backend's own default for the scratch memory of a stream. */
  private static final long WORKSPACE = 256L << 20;

  private static final long COMPLEX = 8;

  /** Part of it that is left to CUDA, cuFFT and whoever else uses the device. */
  private static final double RESERVE = 0.08;

  private final Device device;
  private final long usable;

  CaseMemory(Device device) {
    this.device = device;
    this.usable = Math.min(device.memoryBudget(), device.freeMemory() + device.allocatedBytes());
  }

  /** What more tensors may take. What ours took and gave back stays in this process's pool. */
  long available() {
    return (long) (usable - device.allocatedBytes() - RESERVE * device.totalMemory());
  }

  /**
   * What a case needs with one set of signals: with a kernel, its gradient, a spectrum of at most
   * twice as many complex values as lags, and a workspace, which has several such values for each
   * sample but no more than {@value #WORKSPACE} bytes.
   */
  static long needed(BenchmarkCase what) {
    Workload shape = what.shape();
    long workspace = Math.min(WORKSPACE, 4 * COMPLEX * 2 * shape.signalSize());
    return what.signalBytes() + shape.kernelSize() * (2 * Float.BYTES + 2 * COMPLEX) + workspace;
  }

  /** The case itself, or with less batch and then fewer channels, so that it needs no more. */
  static BenchmarkCase within(BenchmarkCase what, long available) {
    BenchmarkCase fit = what;
    while (needed(fit) > available && (long) fit.shape().batch() * fit.shape().hidden() > 1) {
      Workload shape = fit.shape();
      Workload smaller =
          shape.batch() > 1
              ? new Workload(shape.batch() / 2, shape.hidden(), shape.length())
              : new Workload(1, shape.hidden() / 2, shape.length());
      fit = new BenchmarkCase(what.operation(), smaller, what.type());
    }
    return fit;
  }
}
