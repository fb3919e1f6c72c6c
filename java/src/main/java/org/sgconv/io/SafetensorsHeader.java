package org.sgconv.io;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sgconv.PrintableText;
import org.sgconv.io.JsonValue.JsonArray;
import org.sgconv.io.JsonValue.JsonNumber;
import org.sgconv.io.JsonValue.JsonObject;
import org.sgconv.io.JsonValue.JsonString;

/**
 * The validated header of a safetensors file: every tensor's bytes lie within the file, fit its
 * shape and type, and follow one another without overlap or gap.
 *
 * @param entries by name, in the order of their bytes
 * @param metadata the strings under {@code __metadata__}
 */
record SafetensorsHeader(Map<String, TensorEntry> entries, Map<String, String> metadata) {

  static final String METADATA = "__metadata__";

  private static final Set<String> MEMBERS = Set.of("dtype", "shape", "data_offsets");

  /**
   * Parses and checks a header.
   *
   * @param dataBytes bytes of the file after the header
   */
  static SafetensorsHeader parse(String json, long dataBytes) throws JsonException {
    if (!json.startsWith("{")) {
      throw new JsonException("the header must begin with '{'");
    }
    if (!(JsonParser.parse(json) instanceof JsonObject root)) {
      throw new JsonException("the header must be a JSON object");
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    List<TensorEntry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonValue> member : root.members().entrySet()) {
      if (member.getKey().equals(METADATA)) {
        readMetadata(member.getValue(), metadata);
      } else {
        entries.add(readEntry(member.getKey(), member.getValue()));
      }
    }
    entries.sort(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end));
    requireContiguous(entries, dataBytes);
    Map<String, TensorEntry> byName = new LinkedHashMap<>();
    entries.forEach(entry -> byName.put(entry.name(), entry));
    return new SafetensorsHeader(byName, metadata);
  }

  private static void readMetadata(JsonValue value, Map<String, String> into) throws JsonException {
    if (!(value instanceof JsonObject object)) {
      throw new JsonException(
          "\"" + METADATA + "\" is " + value.kind() + ", expected an object of strings");
    }
    for (Map.Entry<String, JsonValue> member : object.members().entrySet()) {
      if (!(member.getValue() instanceof JsonString text)) {
        throw new JsonException(
            "\""
                + METADATA
                + "\", key "
                + PrintableText.quote(member.getKey())
                + ": is "
                + member.getValue().kind()
                + ", expected a string");
      }
      into.put(member.getKey(), text.value());
    }
  }

  private static TensorEntry readEntry(String name, JsonValue value) throws JsonException {
    if (!(value instanceof JsonObject object)) {
      throw error(name, "is " + value.kind() + ", expected an object");
    }
    if (!object.members().keySet().equals(MEMBERS)) {
      throw error(
          name,
          "has the members "
              + PrintableText.quote(String.join(", ", object.members().keySet()))
              + ", expected dtype, shape and data_offsets");
    }
    ElementType type = readType(name, object.member("dtype"));
    List<Long> dims = readSizes(name, "shape", object.member("shape"));
    List<Long> offsets = readSizes(name, "data_offsets", object.member("data_offsets"));
    if (offsets.size() != 2) {
      throw error(name, "data_offsets has " + offsets.size() + " numbers, expected 2");
    }
    TensorEntry entry = new TensorEntry(name, type, dims, offsets.get(0), offsets.get(1));
    requireSize(entry);
    return entry;
  }

  private static ElementType readType(String name, JsonValue value) throws JsonException {
    if (value instanceof JsonString text) {
      return ElementType.named(text.value())
          .orElseThrow(
              () ->
                  error(
                      name,
                      "dtype is " + text.kind() + ", expected one of " + ElementType.names()));
    }
    throw error(name, "dtype is " + value.kind() + ", expected a string");
  }

  private static List<Long> readSizes(String name, String member, JsonValue value)
      throws JsonException {
    if (!(value instanceof JsonArray array)) {
      throw error(name, member + " is " + value.kind() + ", expected an array");
    }
    List<Long> sizes = new ArrayList<>();
    for (JsonValue element : array.elements()) {
      sizes.add(readSize(name, member, element));
    }
    return sizes;
  }

  private static long readSize(String name, String member, JsonValue value) throws JsonException {
    if (value instanceof JsonNumber number && number.text().matches("[0-9]{1,19}")) {
      try {
        return Long.parseLong(number.text());
      } catch (NumberFormatException e) {
        throw error(name, member + " holds " + number.text() + ", expected at most 2^63 - 1");
      }
    }
    throw error(
        name, member + " holds " + value.kind() + ", expected whole numbers from 0 to 2^63 - 1");
  }

  private static void requireSize(TensorEntry entry) throws JsonException {
    long bytes = entry.type().byteSize();
    // A zero anywhere makes the size zero, however large the other sizes are.
    boolean empty = entry.dims().contains(0L);
    for (long dim : entry.dims()) {
      if (!empty && dim > Long.MAX_VALUE / bytes) {
        throw error(entry.name(), "shape " + entry.shapeText() + " has more than 2^63 - 1 bytes");
      }
      bytes = empty ? 0 : bytes * dim;
    }
    long range = entry.end() - entry.begin();
    if (range != bytes) {
      throw error(
          entry.name(),
          "data_offsets ["
              + entry.begin()
              + ", "
              + entry.end()
              + "] hold "
              + range
              + " bytes, but "
              + entry.type()
              + " "
              + entry.shapeText()
              + " has "
              + bytes);
    }
  }

  private static void requireContiguous(List<TensorEntry> sorted, long dataBytes)
      throws JsonException {
    long position = 0;
    for (TensorEntry entry : sorted) {
      if (entry.begin() != position) {
        throw error(
            entry.name(),
            "begins at byte "
                + entry.begin()
                + " of the data, expected "
                + position
                + ": tensors must "
                + (entry.begin() < position ? "not overlap" : "leave no gap"));
      }
      if (entry.end() > dataBytes) {
        throw error(
            entry.name(),
            "ends at byte "
                + entry.end()
                + " of the data, but the file has only "
                + dataBytes
                + ": it is truncated or its header is wrong");
      }
      position = entry.end();
    }
    if (position != dataBytes) {
      throw new JsonException(
          "the tensors end at byte "
              + position
              + " of the data, but the file has "
              + dataBytes
              + ": bytes that belong to no tensor");
    }
  }

  private static JsonException error(String name, String what) {
    return new JsonException("tensor " + PrintableText.quote(name) + ": " + what);
  }
}
