package org.sgconv.cli.report;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Progress of a job of known size on standard error. Nothing is shown before {@link #QUIET} has
 * passed; then a bar on a terminal, or a plain line now and then in a log.
 */
public final class Progress implements AutoCloseable {

  /** Jobs shorter than this show nothing. */
  static final Duration QUIET = Duration.ofSeconds(2);

  private static final Duration LINE_INTERVAL = Duration.ofSeconds(15);
  private static final int BAR_COLUMNS = 78;

  private final String task;
  private final long total;
  private final PrintStream err;
  private final boolean terminal;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closing = lock.newCondition();
  private final Thread watcher;
  private long done;
  private String detail = "";
  private boolean closed;
  private @Nullable ProgressBar bar;

  /**
   * Starts a job of {@code total} steps.
   *
   * @param terminal whether {@code err} is a terminal
   */
  public Progress(String task, long total, PrintStream err, boolean terminal) {
    this.task = task;
    this.total = total;
    this.err = err;
    this.terminal = terminal;
    this.watcher = Thread.ofPlatform().daemon().name("sgconv-progress").start(this::watch);
  }

  /** Starts a job that is shown on standard error. */
  public static Progress onStandardError(String task, long total, boolean terminal) {
    return new Progress(task, total, System.err, terminal);
  }

  /** Says what the current step is. */
  public void at(String step) {
    lock.lock();
    try {
      detail = step;
      if (bar != null) {
        bar.setExtraMessage(step);
      }
    } finally {
      lock.unlock();
    }
  }

  /** One step is done. */
  public void step() {
    lock.lock();
    try {
      done++;
      if (bar != null) {
        bar.stepTo(done);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends the job and removes the bar. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      closing.signalAll();
      if (bar != null) {
        bar.close();
        bar = null;
      }
    } finally {
      lock.unlock();
    }
    try {
      watcher.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch() {
    lock.lock();
    try {
      Duration pause = QUIET;
      while (!elapsesOrCloses(pause)) {
        if (terminal) {
          bar = createBar();
          return;
        }
        err.printf(
            Locale.ROOT,
            "%s: %d of %d done%s%n",
            task,
            done,
            total,
            detail.isEmpty() ? "" : ", " + detail);
        pause = LINE_INTERVAL;
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; if somebody does, progress ends and the job goes on.
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the job was closed before {@code pause} had passed. */
  private boolean elapsesOrCloses(Duration pause) throws InterruptedException {
    long left = pause.toNanos();
    while (!closed && left > 0) {
      left = closing.awaitNanos(left);
    }
    return closed;
  }

  private ProgressBar createBar() {
    ProgressBar created =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(200)
            .clearDisplayOnFinish()
            .setConsumer(new ConsoleProgressBarConsumer(err, BAR_COLUMNS))
            .build();
    created.stepTo(done);
    created.setExtraMessage(detail);
    return created;
  }
}
