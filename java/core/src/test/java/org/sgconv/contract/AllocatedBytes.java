package org.sgconv.contract;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What this thread allocates on the Java heap. */
public final class AllocatedBytes {

  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  private AllocatedBytes() {}

  /** In so many calls. */
  public static long in(int calls, Runnable call) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < calls; i++) {
      call.run();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  /** The least of many rounds of so many calls: the first ones still interpret and compile. */
  public static long leastIn(int rounds, int calls, Runnable call) {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < rounds && least > 0; round++) {
      least = Math.min(least, in(calls, call));
    }
    return least;
  }
}
