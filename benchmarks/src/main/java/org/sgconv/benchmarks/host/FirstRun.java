package org.sgconv.benchmarks.host;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What an operation took when it ran for the first time.
 *
 * @param nanos time
 * @param callerBytes Java heap that the calling thread allocated
 */
record FirstRun(long nanos, long callerBytes) {

  static FirstRun of(Runnable operation) {
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    long bytes = threads.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    operation.run();
    long nanos = System.nanoTime() - start;
    return new FirstRun(nanos, threads.getCurrentThreadAllocatedBytes() - bytes);
  }
}
