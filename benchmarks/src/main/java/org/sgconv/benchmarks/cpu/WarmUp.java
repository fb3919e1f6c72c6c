package org.sgconv.benchmarks.cpu;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Runs an operation until it gets no better. A fixed time would not do: on a busy machine the
 * compiler may need many seconds to reach a peer's Java loops, and to time them before that would
 * flatter us. Allocation tells as much as time: compiled code makes fewer temporary objects.
 */
final class WarmUp {

  private static final long WINDOW_NANOS = 200_000_000;
  private static final long STEADY_NANOS = 600_000_000;
  private static final long MOST_NANOS = 20_000_000_000L;
  private static final double BETTER = 0.95;

  private final Runnable operation;
  private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private final long spentNanos;
  private double leastNanos;
  private double leastBytes;

  /** Windows are compared with the first run of {@code operation} too. */
  WarmUp(Runnable operation, FirstRun first) {
    this.operation = operation;
    this.spentNanos = first.nanos();
    this.leastNanos = first.nanos();
    this.leastBytes = first.callerBytes();
  }

  /**
   * Ends when {@link #STEADY_NANOS} and at least one window have brought nothing, or once {@link
   * #MOST_NANOS} are spent, the first run included.
   */
  void run() {
    long start = System.nanoTime();
    long now = start;
    long better = start;
    while (spentNanos + now - start < MOST_NANOS && now - better < STEADY_NANOS) {
      boolean improved = window();
      now = System.nanoTime();
      better = improved ? now : better;
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
