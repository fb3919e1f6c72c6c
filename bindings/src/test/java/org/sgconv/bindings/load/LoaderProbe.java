package org.sgconv.bindings.load;

import org.sgconv.bindings.CpuLibrary;

/** Main class of the child processes: opens the library and prints what came of it. */
public final class LoaderProbe {

  private LoaderProbe() {}

  /**
   * Prints {@code OPENED path tier}, or {@code FAILED type: message} and a line for each suppressed
   * attempt. With the argument {@code context} it also makes a context, twice.
   */
  public static void main(String[] arguments) {
    try {
      CpuLibrary library = CpuLibrary.open();
      System.out.println("OPENED " + library.path() + " " + library.tier());
    } catch (RuntimeException e) {
      report(e);
      try {
        CpuLibrary.open();
      } catch (RuntimeException again) {
        System.out.println(again.getMessage().equals(e.getMessage()) ? "SAME" : "OTHER " + again);
      }
      return;
    }
    if (arguments.length > 0) {
      for (int i = 0; i < 2; i++) {
        try (var context = CpuLibrary.open().createContext(1)) {
          System.out.println("CONTEXT " + context.threads());
        } catch (RuntimeException e) {
          report(e);
        }
      }
      System.out.println("TIER " + CpuLibrary.open().tier());
    }
  }

  private static void report(RuntimeException failure) {
    System.out.println(
        "FAILED " + failure.getClass().getSimpleName() + ": " + failure.getMessage());
    for (Throwable attempt : failure.getSuppressed()) {
      System.out.println("ATTEMPT " + attempt.getMessage() + " <- " + attempt.getCause());
    }
  }
}
