package org.sgconv.benchmarks.cli;

/** What the launcher, which can ask the system, says about the terminal. */
final class Terminal {

  private Terminal() {}

  /** Whether standard error is a terminal: set by the launcher, false without it. */
  static boolean isStandardError() {
    return Boolean.getBoolean("sgconv.cli.terminal");
  }
}
