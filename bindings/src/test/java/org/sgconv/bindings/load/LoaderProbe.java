package org.sgconv.bindings.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.sgconv.bindings.CpuLibrary;
import org.sgconv.bindings.MatrixProducts;

/** Main class of the child processes: opens a library and prints what came of it. */
public final class LoaderProbe {

  private LoaderProbe() {}

  /**
   * Prints {@code OPENED path tier}, or {@code FAILED type: message}, the kind of failure, a line
   * for each suppressed attempt, and what a second call does. Of the arguments, {@code context}
   * makes a context, twice; {@code interrupted} interrupts this thread before; {@code mend=FILE}
   * replaces a file by a folder between the two calls; {@code products} opens OpenBLAS instead, and
   * prints every file of its parts that is mapped.
   */
  public static void main(String[] arguments) throws IOException {
    List<String> words = List.of(arguments);
    Runnable opened = words.contains("products") ? LoaderProbe::products : LoaderProbe::opened;
    if (words.contains("interrupted")) {
      Thread.currentThread().interrupt();
    }
    try {
      opened.run();
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
        opened.run();
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

  private static void products() {
    MatrixProducts products = MatrixProducts.open();
    System.out.println(
        "PRODUCTS " + products.path() + " " + products.version() + " " + products.core());
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
        if (line.matches(".* r-xp .*/lib(openblas|gfortran|quadmath).*")) {
          System.out.println("MAPPED " + line.substring(line.indexOf('/')));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
