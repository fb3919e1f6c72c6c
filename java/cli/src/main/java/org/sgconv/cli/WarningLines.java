package org.sgconv.cli;

import java.util.logging.Handler;
import java.util.logging.LogRecord;

/** The library's warnings on standard error, in the words of the command line. */
final class WarningLines extends Handler {

  @Override
  public void publish(LogRecord entry) {
    if (isLoggable(entry)) {
      System.err.println("sgconv: warning: " + entry.getMessage());
    }
  }

  @Override
  public void flush() {
    System.err.flush();
  }

  @Override
  public void close() {}
}
