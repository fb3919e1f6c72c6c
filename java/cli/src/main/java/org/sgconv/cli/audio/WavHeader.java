package org.sgconv.cli.audio;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidFileException;

/**
 * What stands before the samples of a WAVE file, checked against the file's real size, so that no
 * later step trusts a number the file merely claims.
 *
 * @param format of the samples
 * @param dataOffset position of the first sample
 * @param frames ≥ 1; all of them lie inside the file
 */
record WavHeader(WavFormat format, long dataOffset, long frames) {

  private static final int RIFF_BYTES = 12;
  private static final int RIFF = ChunkId.of("RIFF");
  private static final int RF64 = ChunkId.of("RF64");
  private static final int BW64 = ChunkId.of("BW64");
  private static final int WAVE = ChunkId.of("WAVE");

  /**
   * How far a placeholder may be from a power of two: it is rounded, or has the header taken off.
   */
  private static final long PLACEHOLDER_DISTANCE = 1L << 16;

  /**
   * Reads up to the first sample.
   *
   * @param notes told what was read although it is not as it should be
   * @throws InvalidFileException if this is not a WAVE file that can be read whole
   */
  static WavHeader read(FileWindow file, Consumer<String> notes) throws IOException {
    requireWave(file);
    RiffChunks chunks = new RiffChunks(file);
    @Nullable WavFormat format = null;
    long position = RIFF_BYTES;
    boolean afterOdd = false;
    while (position < file.size()) {
      require(file, position, RiffChunks.HEADER_BYTES, "a chunk header", afterOdd);
      int id = file.intAt(position);
      long length = chunks.claimedLength(position);
      long body = position + RiffChunks.HEADER_BYTES;
      if (id == ChunkId.DATA) {
        if (format == null) {
          throw new InvalidFileException(file.path(), "the data chunk comes before any fmt chunk");
        }
        if (chunks.missingPads() > 1) {
          notes.accept(
              file.path()
                  + ": "
                  + (chunks.missingPads() - 1)
                  + " more pad bytes are missing before the samples");
        }
        return ofData(format, file, chunks, body, length, notes);
      }
      if (!chunks.fits(body, length)) {
        throw tooLong(file, position, length, afterOdd);
      }
      if (id == ChunkId.FORMAT) {
        if (format != null) {
          throw new InvalidFileException(
              file.path(), "two fmt chunks; the second at byte " + position);
        }
        format = WavFormat.read(file, body, length);
      } else if (id == ChunkId.SIZES) {
        chunks.readSizes(body, length);
      }
      afterOdd = (length & 1) != 0;
      position = chunks.next(body + length, afterOdd, notes);
    }
    throw new InvalidFileException(file.path(), "no data chunk: the file holds no samples");
  }

  private static void requireWave(FileWindow file) throws IOException {
    require(file, 0, RIFF_BYTES, "the RIFF header", false);
    int magic = file.intAt(0);
    if ((magic != RIFF && magic != RF64 && magic != BW64) || file.intAt(8) != WAVE) {
      throw new InvalidFileException(
          file.path(),
          "not a WAV file: it starts with '"
              + ChunkId.text(magic)
              + ChunkId.text(file.intAt(4))
              + ChunkId.text(file.intAt(8))
              + "', expected RIFF....WAVE");
    }
  }

  private static void require(
      FileWindow file, long position, int count, String what, boolean afterOdd) {
    if (!file.has(position, count)) {
      throw new InvalidFileException(
          file.path(),
          "truncated: "
              + what
              + " at byte "
              + position
              + " needs "
              + count
              + " bytes, the file has "
              + file.size()
              + padHint(afterOdd));
    }
  }

  private static InvalidFileException tooLong(
      FileWindow file, long position, long length, boolean afterOdd) throws IOException {
    return new InvalidFileException(
        file.path(),
        "truncated: chunk '"
            + ChunkId.text(file.intAt(position))
            + "' at byte "
            + position
            + " claims "
            + Long.toUnsignedString(length)
            + " bytes, "
            + (file.size() - position - RiffChunks.HEADER_BYTES)
            + " follow"
            + padHint(afterOdd));
  }

