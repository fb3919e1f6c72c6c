package org.sgconv.cli;

import org.sgconv.cli.report.Progress;
import org.sgconv.signal.ProgressListener;

/** Shows how far a computation has come, in percent. */
final class PercentProgress implements ProgressListener, AutoCloseable {

  private static final int WHOLE = 100;

  private final Progress progress;
  private long told;

  /** Starts a task. */
  PercentProgress(String task) {
    progress = Progress.onStandardError(task, WHOLE, Terminal.isStandardError());
  }

  /** Says what is being done. */
  void at(String step) {
    progress.at(step);
  }

  @Override
  public void progress(long done, long total) {
    for (long percent = (long) (WHOLE * (done / (double) total)); told < percent; told++) {
      progress.step();
    }
  }

  @Override
  public void close() {
    progress.close();
  }
}
