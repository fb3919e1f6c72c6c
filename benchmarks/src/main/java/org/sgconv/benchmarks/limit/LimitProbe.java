package org.sgconv.benchmarks.limit;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Measures {@link MachineLimits} with a number of threads at once. */
public final class LimitProbe implements AutoCloseable {

  private static final long ALIGNMENT = 4096;
  private static final int REPEATS = 4;
  private static final long ROUNDS = 10_000_000;

  private final int threads;
  private final NativeLimits library;
  private final ExecutorService pool;
  private final CyclicBarrier start;

  /**
   * A probe with {@code threads} threads.
   *
   * @throws IOException if the benchmarks' native library was not built or cannot be unpacked
   */
  public LimitProbe(int threads) throws IOException {
    this.threads = threads;
    this.library = NativeLimits.load();
    this.pool = Executors.newFixedThreadPool(threads);
    this.start = new CyclicBarrier(threads);
  }

  /** One measurement: the best of a few repetitions of each. */
  public MachineLimits measure() {
    long slice = CopySize.here() / threads / ALIGNMENT * ALIGNMENT;
    try (Arena arena = Arena.ofShared()) {
      List<MemorySegment> from = new ArrayList<>();
      List<MemorySegment> to = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        from.add(arena.allocate(slice, ALIGNMENT).fill((byte) 1));
        to.add(arena.allocate(slice, ALIGNMENT).fill((byte) 1));
      }
      double moved = 2.0 * slice * threads;
      double copy = moved / best(thread -> library.copy(to.get(thread), from.get(thread), slice));
      double streaming =
          moved / best(thread -> library.copyStreaming(to.get(thread), from.get(thread), slice));
      double operations = (double) library.multiplyAdd(1) * ROUNDS * threads;
      double flops = operations / best(thread -> library.multiplyAdd(ROUNDS));
      return new MachineLimits(library.tier(), slice * threads, copy, streaming, flops);
    }
  }

  /** One thread's share of a measurement. */
  private interface Share {
    void run(int thread);
  }

  /** Least seconds in which all threads did their share. */
  private double best(Share share) {
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < REPEATS; i++) {
      best = Math.min(best, seconds(share));
    }
    return best;
  }

  private double seconds(Share share) {
    List<Future<long[]>> parts = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int thread = t;
      parts.add(pool.submit(() -> timed(share, thread)));
    }
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (Future<long[]> part : parts) {
      long[] times = get(part);
      first = Math.min(first, times[0]);
      last = Math.max(last, times[1]);
    }
    return (last - first) * 1e-9;
  }

  private long[] timed(Share share, int thread)
      throws InterruptedException, BrokenBarrierException {
    start.await();
    long begin = System.nanoTime();
    share.run(thread);
    return new long[] {begin, System.nanoTime()};
  }

  private static long[] get(Future<long[]> part) {
    try {
      return part.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring the machine's limits", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("measuring the machine's limits failed", e.getCause());
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
