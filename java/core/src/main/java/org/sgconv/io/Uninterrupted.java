package org.sgconv.io;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Work on a file channel, which closes itself when its thread is interrupted: that would make an
 * interrupt, which is about something else, look like a broken file.
 */
final class Uninterrupted {

  private Uninterrupted() {}

  /** Work that can be begun again. */
  interface Attempt<T> {
    T run() throws IOException;
  }

  /** Repeats the work until no interrupt disturbs it; the thread is interrupted again then. */
  static <T> T call(Attempt<T> work) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return work.run();
        } catch (ClosedByInterruptException e) {
          interrupted = true;
          Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
