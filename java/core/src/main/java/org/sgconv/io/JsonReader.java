package org.sgconv.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.sgconv.text.PrintableText;

/**
 * Walks through strict JSON (RFC 8259) in UTF-8: no comments, no trailing commas, no lone
 * surrogates. Nothing is made of what the caller does not ask for, so that a text from a file that
 * nobody vouches for costs no more than what is taken from it; nesting is bounded.
 *
 * <p>The caller drives: {@link #enter} an object or array, then {@link #hasNext} before each of its
 * members, whose name is taken with {@link #string} or {@link #select}, then {@link #colon}, then
 * the value.
 */
final class JsonReader {

  /** As deep as the parser of the safetensors format's own implementation goes. */
  private static final int MAX_DEPTH = 127;

  private static final int HASH_SEED = ThreadLocalRandom.current().nextInt();

  private final byte[] text;
  private int at;

  /** Whether the value at that depth is an object, not an array. */
  private final boolean[] isObject = new boolean[MAX_DEPTH + 1];

  private int depth;

  /** Whether an object or array has just been entered. */
  private boolean fresh;

  /** The last string that was scanned, without its quotes. */
  private int stringStart;

  private int stringEnd;
  private boolean stringHasEscapes;

  /** Resolved escapes, used again and again. */
  private byte[] scratch = new byte[0];

  private int scratchLength;

  /** A text of well-formed UTF-8. */
  JsonReader(byte[] utf8) {
    this.text = utf8;
  }

  /** Where the next token begins, white space skipped. */
  int position() {
    peek();
    return at;
  }

  /** Goes to a token that {@link #position} told of, within the same object or array. */
  void seek(int position) {
    at = position;
  }

  /** The first byte of the next token, or NUL, which begins none, at the end. */
  byte peek() {
    while (at < text.length && isSpace(text[at])) {
      at++;
    }
    return here();
  }

  /** Enters an object or an array. */
  void enter(char open) throws JsonException {
    expect(open);
    if (depth == MAX_DEPTH) {
      throw error("more than " + MAX_DEPTH + " levels of nesting");
    }
    isObject[++depth] = open == '{';
    fresh = true;
  }

  /** Whether the object or array has another member; leaves it if not. */
  boolean hasNext() throws JsonException {
    boolean first = fresh;
    fresh = false;
    if (peek() == (isObject[depth] ? '}' : ']')) {
      at++;
      depth--;
      return false;
    }
    if (!first) {
      expect(',');
    }
    return true;
  }

  void colon() throws JsonException {
    expect(':');
  }

  /** Nothing may follow. */
  void end() throws JsonException {
    if (peek() != 0 || at < text.length) {
      throw error("expected the end of the text");
    }
  }

  /** Takes a string. */
  String string() throws JsonException {
    scanString();
    if (!stringHasEscapes) {
      return new String(text, stringStart, stringEnd - stringStart, UTF_8);
    }
    resolveEscapes();
    return new String(scratch, 0, scratchLength, UTF_8);
  }

  /** Takes a string and says which of {@code choices}, in UTF-8, it is; −1 if it is none. */
  int select(List<byte[]> choices) throws JsonException {
    scanString();
    byte[] bytes = text;
    int from = stringStart;
    int to = stringEnd;
    if (stringHasEscapes) {
      resolveEscapes();
      bytes = scratch;
      from = 0;
      to = scratchLength;
    }
    for (int i = 0; i < choices.size(); i++) {
      byte[] choice = choices.get(i);
      if (Arrays.equals(bytes, from, to, choice, 0, choice.length)) {
        return i;
      }
    }
    return -1;
  }

  /** Takes a string; its hash is {@link #hash} of its UTF-8. */
  int stringHash() throws JsonException {
    scanString();
    if (!stringHasEscapes) {
      return hash(text, stringStart, stringEnd);
    }
    resolveEscapes();
    return hash(scratch, 0, scratchLength);
  }

  /** FNV-1a, from a beginning that no file can know. */
  static int hash(byte[] bytes, int from, int to) {
    int hash = HASH_SEED;
    for (int i = from; i < to; i++) {
      hash = (hash ^ bytes[i]) * 0x01000193;
    }
    return hash;
  }

  /** Takes a number as it is spelled. */
  String number() throws JsonException {
    peek();
    int start = at;
    skipNumber();
    return new String(text, start, at - start, UTF_8);
  }