  private static String padHint(boolean afterOdd) {
    return afterOdd ? "; the chunk before it has an odd size: its pad byte may be missing" : "";
  }

  /**
   * The samples, where their chunk says so; or to the end of the file, where the size is left open.
   */
  private static WavHeader ofData(
      WavFormat format,
      FileWindow file,
      RiffChunks chunks,
      long body,
      long length,
      Consumer<String> notes)
      throws IOException {
    Path path = file.path();
    long available = file.size() - body;
    boolean fits = chunks.fits(body, length);
    RiffChunks.Rest rest =
        fits ? chunks.after(body + length, (length & 1) != 0) : new RiffChunks.Rest(false, -1);
    boolean borneOut = rest.whole();
    if (isPlaceholder(length) && !borneOut) {
      return ofOpenStream(format, path, body, length, available, notes);
    }
    if (!fits) {
      throw new InvalidFileException(
          path,
          "truncated: the data chunk claims "
              + Long.toUnsignedString(length)
              + " bytes, "
              + available
              + " follow, "
              + Long.toUnsignedString(length - available)
              + " are missing: copy or download it again");
    }
    if (length == 0) {
      throw new InvalidFileException(path, "the data chunk is empty: expected at least one sample");
    }
    if (length % format.frameBytes() != 0) {
      throw new InvalidFileException(
          path,
          "the data chunk has "
              + length
              + " bytes, not a whole number of frames of "
              + format.frameBytes()
              + " bytes");
    }
    if (!borneOut) {
      notes.accept(
          path
              + ": read "
              + length
              + " bytes of samples; "
              + (available - length)
              + " bytes after the data chunk belong to no chunk and were not read. If they are"
              + " samples too, as after Python's wave wrote several blocks into a pipe, write into"
              + " a file instead; 'ffmpeg -ignore_length 1 -i FILE out.wav' reads them");
    }
    if (rest.data() >= 0) {
      notes.accept(
          path
              + ": the file has more than one data chunk: the first was read, the one at byte "
              + rest.data()
              + " was not");
    }
    return new WavHeader(format, body, length / format.frameBytes());
  }

  private static WavHeader ofOpenStream(
      WavFormat format, Path path, long body, long length, long available, Consumer<String> notes) {
    long frames = available / format.frameBytes();
    long rest = available % format.frameBytes();
    if (frames == 0) {
      throw new InvalidFileException(
          path,
          "the data chunk is empty: its size is left open ("
              + Long.toUnsignedString(length)
              + "), and "
              + available
              + " bytes follow, no whole frame of "
              + format.frameBytes());
    }
    notes.accept(
        path
            + ": the size of the samples is left open ("
            + Long.toUnsignedString(length)
            + "), as by a program that wrote into a pipe: read to the end of the file, "
            + frames
            + " frames"
            + (rest == 0
                ? ""
                : "; the cut frame at the end ("
                    + rest
                    + " of "
                    + format.frameBytes()
                    + " bytes) was dropped"));
    return new WavHeader(format, body, frames);
  }

  /**
   * Whether a size is one that programs write when they cannot go back to fill in the real one: 0,
   * or the end of what 31, 32, 63 or 64 bits hold, rounded or with the header taken off.
   */
  private static boolean isPlaceholder(long length) {
    return length == 0
        || (length < 0 && length >= -PLACEHOLDER_DISTANCE)
        || isNear(length, 1L << 31)
        || isNear(length, 1L << 32)
        || isNear(length, Long.MIN_VALUE);
  }

  /** Of numbers without sign, so the difference may wrap. */
  private static boolean isNear(long length, long power) {
    long distance = length - power;
    return distance >= -PLACEHOLDER_DISTANCE && distance <= PLACEHOLDER_DISTANCE;
  }
}
