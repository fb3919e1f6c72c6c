package org.sgconv.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Spreads rows over a fixed number of threads, the caller being one of them. */
final class RowPool implements AutoCloseable {

  /** Work on one row by one thread. */
  interface RowTask {
    void run(int thread, int row);
  }

  private final int threads;
  private final ExecutorService workers;

  RowPool(int threads) {
    this.threads = threads;
    this.workers =
        Executors.newFixedThreadPool(
            Math.max(1, threads - 1),
            task -> {
              Thread thread = new Thread(task, "peer-row");
              thread.setDaemon(true);
              return thread;
            });
  }

  int threads() {
    return threads;
  }

  /** Runs {@code task} for rows 0 to {@code rows}-1 and waits for all. */
  void run(int rows, RowTask task) {
    AtomicInteger next = new AtomicInteger();
    int needed = Math.min(threads, rows);
    List<Future<?>> pending = new ArrayList<>(needed);
    for (int t = 1; t < needed; t++) {
      int thread = t;
      pending.add(workers.submit(() -> drain(thread, next, rows, task)));
    }
    drain(0, next, rows, task);
    for (Future<?> part : pending) {
      await(part);
    }
  }

  private static void drain(int thread, AtomicInteger next, int rows, RowTask task) {
    for (int row = next.getAndIncrement(); row < rows; row = next.getAndIncrement()) {
      task.run(thread, row);
    }
  }

  private static void await(Future<?> part) {
    try {
      part.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the other rows", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a row failed: " + e.getCause(), e.getCause());
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }
}
