package org.sgconv.io;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.PrintableText;
import org.sgconv.tensor.MemoryFaults;
import org.sgconv.tensor.Tensor;

/**
 * Collects tensors and writes them as one safetensors file. The same content gives the same bytes:
 * wider element types first, so that everything is aligned, then by name.
 */
public final class SafetensorsWriter {

  private static final int CHUNK_BYTES = 1 << 18;

  private final Map<String, Item> items = new TreeMap<>();
  private final Map<String, String> metadata = new TreeMap<>();

  /** Something with a name, a type and a shape that can be streamed. */
  private record Item(String name, ElementType type, List<Long> dims, long bytes, Body body) {}

  private interface Body {
    void writeTo(OutputStream out) throws IOException;
  }

  SafetensorsWriter() {}

  /**
   * Adds a tensor, in its own type. It is not copied: it must stay open and unchanged until the
   * file is written.
   *
   * @throws InvalidArgumentException if the name is taken, reserved or no Unicode text
   */
  public SafetensorsWriter add(String name, Tensor tensor) {
    return add(
        new Item(
            name,
            ElementType.of(tensor.type()),
            Arrays.stream(tensor.shape().toArray()).boxed().toList(),
            tensor.byteSize(),
            out -> stream(name, tensor, out)));
  }

  /**
   * Adds a scalar BOOL.
   *
   * @throws InvalidArgumentException if the name is taken, reserved or no Unicode text
   */
  public SafetensorsWriter add(String name, boolean value) {
    byte[] one = {(byte) (value ? 1 : 0)};
    return add(new Item(name, ElementType.BOOL, List.of(), 1, out -> out.write(one)));
  }

  /**
   * Sets a string under {@code __metadata__}, replacing an earlier one of the same key.
   *
   * @throws InvalidArgumentException if key or value holds half a surrogate pair
   */
  public SafetensorsWriter metadata(String key, String value) {
    metadata.put(requireUnicode(key), requireUnicode(value));
    return this;
  }

  /**
   * Writes the file, replacing an older one at once or not at all.
   *
   * @throws InvalidFileException if it cannot be written; nothing is left behind
   */
  public void write(Path path) {
    List<Item> ordered = new ArrayList<>(items.values());
    ordered.sort(Comparator.comparingInt((Item item) -> item.type().byteSize()).reversed());
    byte[] header = header(ordered).getBytes(StandardCharsets.UTF_8);
    byte[] prefix = new byte[8];
    ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length);
    AtomicFile.write(
        path,
        out -> {
          out.write(prefix);
          out.write(header);
          for (Item item : ordered) {
            item.body().writeTo(out);
          }
        });
  }

  private SafetensorsWriter add(Item item) {
    if (item.name().equals(SafetensorsHeader.METADATA)) {
      throw new InvalidArgumentException(
          "a tensor cannot be called " + item.name() + ": safetensors reserves that name");
    }
    if (items.putIfAbsent(requireUnicode(item.name()), item) != null) {
      throw new InvalidArgumentException(
          "two tensors are called " + PrintableText.quote(item.name()) + ": names must differ");
    }
    return this;
  }

  private static String requireUnicode(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new InvalidArgumentException(
          PrintableText.quote(text) + " holds half a surrogate pair: a header is UTF-8");
    }
    return text;
  }

  private String header(List<Item> ordered) {
    StringBuilder json = new StringBuilder("{");
    if (!metadata.isEmpty()) {
      json.append(quote(SafetensorsHeader.METADATA)).append(":{");
      metadata.forEach(
          (key, value) -> json.append(quote(key)).append(':').append(quote(value)).append(','));
      json.setCharAt(json.length() - 1, '}');
      json.append(',');
    }
    long position = 0;
    for (Item item : ordered) {
      json.append(quote(item.name())).append(":{\"dtype\":\"").append(item.type());
      json.append("\",\"shape\":[");
      json.append(item.dims().stream().map(String::valueOf).collect(Collectors.joining(",")));
      json.append("],\"data_offsets\":[").append(position).append(',');
      position = Math.addExact(position, item.bytes());
      json.append(position).append("]},");
    }
    if (json.length() > 1) {
      json.setLength(json.length() - 1);
    }
    json.append('}');
    // Padded so that the tensors begin at a multiple of 8.
    int bytes = json.toString().getBytes(StandardCharsets.UTF_8).length;
    return json.append(" ".repeat(Math.floorMod(-bytes, 8))).toString();
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  private static void stream(String name, Tensor tensor, OutputStream out) throws IOException {
    int elementBytes = tensor.type().byteSize();
    byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, tensor.byteSize())];
    MemorySegment target = MemorySegment.ofArray(chunk);
    long perChunk = chunk.length / elementBytes;
    for (long first = 0; first < tensor.elementCount(); first += perChunk) {
      long from = first;
      long count = Math.min(perChunk, tensor.elementCount() - first);
      MemoryFaults.run(
          "tensor " + PrintableText.quote(name),
          () -> ElementConversion.write(tensor, from, count, target));
      out.write(chunk, 0, (int) (count * elementBytes));
    }
  }
}
