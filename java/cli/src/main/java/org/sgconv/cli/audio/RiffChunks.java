package org.sgconv.cli.audio;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.sgconv.InvalidFileException;

/**
 * The chunks of a RIFF, RF64 or BW64 file, walked one by one. A pad byte that was forgotten after a
 * chunk of odd size is noticed where the name of the next chunk leaves no doubt.
 */
final class RiffChunks {

  /** A name and a size stand before the bytes of every chunk. */
  static final int HEADER_BYTES = 8;

  /** In RF64 files a size of 32 bits that says: look into ds64. */
  private static final long IN_DS64 = 0xFFFFFFFFL;

  private static final int DS64_BYTES = 24;
  private static final int DS64_ENTRY_BYTES = 12;

  /** Sizes of other chunks than data; real files have a few. */
  private static final long MOST_ENTRIES = 4096;

  private final FileWindow file;

  /** Sizes by name of chunk, from ds64. */
  private final Map<Integer, Long> sizes = new HashMap<>();

  private long missingPads;

  RiffChunks(FileWindow file) {
    this.file = file;
  }

  /** Reads the chunk that holds sizes of 64 bits. */
  void readSizes(long body, long length) throws IOException {
    long entries = (length - DS64_BYTES - Integer.BYTES) / DS64_ENTRY_BYTES;
    if (length < DS64_BYTES || entries > MOST_ENTRIES) {
      throw new InvalidFileException(
          file.path(),
          length < DS64_BYTES
              ? "the ds64 chunk has " + length + " bytes, expected at least " + DS64_BYTES
              : "the ds64 chunk has " + entries + " sizes, expected at most " + MOST_ENTRIES);
    }
    sizes.clear();
    sizes.put(ChunkId.DATA, file.longAt(body + 8));
    for (long i = 0; i < entries; i++) {
      long entry = body + DS64_BYTES + Integer.BYTES + i * DS64_ENTRY_BYTES;
      sizes.putIfAbsent(file.intAt(entry), file.longAt(entry + 4));
    }
  }

  /** The size that the chunk at {@code position} claims; as an unsigned number. */
  long claimedLength(long position) throws IOException {
    long length = file.unsignedAt(position + 4);
    return length == IN_DS64 ? sizes.getOrDefault(file.intAt(position), length) : length;
  }

  /** Whether {@code length} bytes, an unsigned number, lie in the file from {@code body} on. */
  boolean fits(long body, long length) {
    return length >= 0 && length <= file.size() - body;
  }

  /** Where the chunk after one that ends at {@code end} begins, or the end of the file. */
  long next(long end, boolean odd, Consumer<String> notes) throws IOException {
    if (!odd || end >= file.size()) {
      return end;
    }
    long padded = end + 1;
    if (isKnown(end) && !isKnown(padded)) {
      if (missingPads++ == 0) {
        notes.accept(
            file.path()
                + ": the pad byte is missing at byte "
                + end
                + ", after a chunk of odd size; '"
                + ChunkId.text(file.intAt(end))
                + "' follows, so it was read all the same");
      }
      return end;
    }
    return padded;
  }

  private boolean isKnown(long position) throws IOException {
    return file.has(position, HEADER_BYTES) && ChunkId.isKnown(file.intAt(position));
  }

  /** How many pad bytes were missing so far; a note was made of the first one only. */
  long missingPads() {
    return missingPads;
  }

  /**
   * What stands from one place to the end of the file.
   *
   * @param whole whether it is whole chunks or nothing
   * @param data where the first chunk of samples is among them; -1 without one
   */
  record Rest(boolean whole, long data) {}

  /** What stands after a chunk that ends at {@code end}. */
  Rest after(long end, boolean odd) throws IOException {
    Consumer<String> nobody = note -> {};
    long data = -1;
    long at = next(end, odd, nobody);
    while (at < file.size()) {
      if (!file.has(at, HEADER_BYTES) || !ChunkId.isPossible(file.intAt(at))) {
        return new Rest(false, data);
      }
      long length = claimedLength(at);
      if (!fits(at + HEADER_BYTES, length)) {
        return new Rest(false, data);
      }
      if (data < 0 && file.intAt(at) == ChunkId.DATA) {
        data = at;
      }
      at = next(at + HEADER_BYTES + length, (length & 1) != 0, nobody);
    }
    return new Rest(true, data);
  }
}
