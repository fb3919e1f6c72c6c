package org.sgconv.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.sgconv.InvalidArgumentException;
import org.sgconv.text.PrintableText;

/** What the JVM made of the bytes that the shell passed. */
final class Arguments {

  /** Stands for a byte that the encoding of the locale has not. */
  private static final char UNKNOWN = '\uFFFD';

  private Arguments() {}

  /**
   * Returns normally if every argument is what was typed. Java decodes them by the locale before
   * this program starts; in the POSIX locale nothing outside ASCII survives that.
   *
   * @param encoding of the locale, as Java names it
   * @throws InvalidArgumentException naming the argument, the cause and what to do
   */
  static void requireDecoded(String[] args, String encoding) {
    for (String arg : args) {
      if (arg.indexOf(UNKNOWN) < 0) {
        continue;
      }
      String shown = PrintableText.quote(arg.replace(UNKNOWN, '?'));
      if (!encoding.equals("UTF-8")) {
        throw new InvalidArgumentException(
            "argument "
                + shown
                + " holds characters that this locale, of encoding "
                + encoding
                + ", has not: start ./sgconv, which sets another, or set LC_ALL=C.UTF-8");
      }
      if (!Files.exists(Path.of(arg))) {
        throw new InvalidArgumentException(
            "argument "
                + shown
                + " holds bytes that are no UTF-8, which Java cannot pass on: rename the file, or"
                + " make a link to it");
      }
    }
  }
}
