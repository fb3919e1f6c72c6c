package org.sgconv.bindings.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.sgconv.bindings.CpuLibrary;

/** Main class of the child processes: opens the library and prints what came of it. */
public final class LoaderProbe {

  private LoaderProbe() {}

  /**
   * Prints {@code OPENED path tier}, or {@code FAILED type: message}, the kind of failure, a line
   * for each suppressed attempt, and what a second call does. Of the arguments, {@code context}
   * makes a context, twice; {@code interrupted} interrupts this thread before; {@code mend=FILE}
   * replaces a file by a folder between the two calls.
   */
  public static void main(String[] arguments) throws IOException {
    List<String> words = List.of(arguments);
    if (words.contains("interrupted")) {
      Thread.currentThread().interrupt();
    }
    try {
      opened();
    } catch (RuntimeException e) {
      report(e);
      for (String word : words) {
        if (word.startsWith("mend=")) {
          Path file = Path.of(word.substring("mend=".length()));
          Files.delete(file);
          Files.createDirectory(file);
        }
      }
      try {
        opened();
      } catch (RuntimeException again) {
        System.out.println(again.getMessage().equals(e.getMessage()) ? "SAME" : "OTHER " + again);
      }
      return;
    }
    if (words.contains("interrupted")) {
      System.out.println(Thread.interrupted() ? "STILL INTERRUPTED" : "INTERRUPT LOST");
    }
    if (words.contains("context")) {
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

  private static void opened() {
    CpuLibrary library = CpuLibrary.open();
    System.out.println("OPENED " + library.path() + " " + library.tier());
  }

  private static void report(RuntimeException failure) {
    System.out.println(
        "FAILED " + failure.getClass().getSimpleName() + ": " + failure.getMessage());
    if (failure instanceof NativeLibraryException library) {
      System.out.println("KIND " + library.failure());
    }
    for (Throwable attempt : failure.getSuppressed()) {
      System.out.println("ATTEMPT " + attempt.getMessage() + " <- " + attempt.getCause());
    }
  }
}
