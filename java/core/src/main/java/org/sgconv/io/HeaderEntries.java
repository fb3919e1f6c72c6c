package org.sgconv.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sgconv.text.PrintableText;

/** Reads what a header says of each tensor, and checks each by itself. */
final class HeaderEntries {

  private static final int DTYPE = 0;
  private static final int SHAPE = 1;
  private static final int OFFSETS = 2;

  private static final List<byte[]> MEMBERS =
      List.of("dtype".getBytes(UTF_8), "shape".getBytes(UTF_8), "data_offsets".getBytes(UTF_8));

  private final JsonReader reader;

  HeaderEntries(JsonReader reader) {
    this.reader = reader;
  }

  /** Takes the object that describes a tensor. */
  TensorEntry read(String name) throws JsonException {
    if (reader.peek() != '{') {
      throw error(name, "is " + reader.describe() + ", expected an object");
    }
    String dtype = null;
    long[] dims = null;
    long[] offsets = null;
    reader.enter('{');
    while (reader.hasNext()) {
      int member = reader.select(MEMBERS);
      reader.colon();
      switch (member) {
        case DTYPE -> {
          requireFirst(name, "dtype", dtype);
          dtype = dtype(name);
        }
        case SHAPE -> {
          requireFirst(name, "shape", dims);
          dims = sizes(name, "shape");
        }
        case OFFSETS -> {
          requireFirst(name, "data_offsets", offsets);
          offsets = sizes(name, "data_offsets");
        }
        default -> reader.skipValue();
      }
    }
    if (dtype == null || dims == null || offsets == null) {
      String missing = dtype == null ? "dtype" : dims == null ? "shape" : "data_offsets";
      throw error(name, "has no " + missing + ", expected dtype, shape and data_offsets");
    }
    if (offsets.length != 2) {
      throw error(name, "data_offsets has " + offsets.length + " numbers, expected 2");
    }
    List<Long> sizes = dims.length == 0 ? List.of() : new LongList(dims);
    TensorEntry entry = new TensorEntry(name, dtype, sizes, offsets[0], offsets[1]);
    requireSize(entry, dims);
    return entry;
  }

  private static void requireFirst(String name, String member, @Nullable Object earlier)
      throws JsonException {
    if (earlier != null) {
      throw error(name, member + " appears twice, expected once");
    }
  }

  private String dtype(String name) throws JsonException {
    if (reader.peek() != '"') {
      throw error(name, "dtype is " + reader.describe() + ", expected a string");
    }
    String dtype = reader.string();
    // One string for all tensors of a type.
    return ElementType.named(dtype).map(ElementType::name).orElse(dtype);
  }

  private long[] sizes(String name, String member) throws JsonException {
    if (reader.peek() != '[') {
      throw error(name, member + " is " + reader.describe() + ", expected an array");
    }
    int start = reader.position();
    int count = 0;
    reader.enter('[');
    while (reader.hasNext()) {
      reader.skipValue();
      count++;
    }
    // Again, now that the length is known: an array that grows takes three times its room.
    long[] sizes = new long[count];
    reader.seek(start);
    reader.enter('[');
    for (int i = 0; reader.hasNext(); i++) {
      sizes[i] = reader.wholeNumber();
      if (sizes[i] < 0) {
        throw error(
            name,
            member + " holds " + reader.describe() + ", expected whole numbers from 0 to 2^63 - 1");
      }
    }
    return sizes;
  }

  /** Of a type that nobody here has heard of, the shape says nothing about the bytes. */
  private static void requireSize(TensorEntry entry, long[] dims) throws JsonException {
    long range = entry.end() - entry.begin();
    if (range < 0) {
      throw error(
          entry.name(), offsetsText(entry) + " end before they begin: expected begin <= end");
    }
    long count = elementCount(entry, dims);
    ElementType type = entry.type().orElse(null);
    if (type == null) {
      return;
    }
    if (count > Long.MAX_VALUE / type.bitSize()) {
      throw error(entry.name(), "shape " + entry.shapeText() + " has more than 2^63 - 1 bits");
    }
    long bits = count * type.bitSize();
    if (bits % 8 != 0) {
      throw error(
          entry.name(),
          type + " " + entry.shapeText() + " has " + bits + " bits, expected whole bytes");
    }
    if (range != bits / 8) {
      throw error(
          entry.name(),
          offsetsText(entry)
              + " hold "
              + range
              + " bytes, but "
              + type
              + " "
              + entry.shapeText()
              + " has "
              + bits / 8);
    }
  }

  /** As {@link TensorEntry#elementCount}, checked; nothing is boxed, a shape may be long. */
  private static long elementCount(TensorEntry entry, long[] dims) throws JsonException {
    for (long dim : dims) {
      if (dim == 0) {
        return 0;
      }
    }
    long count = 1;
    for (long dim : dims) {
      if (dim > Long.MAX_VALUE / count) {
        throw error(
            entry.name(), "shape " + entry.shapeText() + " has more than 2^63 - 1 elements");
      }
      count *= dim;
    }
    return count;
  }

  private static String offsetsText(TensorEntry entry) {
    return "data_offsets [" + entry.begin() + ", " + entry.end() + "]";
  }

  static JsonException error(String name, String what) {
    return new JsonException("tensor " + PrintableText.quote(name) + ": " + what);
  }
}
