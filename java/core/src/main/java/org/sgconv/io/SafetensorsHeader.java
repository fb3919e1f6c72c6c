package org.sgconv.io;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The validated header of a safetensors file: every tensor's bytes lie within the file, fit its
 * shape and type as far as the type is known, and follow one another without overlap or gap.
 *
 * @param entries by name, in the order of their bytes
 * @param metadata the strings under {@code __metadata__}
 */
record SafetensorsHeader(Map<String, TensorEntry> entries, Map<String, String> metadata) {

  static final String METADATA = "__metadata__";

  /**
   * Parses and checks a header.
   *
   * @param json its bytes
   * @param dataBytes bytes of the file after the header
   */
  static SafetensorsHeader parse(byte[] json, long dataBytes) throws JsonException {
    requireUtf8(json);
    JsonReader reader = new JsonReader(json);
    if (reader.peek() != '{') {
      throw new JsonException("the header must begin with '{'");
    }
    Map<String, String> metadata = null;
    List<TensorEntry> entries = new ArrayList<>();
    HeaderEntries each = new HeaderEntries(reader);
    reader.enter('{');
    while (reader.hasNext()) {
      String name = reader.string();
      reader.colon();
      if (name.equals(METADATA)) {
        requireFirst(metadata);
        metadata = HeaderMetadata.read(reader, json);
      } else {
        entries.add(each.read(name));
      }
    }
    reader.end();
    entries.sort(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end));
    Map<String, TensorEntry> byName = LinkedHashMap.newLinkedHashMap(entries.size());
    for (TensorEntry entry : entries) {
      if (byName.put(entry.name(), entry) != null) {
        throw HeaderEntries.error(entry.name(), "appears twice, expected once");
      }
    }
    requireContiguous(entries, dataBytes);
    return new SafetensorsHeader(byName, metadata == null ? HeaderMetadata.NONE : metadata);
  }

  private static void requireFirst(@Nullable Map<String, String> earlier) throws JsonException {
    if (earlier != null) {
      throw new JsonException("\"" + METADATA + "\" appears twice, expected once");
    }
  }

  /** Decoded into a small buffer again and again: a copy of the whole is not needed. */
  private static void requireUtf8(byte[] json) throws JsonException {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.wrap(json);
    CharBuffer decoded = CharBuffer.allocate(8192);
    CoderResult result;
    do {
      result = decoder.decode(bytes, decoded.clear(), true);
    } while (result.isOverflow());
    if (result.isError()) {
      throw new JsonException("the header is not UTF-8 at byte " + bytes.position());
    }
  }

  private static void requireContiguous(List<TensorEntry> sorted, long dataBytes)
      throws JsonException {
    long position = 0;
    for (TensorEntry entry : sorted) {
      if (entry.begin() != position) {
        throw HeaderEntries.error(
            entry.name(),
            "begins at byte "
                + entry.begin()
                + " of the data, expected "
                + position
                + ": tensors must "
                + (entry.begin() < position ? "not overlap" : "leave no gap"));
      }
      if (entry.end() > dataBytes) {
        throw HeaderEntries.error(
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
}
