package org.sgconv.text;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Text from outside, such as a tensor's name, made safe to print: nothing in it moves a terminal's
 * cursor, turns the direction of writing, breaks a line or is invisible, and it is never endless.
 * Messages and listings pass every such text through here.
 */
public final class PrintableText {

  /** Longer texts are cut by {@link #quote}, in code points. */
  private static final int LONGEST = 80;

  /** More texts are counted, not listed. */
  private static final int LISTED = 10;

  private PrintableText() {}

  /**
   * The text with escapes, such as {@code \u001b}, for what cannot be seen: control and format
   * characters, line ends, spaces other than the common one, fillers and variation selectors,
   * halves of surrogate pairs, private and unassigned characters. The rest stays, in full.
   */
  public static String escape(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(printable, c));
    return printable.toString();
  }

  /**
   * The text in double quotes, escaped as by {@link #escape} and with quotes and backslashes
   * escaped too, cut after 80 characters.
   */
  public static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    int at = 0;
    for (int count = 0; at < text.length() && count < LONGEST; count++) {
      int c = text.codePointAt(at);
      if (c == '"' || c == '\\') {
        quoted.append('\\');
      }
      append(quoted, c);
      at += Character.charCount(c);
    }
    return quoted.append(at < text.length() ? "...\"" : "\"").toString();
  }

  /** The first ten, quoted, and how many more there are; {@code none} if there are none. */
  public static String list(Collection<String> texts) {
    if (texts.isEmpty()) {
      return "none";
    }
    String first =
        texts.stream().limit(LISTED).map(PrintableText::quote).collect(Collectors.joining(", "));
    return texts.size() <= LISTED
        ? first
        : first + String.format(Locale.ROOT, " and %,d more", texts.size() - LISTED);
  }

  private static void append(StringBuilder out, int c) {
    if (isVisible(c)) {
      out.appendCodePoint(c);
      return;
    }
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        for (char half : Character.toChars(c)) {
          out.append(String.format(Locale.ROOT, "\\u%04x", (int) half));
        }
      }
    }
  }

  private static boolean isVisible(int c) {
    return !isBlank(c) && isOfVisibleType(c);
  }

  /** Letters, symbols and marks by their type, of which nothing is seen. */
  private static boolean isBlank(int c) {
    return switch (c) {
      case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0 -> true;
      default ->
          (c >= 0x180b && c <= 0x180f)
              || (c >= 0xfe00 && c <= 0xfe0f)
              || (c >= 0xe0100 && c <= 0xe01ef);
    };
  }

  private static boolean isOfVisibleType(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
