package org.sgconv.cli;

/** Exit statuses of every command. */
public final class ExitStatus {

  /** Everything was done and every check passed. */
  public static final int OK = 0;

  /**
   * A check failed: a result is further from the reference than the tolerance, or a benchmark has
   * no time that can be trusted for every case.
   */
  public static final int CHECK_FAILED = 1;

  /** Something given was wrong, or something needed is missing; one line says what to do. */
  public static final int BAD_INPUT = 2;

  /** A defect of the program itself. */
  public static final int DEFECT = 3;

  /**
   * The reader of standard output went away: what a shell reports of a program that SIGPIPE ended.
   */
  static final int READER_GONE = 141;

  private ExitStatus() {}
}
