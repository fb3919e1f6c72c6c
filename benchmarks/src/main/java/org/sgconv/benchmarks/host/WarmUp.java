package org.sgconv.benchmarks.host;

import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs an operation until it gets no better. A fixed time would not do: on a busy machine the
 * compiler may need many seconds to reach a peer's Java loops, and to time them before that would
 * flatter us. Allocation tells as much as time: compiled code makes fewer temporary objects. While
 * the compiler is busy nothing is over, however long one call takes.
 */
final class WarmUp {

  private static final long WINDOW_NANOS = 200_000_000;
  private static final long STEADY_NANOS = 600_000_000;
  private static final long MOST_NANOS = 20_000_000_000L;
  private static final double BETTER = 0.95;
  private static final double COMPILING = 0.05;

  private final Runnable operation;
  private final LongSupplier compilerMillis;
  private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private final long spentNanos;
  private double leastNanos;
  private double leastBytes;

  /** Windows are compared with the first run of {@code operation} too. */
  WarmUp(Runnable operation, FirstRun first) {
    this(operation, first, compilerMillis());
  }

  /** Takes the time that the compiler has spent so far from {@code compilerMillis}. */
  WarmUp(Runnable operation, FirstRun first, LongSupplier compilerMillis) {
    this.operation = operation;
    this.compilerMillis = compilerMillis;
    this.spentNanos = first.nanos();
    this.leastNanos = first.nanos();
    this.leastBytes = first.callerBytes();
  }

  private static LongSupplier compilerMillis() {
    @Nullable CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    return compiler != null && compiler.isCompilationTimeMonitoringSupported()
        ? compiler::getTotalCompilationTime
        : () -> 0;
  }

  /**
   * Ends when {@link #STEADY_NANOS} and at least one window have brought nothing, nor has the
   * compiler been busy in any of them, or once {@link #MOST_NANOS} are spent, the first run
   * included.
   */
  void run() {
    long start = System.nanoTime();
    long now = start;
    long better = start;
    while (spentNanos + now - start < MOST_NANOS && now - better < STEADY_NANOS) {
      long compiled = compilerMillis.getAsLong();
      long before = now;
      boolean improved = window();
      now = System.nanoTime();
      long compiling = (compilerMillis.getAsLong() - compiled) * 1_000_000;
      boolean compiles = compiling >= COMPILING * (now - before);
      better = improved || compiles ? now : better;
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
