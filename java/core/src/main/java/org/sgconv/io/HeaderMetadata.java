package org.sgconv.io;

import java.nio.charset.StandardCharsets;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sgconv.text.PrintableText;

/**
 * The strings under {@code __metadata__}, in the order of the file. They stay as they are spelled
 * there until they are asked for: a million short ones would take ten times their room in the file
 * as objects.
 */
final class HeaderMetadata extends AbstractMap<String, String> {

  static final HeaderMetadata NONE = new HeaderMetadata(new byte[0], new long[0]);

  private final byte[] json;

  /** Of every key its hash, in the upper half, and where it begins in the text; sorted. */
  private final long[] keys;

  private HeaderMetadata(byte[] json, long[] keys) {
    this.json = json;
    this.keys = keys;
  }

  /**
   * Takes {@code null} or an object of strings, whose keys differ.
   *
   * @param json the text that the reader reads
   */
  static HeaderMetadata read(JsonReader reader, byte[] json) throws JsonException {
    if (reader.peek() == 'n') {
      reader.literal("null");
      return NONE;
    }
    if (reader.peek() != '{') {
      throw new JsonException(
          "\""
              + SafetensorsHeader.METADATA
              + "\" is "
              + reader.describe()
              + ", expected an object of strings");
    }
    int start = reader.position();
    int count = requireStrings(reader, json);
    byte[] own = Arrays.copyOfRange(json, start, reader.position());
    HeaderMetadata metadata = new HeaderMetadata(own, keys(own, count));
    metadata.requireDifferentKeys();
    return metadata;
  }

  /** Takes the object and counts its members. */
  private static int requireStrings(JsonReader reader, byte[] json) throws JsonException {
    int count = 0;
    reader.enter('{');
    while (reader.hasNext()) {
      int key = reader.position();
      reader.skipString();
      reader.colon();
      if (reader.peek() != '"') {
        throw new JsonException(
            "\""
                + SafetensorsHeader.METADATA
                + "\", key "
                + PrintableText.quote(keyAt(new JsonReader(json), key))
                + ": is "
                + reader.describe()
                + ", expected a string");
      }
      reader.skipValue();
      count++;
    }
    return count;
  }

  private static long[] keys(byte[] json, int count) throws JsonException {
    long[] keys = new long[count];
    JsonReader reader = new JsonReader(json);
    reader.enter('{');
    for (int i = 0; reader.hasNext(); i++) {
      int position = reader.position();
      keys[i] = (long) reader.stringHash() << 32 | position;
      reader.colon();
      reader.skipValue();
    }
    Arrays.sort(keys);
    return keys;
  }

  private void requireDifferentKeys() throws JsonException {
    Set<String> same = new HashSet<>();
    JsonReader reader = new JsonReader(json);
    for (int i = 1; i < keys.length; i++) {
      if (hash(keys[i]) != hash(keys[i - 1])) {
        same.clear();
        continue;
      }
      same.add(keyAt(reader, (int) keys[i - 1]));
      String key = keyAt(reader, (int) keys[i]);
      if (!same.add(key)) {
        throw new JsonException(
            "\""
                + SafetensorsHeader.METADATA
                + "\": the key "
                + PrintableText.quote(key)
                + " appears twice, expected once");
      }
    }
  }

  @Override
  public int size() {
    return keys.length;
  }

  @Override
  public boolean containsKey(Object key) {
    return get(key) != null;
  }

  @Override
  public @Nullable String get(Object key) {
    if (!(key instanceof String name)) {
      return null;
    }
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    int hash = JsonReader.hash(utf8, 0, utf8.length);
    JsonReader reader = new JsonReader(json);
    int found = Arrays.binarySearch(keys, (long) hash << 32);
    for (int i = found < 0 ? -found - 1 : found; i < keys.length && hash(keys[i]) == hash; i++) {
      if (keyAt(reader, (int) keys[i]).equals(name)) {
        return sound(() -> valueAfterColon(reader));
      }
    }
    return null;
  }

  @Override
  public Set<Map.Entry<String, String>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return keys.length;
      }

      @Override
      public Iterator<Map.Entry<String, String>> iterator() {
        return new Entries();
      }
    };
  }

  /** Reads one entry after the other. */
  private final class Entries implements Iterator<Map.Entry<String, String>> {

    private final JsonReader reader = new JsonReader(json);
    private int left = keys.length;

    @Override
    public boolean hasNext() {
      return left > 0;
    }

    @Override
    public Map.Entry<String, String> next() {
      if (left == 0) {
        throw new NoSuchElementException("no more metadata");
      }
      return sound(
          () -> {
            if (left == keys.length) {
              reader.enter('{');
            }
            left--;
            reader.hasNext();
            return Map.entry(reader.string(), valueAfterColon(reader));
          });
    }
  }

  private static int hash(long key) {
    return (int) (key >> 32);
  }

  private static String keyAt(JsonReader reader, int position) {
    reader.seek(position);
    return sound(reader::string);
  }

  private static String valueAfterColon(JsonReader reader) throws JsonException {
    reader.colon();
    return reader.string();
  }

  private interface Reading<T> {
    T run() throws JsonException;
  }

  /** The text has been read once without an error. */
  private static <T> T sound(Reading<T> reading) {
    try {
      return reading.run();
    } catch (JsonException e) {
      throw new IllegalStateException("metadata was sound when the file was opened", e);
    }
  }
}
