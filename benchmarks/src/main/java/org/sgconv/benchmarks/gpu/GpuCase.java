package org.sgconv.benchmarks.gpu;

import java.util.Locale;
import org.sgconv.benchmarks.peers.Workload;
import org.sgconv.tensor.DType;

/**
 * One thing that is timed.
 *
 * @param type of the signals; the kernel and its gradient are float32
 */
record GpuCase(Workload shape, DType type, GpuOperation operation) {

  /** The backend's own default for the scratch memory of a stream. */
  private static final long WORKSPACE = 256L << 20;

  private static final long COMPLEX = 8;

  /** Tensors of a signal's size: u and y, or u, dy and du. */
  int signals() {
    return operation == GpuOperation.FORWARD ? 2 : 3;
  }

  /** Bytes of one set of signals. */
  long signalBytes() {
    return signals() * shape.signalSize() * type.byteSize();
  }

  /** Bytes that must cross the memory bus: every signal once, and dk where it is computed. */
  long leastBytes() {
    long kernel = operation == GpuOperation.FORWARD ? 0 : shape.kernelSize() * Float.BYTES;
    return signalBytes() + kernel;
  }

  /**
   * Bytes that the case needs on the device with one set of signals: with a kernel, its gradient, a
   * spectrum of at most twice as many complex values as lags, and a workspace, which has several
   * such values for each sample but no more than {@value #WORKSPACE} bytes.
   */
  long neededBytes() {
    long workspace = Math.min(WORKSPACE, 4 * COMPLEX * 2 * shape.signalSize());
    return signalBytes() + shape.kernelSize() * (2 * Float.BYTES + 2 * COMPLEX) + workspace;
  }

  /** The case itself, or with less batch and then fewer channels, so that it needs no more. */
  GpuCase within(long available) {
    Workload fit = shape;
    GpuCase smaller = this;
    while (smaller.neededBytes() > available && (long) fit.batch() * fit.hidden() > 1) {
      fit =
          fit.batch() > 1
              ? new Workload(fit.batch() / 2, fit.hidden(), fit.length())
              : new Workload(1, fit.hidden() / 2, fit.length());
      smaller = new GpuCase(fit, type, operation);
    }
    return smaller;
  }

  /** The type as tables and files name it. */
  String typeName() {
    return type.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return operation.id() + " " + typeName() + " " + shape;
  }
}
