package org.sgconv.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sgconv.PrintableText;
import org.sgconv.io.JsonValue.JsonArray;
import org.sgconv.io.JsonValue.JsonBoolean;
import org.sgconv.io.JsonValue.JsonNull;
import org.sgconv.io.JsonValue.JsonNumber;
import org.sgconv.io.JsonValue.JsonObject;
import org.sgconv.io.JsonValue.JsonString;

/**
 * Strict JSON (RFC 8259): no comments, no trailing commas, no duplicate names, no lone surrogates.
 * Depth and array length are bounded, since texts come from files that nobody vouches for.
 */
final class JsonParser {

  private static final int MAX_DEPTH = 16;
  private static final int MAX_ARRAY = 1024;

  private final String text;
  private int at;

  private JsonParser(String text) {
    this.text = text;
  }

  /** Parses a whole text: one value, with white space around it. */
  static JsonValue parse(String text) throws JsonException {
    JsonParser parser = new JsonParser(text);
    parser.skipSpace();
    JsonValue value = parser.value(0);
    parser.skipSpace();
    if (parser.at < text.length()) {
      throw parser.error("expected the end of the text");
    }
    return value;
  }

  private JsonValue value(int depth) throws JsonException {
    if (depth > MAX_DEPTH) {
      throw error("more than " + MAX_DEPTH + " levels of nesting");
    }
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> new JsonString(string());
      case 't' -> literal("true", new JsonBoolean(true));
      case 'f' -> literal("false", new JsonBoolean(false));
      case 'n' -> literal("null", new JsonNull());
      default -> number();
    };
  }

  private JsonObject object(int depth) throws JsonException {
    Map<String, JsonValue> members = new LinkedHashMap<>();
    expect('{');
    skipSpace();
    if (peek() == '}') {
      at++;
      return new JsonObject(members);
    }
    while (true) {
      skipSpace();
      String name = string();
      skipSpace();
      expect(':');
      skipSpace();
      if (members.put(name, value(depth + 1)) != null) {
        throw error("the key " + PrintableText.quote(name) + " appears twice, expected once");
      }
      skipSpace();
      if (peek() == '}') {
        at++;
        return new JsonObject(members);
      }
      expect(',');
    }
  }

  private JsonArray array(int depth) throws JsonException {
    List<JsonValue> elements = new ArrayList<>();
    expect('[');
    skipSpace();
    if (peek() == ']') {
      at++;
      return new JsonArray(elements);
    }
    while (true) {
      skipSpace();
      elements.add(value(depth + 1));
      if (elements.size() > MAX_ARRAY) {
        throw error("an array of more than " + MAX_ARRAY + " elements");
      }
      skipSpace();
      if (peek() == ']') {
        at++;
        return new JsonArray(elements);
      }
      expect(',');
    }
  }

  private String string() throws JsonException {
    expect('"');
    StringBuilder value = new StringBuilder();
    while (true) {
      char c = next();
      if (c == '"') {
        break;
      }
      if (c < ' ') {
        at--;
        throw error("a control character in a string, expected an escape");
      }
      value.append(c == '\\' ? escape() : c);
    }
    requirePairedSurrogates(value);
    return value.toString();
  }

  private char escape() throws JsonException {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          code = code * 16 + hexDigit(next());
        }
        yield (char) code;
      }
      default -> {
        at--;
        throw error("an unknown escape in a string");
      }
    };
  }

  private int hexDigit(char c) throws JsonException {
    int digit = c < 128 ? Character.digit(c, 16) : -1;
    if (digit < 0) {
      at--;
      throw error("expected a hexadecimal digit");
    }
    return digit;
  }

  private void requirePairedSurrogates(CharSequence value) throws JsonException {
    for (int i = 0; i < value.length(); i++) {
      if (Character.isHighSurrogate(value.charAt(i))
          && i + 1 < value.length()
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(value.charAt(i))) {
        throw error("half a surrogate pair in a string");
      }
    }
  }

  /** {@code -? (0 | [1-9][0-9]*) (.[0-9]+)? ([eE][+-]?[0-9]+)?}. */
  private JsonNumber number() throws JsonException {
    int start = at;
    if (peek() == '-') {
      at++;
    }
    if (peek() == '0') {
      at++;
    } else {
      digits();
    }
    if (peek() == '.') {
      at++;
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits();
    }
    return new JsonNumber(text.substring(start, at));
  }

  private void digits() throws JsonException {
    if (peek() < '0' || peek() > '9') {
      throw error("expected a value or a digit");
    }
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
  }

  private JsonValue literal(String word, JsonValue value) throws JsonException {
    if (!text.startsWith(word, at)) {
      throw error("expected " + word);
    }
    at += word.length();
    return value;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  /** The next character, or NUL, which no JSON text has outside strings, at the end. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private char next() throws JsonException {
    if (at >= text.length()) {
      throw error("the text ends within a string");
    }
    return text.charAt(at++);
  }

  private void expect(char c) throws JsonException {
    if (peek() != c) {
      throw error("expected '" + c + "'");
    }
    at++;
  }

  private JsonException error(String what) {
    String found = at < text.length() ? PrintableText.quote(text.substring(at, at + 1)) : "the end";
    return new JsonException(what + " at character " + at + ", which is " + found);
  }
}
