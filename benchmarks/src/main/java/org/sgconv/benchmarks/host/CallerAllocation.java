package org.sgconv.benchmarks.host;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.sgconv.cli.report.Median;

/**
 * What the calling thread allocates on the Java heap in each operation. JMH's profiler counts all
 * threads, its own included, which drowns a few bytes. The median is reported: the JVM itself
 * allocates on a caller's thread now and then, as when it has seen a method handle often enough to
 * compile a form of its own for it.
 */
final class CallerAllocation {

  private static final int MOST = 1 << 16;

  private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private final double[] bytes = new double[MOST];
  private int count;

  /** Runs {@code operation}; asking twice takes a tenth of a microsecond. */
  void run(Runnable operation) {
    long before = threads.getCurrentThreadAllocatedBytes();
    operation.run();
    long after = threads.getCurrentThreadAllocatedBytes();
    if (count < MOST) {
      bytes[count++] = after - before;
    }
  }

  /** Median over the operations so far, NaN if there were none. */
  double median() {
    return Median.of(Arrays.copyOf(bytes, count));
  }
}
