package org.sgconv.cli;

/** What the launcher, which can ask the system, says about the terminal. */
public final class Terminal {

  private Terminal() {}

  /** Whether standard error is a terminal: set by the launcher, false without it. */
  public static boolean isStandardError() {
    return Boolean.getBoolean("sgconv.cli.terminal");
  }
}
