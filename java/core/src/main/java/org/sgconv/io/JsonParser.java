package org.sgconv.io;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sgconv.io.JsonValue.JsonArray;
import org.sgconv.io.JsonValue.JsonBoolean;
import org.sgconv.io.JsonValue.JsonNull;
import org.sgconv.io.JsonValue.JsonNumber;
import org.sgconv.io.JsonValue.JsonObject;
import org.sgconv.io.JsonValue.JsonString;
import org.sgconv.text.PrintableText;

/** A whole JSON text as a tree, for short texts; no name appears twice in an object. */
final class JsonParser {

  private final JsonReader reader;

  private JsonParser(JsonReader reader) {
    this.reader = reader;
  }

  /** Parses a whole text: one value, with white space around it. */
  static JsonValue parse(String text) throws JsonException {
    JsonReader reader = new JsonReader(utf8(text));
    JsonValue value = new JsonParser(reader).value();
    reader.end();
    return value;
  }

  private static byte[] utf8(String text) throws JsonException {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] exact = new byte[bytes.remaining()];
      bytes.get(exact);
      return exact;
    } catch (CharacterCodingException e) {
      throw new JsonException("half a surrogate pair in the text");
    }
  }

  private JsonValue value() throws JsonException {
    return switch (reader.peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> new JsonString(reader.string());
      case 't' -> literal("true", new JsonBoolean(true));
      case 'f' -> literal("false", new JsonBoolean(false));
      case 'n' -> literal("null", new JsonNull());
      default -> new JsonNumber(reader.number());
    };
  }

  private JsonObject object() throws JsonException {
    Map<String, JsonValue> members = new LinkedHashMap<>();
    reader.enter('{');
    while (reader.hasNext()) {
      String name = reader.string();
      reader.colon();
      if (members.put(name, value()) != null) {
        throw reader.error(
            "the key " + PrintableText.quote(name) + " appears twice, expected once");
      }
    }
    return new JsonObject(members);
  }

  private JsonArray array() throws JsonException {
    List<JsonValue> elements = new ArrayList<>();
    reader.enter('[');
    while (reader.hasNext()) {
      elements.add(value());
    }
    return new JsonArray(elements);
  }

  private JsonValue literal(String word, JsonValue value) throws JsonException {
    reader.literal(word);
    return value;
  }
}
