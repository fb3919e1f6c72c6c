package org.sgconv.benchmarks.report;

import java.util.Locale;

/**
 * Text that comes from outside (names of files and tensors, arguments) as it may be shown on a
 * terminal and in one line.
 */
public final class PrintableText {

  private PrintableText() {}

  /**
   * The text with an escape such as {@code \u001b} for each character that a terminal would obey,
   * that breaks the line, or that turns the direction of what follows.
   */
  public static String of(String text) {
    if (text.codePoints().noneMatch(PrintableText::acts)) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    text.codePoints().forEach(c -> append(shown, c));
    return shown.toString();
  }

  /** As {@link #of}, and cut after {@code most} characters with a word on how many there were. */
  public static String cut(String text, int most) {
    String shown = of(text);
    return shown.length() <= most
        ? shown
        : shown.substring(0, most) + "... (cut: " + shown.length() + " characters)";
  }

  private static void append(StringBuilder shown, int c) {
    if (c == '\n') {
      shown.append("\\n");
    } else if (acts(c)) {
      shown.append(String.format(Locale.ROOT, "\\u%04x", c));
    } else {
      shown.appendCodePoint(c);
    }
  }

  private static boolean acts(int c) {
    return Character.isISOControl(c)
        || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
        || (c >= 0x2028 && c <= 0x202E) // line and paragraph separators, directions
        || (c >= 0x2066 && c <= 0x2069) // directions
        || c == 0x200E
        || c == 0x200F
        || c == 0x061C
        || c == 0xFEFF;
  }
}
