package org.sgconv.benchmarks.cpu;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Runs an operation until it gets no better. A fixed time would not do: on a busy machine the
 * compiler may need many seconds to reach a peer's Java loops, and to time them before that would
 * flatter us. Allocation tells as much as time: compiled code makes fewer temporary objects.
 */
final class WarmUp {

  private static final long WINDOW_NANOS = 250_000_000;
  private static final long MOST_NANOS = 20_000_000_000L;
  private static final int STEADY_WINDOWS = 4;
  private static final double BETTER = 0.95;

  private final Runnable operation;
  private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private double leastNanos = Double.POSITIVE_INFINITY;
  private double leastBytes = Double.POSITIVE_INFINITY;

  WarmUp(Runnable operation) {
    this.operation = operation;
  }

  /** Ends when some windows in a row brought nothing, or after {@link #MOST_NANOS}. */
  void run() {
    long start = System.nanoTime();
    int steady = 0;
    while (steady < STEADY_WINDOWS && System.nanoTime() - start < MOST_NANOS) {
      steady = window() ? 0 : steady + 1;
    }
  }

  /** One window, at least one operation; returns whether it was better than all before. */
  private boolean window() {
    long start = System.nanoTime();
    long bytes = threads.getCurrentThreadAllocatedBytes();
    int count = 0;
    long nanos;
    do {
      operation.run();
      count++;
      nanos = System.nanoTime() - start;
    } while (nanos < WINDOW_NANOS);
    double nanosEach = (double) nanos / count;
    double bytesEach = (double) (threads.getCurrentThreadAllocatedBytes() - bytes) / count;
    boolean better = nanosEach < BETTER * leastNanos || bytesEach < BETTER * leastBytes;
    leastNanos = Math.min(leastNanos, nanosEach);
    leastBytes = Math.min(leastBytes, bytesEach);
    return better;
  }
}
