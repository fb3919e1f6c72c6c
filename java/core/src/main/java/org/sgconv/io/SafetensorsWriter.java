package org.sgconv.io;

import java.io.ByteArrayOutputStream;
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
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.spi.TensorAccess;
import org.sgconv.tensor.Tensor;
import org.sgconv.text.PrintableText;

/**
 * Collects tensors and writes them as one safetensors file. The same content gives the same bytes:
 * wider element types first, so that everything is aligned, then by name.
 *
 * @since 0.1.0
 */
public final class SafetensorsWriter {

  private static final int CHUNK_BYTES = 1 << 18;

  /** Leaves an array room for the longest header. */
  private static final long MOST_BYTES = Integer.MAX_VALUE - 16 - Safetensors.MAX_HEADER_BYTES;

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
    return add(name, ElementType.BOOL, new long[] {value ? 1 : 0});
  }

  /**
   * Adds integers or booleans. The array is not copied: it must stay unchanged until the file is
   * written.
   *
   * @param type BOOL, or a signed or unsigned integer of 8 to 64 bits
   * @param values row-major; 0 and 1 of a BOOL
   * @param dims sizes of the axes, outermost first; none for a scalar
   * @throws InvalidArgumentException if the name is taken, reserved or no Unicode text, the type is
   *     another, a value is not of that type, or the shape is not one of so many values
   */
  public SafetensorsWriter add(String name, ElementType type, long[] values, long... dims) {
    String tensor = "tensor " + PrintableText.quote(name);
    if (!type.isReadableAsIntegers()) {
      throw new InvalidArgumentException(
          tensor + " of integers cannot be " + type + ": name an integer type or BOOL");
    }
    List<Long> shape = Arrays.stream(dims).boxed().toList();
    if (!matches(dims, values.length)) {
      throw new InvalidArgumentException(
          tensor + " of shape " + shape + " has not " + values.length + " values, as are given");
    }
    for (int i = 0; i < values.length; i++) {
      if (!IntegerConversion.isSound(type, values[i])) {
        throw new InvalidArgumentException(
            tensor + " is " + values[i] + " at index " + i + ", which is no " + type);
      }
    }
    long bytes = (long) values.length * type.bitSize() / 8;
    return add(new Item(name, type, shape, bytes, out -> stream(values, type, out)));
  }

  private static boolean matches(long[] dims, int count) {
    if (Arrays.stream(dims).anyMatch(dim -> dim <= 0)) {
      return count == 0 && Arrays.stream(dims).allMatch(dim -> dim >= 0);
    }
    long product = 1;
    for (long dim : dims) {
      if (dim > count / product) {
        return false;
      }
      product *= dim;
    }
    return product == count;
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
   * @throws InvalidArgumentException if names and metadata make a header of more than 100 MB
   */
  public void write(Path path) {
    AtomicFile.write(path, this::write);
  }

  /**
   * Writes the bytes of the file, front to back: into a pipe, a socket, another file's middle. The
   * stream is not closed.
   *
   * @throws IOException if the stream fails; what was written until then is no file
   * @throws InvalidArgumentException if names and metadata make a header of more than 100 MB
   */
  public void write(OutputStream out) throws IOException {
    List<Item> ordered = new ArrayList<>(items.values());
    ordered.sort(Comparator.comparingInt((Item item) -> item.type().bitSize()).reversed());
    byte[] header = header(ordered);
    byte[] prefix = new byte[8];
    ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length);
    out.write(prefix);
    out.write(header);
    for (Item item : ordered) {
      item.body().writeTo(out);
    }
  }

  /**
   * The bytes of the file.
   *
   * @throws InvalidArgumentException if they are too many for an array, or names and metadata make
   *     a header of more than 100 MB
   */
  public byte[] toBytes() {
    long data = items.values().stream().mapToLong(Item::bytes).reduce(0, Math::addExact);
    if (data > MOST_BYTES) {
      throw new InvalidArgumentException(
          "the tensors have "
              + data
              + " bytes, expected at most "
              + MOST_BYTES
              + " for an array: write them to a file");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream((int) data);
    try {
      write(out);
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot fail to be written", e);
    }
    return out.toByteArray();
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

  private byte[] header(List<Item> ordered) {
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
    return padded(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** With spaces after it, so that the tensors begin at a multiple of 8. */
  private static byte[] padded(byte[] json) {
    int length = json.length + Math.floorMod(-json.length, 8);
    if (length > Safetensors.MAX_HEADER_BYTES) {
      throw new InvalidArgumentException(
          "the header has "
              + length
              + " bytes, expected at most "
              + Safetensors.MAX_HEADER_BYTES
              + ": write fewer tensors into a file, or shorter names and metadata");
    }
    byte[] header = Arrays.copyOf(json, length);
    Arrays.fill(header, json.length, length, (byte) ' ');
    return header;
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  private static void stream(long[] values, ElementType type, OutputStream out) throws IOException {
    int elementBytes = type.bitSize() / 8;
    byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, (long) values.length * elementBytes)];
    int perChunk = chunk.length / elementBytes;
    for (int first = 0; first < values.length; first += perChunk) {
      int count = Math.min(perChunk, values.length - first);
      IntegerConversion.write(values, first, count, type, MemorySegment.ofArray(chunk));
      out.write(chunk, 0, count * elementBytes);
    }
  }

  private static void stream(String name, Tensor tensor, OutputStream out) throws IOException {
    int elementBytes = tensor.type().byteSize();
    byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, tensor.byteSize())];
    MemorySegment target = MemorySegment.ofArray(chunk);
    long perChunk = chunk.length / elementBytes;
    for (long first = 0; first < tensor.elementCount(); first += perChunk) {
      long from = first;
      long count = Math.min(perChunk, tensor.elementCount() - first);
      TensorAccess.onHost(
          "tensor " + PrintableText.quote(name),
          () -> ElementConversion.write(tensor, from, count, target),
          tensor);
      out.write(chunk, 0, (int) (count * elementBytes));
    }
  }
}
