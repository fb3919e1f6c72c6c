package org.sgconv.io;

import java.util.List;
import java.util.Map;
import org.sgconv.text.PrintableText;

/** A parsed JSON text (RFC 8259). */
sealed interface JsonValue {

  /** What the value is, for error messages. */
  String kind();

  /** Members in the order of the text; names are unique. */
  record JsonObject(Map<String, JsonValue> members) implements JsonValue {

    /** The member of that name. */
    JsonValue member(String name) throws JsonException {
      JsonValue value = members.get(name);
      if (value == null) {
        throw new JsonException("has no member " + PrintableText.quote(name));
      }
      return value;
    }

    @Override
    public String kind() {
      return "an object";
    }
  }

  /** Elements in order. */
  record JsonArray(List<JsonValue> elements) implements JsonValue {
    @Override
    public String kind() {
      return "an array";
    }
  }

  /** A string, escapes resolved. */
  record JsonString(String value) implements JsonValue {
    @Override
    public String kind() {
      return "the string " + PrintableText.quote(value);
    }
  }

  /** A number as it is spelled: what it may be is for the reader to say. */
  record JsonNumber(String text) implements JsonValue {
    @Override
    public String kind() {
      return "the number " + (text.length() > 40 ? text.substring(0, 40) + "..." : text);
    }
  }

  /** {@code true} or {@code false}. */
  record JsonBoolean(boolean value) implements JsonValue {
    @Override
    public String kind() {
      return Boolean.toString(value);
    }
  }

  /** {@code null}. */
  record JsonNull() implements JsonValue {
    @Override
    public String kind() {
      return "null";
    }
  }
}