  /**
   * Takes a number of digits only, up to 2^63 − 1; −1 if the next value is anything else, which
   * then is still the next.
   */
  long wholeNumber() throws JsonException {
    byte first = peek();
    if (!isDigit(first)) {
      return -1;
    }
    int start = at;
    skipNumber();
    long value = 0;
    for (int i = start; i < at; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10) {
        at = start;
        return -1;
      }
      value = 10 * value + digit;
    }
    return value;
  }

  /** Takes {@code true}, {@code false} or {@code null}. */
  void literal(String word) throws JsonException {
    peek();
    for (int i = 0; i < word.length(); i++) {
      if (here() != word.charAt(i)) {
        throw error("expected " + word);
      }
      at++;
    }
  }

  /** Takes a string, and makes nothing of it. */
  void skipString() throws JsonException {
    scanString();
  }

  /** Takes a value of any kind, and makes nothing of it. */
  void skipValue() throws JsonException {
    int outside = depth;
    do {
      switch (peek()) {
        case '{' -> enter('{');
        case '[' -> enter('[');
        case '"' -> scanString();
        case 't' -> literal("true");
        case 'f' -> literal("false");
        case 'n' -> literal("null");
        default -> skipNumber();
      }
      while (depth > outside && !hasNext()) {
        // It has ended; does that end what it is in, too?
      }
      if (depth > outside && isObject[depth]) {
        scanString();
        colon();
      }
    } while (depth > outside);
  }

  /** What the next value is, for messages; it is still the next. */
  String describe() throws JsonException {
    byte first = peek();
    int start = at;
    try {
      return switch (first) {
        case '{' -> "an object";
        case '[' -> "an array";
        case '"' -> "the string " + PrintableText.quote(string());
        case 't', 'f', 'n' -> {
          skipValue();
          yield new String(text, start, at - start, UTF_8);
        }
        default -> {
          skipNumber();
          int shown = Math.min(40, at - start);
          yield "the number "
              + new String(text, start, shown, UTF_8)
              + (shown < at - start ? "..." : "");
        }
      };
    } finally {
      at = start;
    }
  }

  private void scanString() throws JsonException {
    expect('"');
    stringStart = at;
    stringHasEscapes = false;
    while (true) {
      byte c = next();
      if (c == '"') {
        stringEnd = at - 1;
        return;
      }
      if (c == '\\') {
        stringHasEscapes = true;
        scanEscape();
      } else if (c >= 0 && c < ' ') {
        at--;
        throw error("a control character in a string, expected an escape");
      }
    }
  }

  private void scanEscape() throws JsonException {
    byte c = next();
    if (c == 'u') {
      char code = hexCode();
      if (Character.isHighSurrogate(code)) {
        if (next() != '\\' || next() != 'u' || !Character.isLowSurrogate(hexCode())) {
          throw error("half a surrogate pair in a string");
        }
      } else if (Character.isLowSurrogate(code)) {
        throw error("half a surrogate pair in a string");
      }
    } else if ("\"\\/bfnrt".indexOf(c) < 0) {
      at--;
      throw error("an unknown escape in a string");
    }
  }

  private char hexCode() throws JsonException {
    int code = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(next(), 16);
      if (digit < 0) {
        at--;
        throw error("expected a hexadecimal digit");
      }
      code = 16 * code + digit;
    }
    return (char) code;
  }

  /** The scanned string's UTF-8, which is never longer than its spelling. */
  private void resolveEscapes() {
    int length = stringEnd - stringStart;
    if (scratch.length < length) {
      scratch = new byte[Math.max(length, 2 * scratch.length)];
    }
    int to = 0;
    int from = stringStart;
    while (from < stringEnd) {
      byte c = text[from++];
      if (c != '\\') {
        scratch[to++] = c;
        continue;
      }
      c = text[from++];
      if (c != 'u') {
        scratch[to++] = (byte) unescaped(c);
        continue;
      }
      int code = code(from);
      from += 4;
      if (Character.isHighSurrogate((char) code)) {
        code = Character.toCodePoint((char) code, (char) code(from + 2));
        from += 6;
      }
      to = encode(code, to);
    }
    scratchLength = to;
  }

  private static int unescaped(byte c) {
    return switch (c) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> c;
    };
  }

  private int code(int from) {
    int code = 0;
    for (int i = from; i < from + 4; i++) {
      code = 16 * code + Character.digit(text[i], 16);
    }
    return code;
  }

  private int encode(int code, int from) {
    int to = from;
    if (code < 0x80) {
      scratch[to++] = (byte) code;
    } else {
      int continuations = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
      int lead = (0xff00 >> (continuations + 1)) & 0xff;
      scratch[to++] = (byte) (lead | code >> (6 * continuations));
      for (int shift = 6 * (continuations - 1); shift >= 0; shift -= 6) {
        scratch[to++] = (byte) (0x80 | (code >> shift & 0x3f));
      }
    }
    return to;
  }

  /** {@code -? (0 | [1-9][0-9]*) (.[0-9]+)? ([eE][+-]?[0-9]+)?}. */
  private void skipNumber() throws JsonException {
    if (peek() == '-') {
      at++;
    }
    if (here() == '0') {
      at++;
    } else {
      digits();
    }
    if (here() == '.') {
      at++;
      digits();
    }
    if (here() == 'e' || here() == 'E') {
      at++;
      if (here() == '+' || here() == '-') {
        at++;
      }
      digits();
    }
  }

  private void digits() throws JsonException {
    if (!isDigit(here())) {
      throw error("expected a value or a digit");
    }
    while (isDigit(here())) {
      at++;
    }
  }

  private static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isSpace(byte c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }

  private byte here() {
    return at < text.length ? text[at] : 0;
  }

  private byte next() throws JsonException {
    if (at >= text.length) {
      throw error("the text ends within a string");
    }
    return text[at++];
  }

  private void expect(char c) throws JsonException {
    if (peek() != c) {
      throw error("expected '" + c + "'");
    }
    at++;
  }

  /** An error at this place. */
  JsonException error(String what) {
    return new JsonException(what + " at byte " + at + ", which is " + found());
  }

  private String found() {
    if (at >= text.length) {
      return "the end";
    }
    // A whole character: its lead byte says how many bytes follow.
    int bytes = text[at] >= 0 ? 1 : Integer.numberOfLeadingZeros(~text[at] << 24);
    int end = Math.min(text.length, at + Math.max(1, bytes));
    return PrintableText.quote(new String(text, at, end - at, UTF_8));
  }
}
