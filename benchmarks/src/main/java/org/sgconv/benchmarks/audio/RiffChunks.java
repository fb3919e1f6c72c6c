package org.sgconv.benchmarks.audio;

import java.io.IOException;
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

  private final FileWindow file;

  /** Where the ds64 chunk begins, after its header; -1 without one. */
  private long ds64 = -1;

  private long ds64Length;

  RiffChunks(FileWindow file) {
    this.file = file;
  }

  /** Remembers the chunk that holds sizes of 64 bits. */
  void sizesAt(long body, long length) {
    if (length < DS64_BYTES) {
      throw new InvalidFileException(
          file.path(), "the ds64 chunk has " + length + " bytes, expected at least " + DS64_BYTES);
    }
    ds64 = body;
    ds64Length = length;
  }

  /** The size that the chunk at {@code position} claims; as an unsigned number. */
  long claimedLength(long position) throws IOException {
    int id = file.intAt(position);
    long length = file.unsignedAt(position + 4);
    if (length != IN_DS64 || ds64 < 0) {
      return length;
    }
    if (id == ChunkId.DATA) {
      return file.longAt(ds64 + 8);
    }
    for (long entry = ds64 + 28;
        entry + DS64_ENTRY_BYTES <= ds64 + ds64Length;
        entry += DS64_ENTRY_BYTES) {
      if (file.intAt(entry) == id) {
        return file.longAt(entry + 4);
      }
    }
    return length;
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
      notes.accept(
          file.path()
              + ": the pad byte is missing at byte "
              + end
              + ", after a chunk of odd size; '"
              + ChunkId.text(file.intAt(end))
              + "' follows, so it was read all the same");
      return end;
    }
    return padded;
  }

  private boolean isKnown(long position) throws IOException {
    return file.has(position, HEADER_BYTES) && ChunkId.isKnown(file.intAt(position));
  }

  /** Whether from {@code position} to the end of the file there are whole chunks or nothing. */
  boolean areWholeFrom(long position, boolean odd) throws IOException {
    Consumer<String> nobody = note -> {};
    long at = next(position, odd, nobody);
    while (at < file.size()) {
      if (!file.has(at, HEADER_BYTES) || !ChunkId.isPossible(file.intAt(at))) {
        return false;
      }
      long length = claimedLength(at);
      if (!fits(at + HEADER_BYTES, length)) {
        return false;
      }
      at = next(at + HEADER_BYTES + length, (length & 1) != 0, nobody);
    }
    return true;
  }
}
