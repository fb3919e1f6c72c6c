package org.sgconv.benchmarks.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidFileException;

/**
 * What stands before the samples of a RIFF/WAVE file, checked against the file's real size, so that
 * no later step trusts a number the file merely claims.
 *
 * @param encoding how a sample is stored
 * @param channels ≥ 1
 * @param sampleRate frames per second, ≥ 1
 * @param dataOffset position of the first sample
 * @param frames ≥ 1; all of them lie inside the file
 */
record WavHeader(
    SampleEncoding encoding, int channels, int sampleRate, long dataOffset, long frames) {

  private static final int FORMAT_EXTENSIBLE = 0xFFFE;
  private static final int EXTENSIBLE_BYTES = 40;

  /** Bytes 2..15 of the format GUIDs that stand for plain WAVE format tags. */
  private static final String GUID_TAIL = "000000001000800000aa00389b71";

  /** Chunk size that a program writes when it cannot seek back to fill in the real one. */
  private static final long UNKNOWN_SIZE = 0xFFFFFFFFL;

  /** The same, as sox writes it: the largest multiple of 4096 that a signed size holds. */
  private static final long UNKNOWN_SIZE_SOX = 0x7FFFF000L;

  private record Format(SampleEncoding encoding, int channels, int sampleRate) {
    int frameBytes() {
      return encoding.bytes() * channels;
    }
  }

  /**
   * Reads from the start of {@code channel}.
   *
   * @throws InvalidFileException if this is not a WAVE file that can be read whole
   */
  static WavHeader read(FileChannel channel, Path path) throws IOException {
    long size = channel.size();
    ByteBuffer riff = bytes(channel, 0, 12, size, path, "the RIFF header");
    String magic = text(riff, 0);
    if (magic.equals("RF64") || magic.equals("BW64")) {
      throw new InvalidFileException(
          path, magic + " files (over 4 GiB) are not supported: split it into WAV files");
    }
    if (!magic.equals("RIFF") || !text(riff, 8).equals("WAVE")) {
      throw new InvalidFileException(
          path, "not a WAV file: it starts with '" + printable(riff) + "', expected RIFF....WAVE");
    }
    Format format = null;
    long position = 12;
    while (position < size) {
      ByteBuffer chunk = bytes(channel, position, 8, size, path, "a chunk header");
      String id = text(chunk, 0);
      long length = Integer.toUnsignedLong(chunk.getInt(4));
      long body = position + 8;
      if (id.equals("data")) {
        if (format == null) {
          throw new InvalidFileException(path, "the data chunk comes before any fmt chunk");
        }
        boolean unsized = length == UNKNOWN_SIZE || (length == 0 && riff.getInt(4) == 0);
        boolean soxPipe = length >= UNKNOWN_SIZE_SOX && length <= Integer.MAX_VALUE;
        long available = size - body;
        boolean toEnd = unsized || (soxPipe && length > available);
        return withData(format, body, toEnd ? available : length, available, path);
      }
      if (length > size - body) {
        throw new InvalidFileException(
            path,
            "truncated: chunk '%s' at byte %d claims %d bytes, %d follow"
                .formatted(printable(id), position, length, size - body));
      }
      if (id.equals("fmt ")) {
        if (format != null) {
          throw new InvalidFileException(path, "two fmt chunks; the second at byte " + position);
        }
        format = format(channel, body, length, size, path);
      }
      position = body + length + (length & 1);
    }
    throw new InvalidFileException(path, "no data chunk: the file holds no samples");
  }

  private static WavHeader withData(
      Format format, long offset, long length, long available, Path path) {
    if (length > available) {
      throw new InvalidFileException(
          path,
          "truncated: the data chunk claims %d bytes, %d follow".formatted(length, available));
    }
    if (length == 0) {
      throw new InvalidFileException(path, "the data chunk is empty: expected at least one sample");
    }
    if (length % format.frameBytes() != 0) {
      throw new InvalidFileException(
          path,
          "the data chunk has %d bytes, not a whole number of frames of %d bytes"
              .formatted(length, format.frameBytes()));
    }
    return new WavHeader(
        format.encoding, format.channels, format.sampleRate, offset, length / format.frameBytes());
  }

  private static Format format(
      FileChannel channel, long position, long length, long size, Path path) throws IOException {
    if (length < 16) {
      throw new InvalidFileException(
          path, "the fmt chunk has " + length + " bytes, expected at least 16");
    }
    int kept = (int) Math.min(length, EXTENSIBLE_BYTES);
    ByteBuffer fmt = bytes(channel, position, kept, size, path, "the fmt chunk");
    int tag = Short.toUnsignedInt(fmt.getShort(0));
    int channels = Short.toUnsignedInt(fmt.getShort(2));
    long rate = Integer.toUnsignedLong(fmt.getInt(4));
    int frameBytes = Short.toUnsignedInt(fmt.getShort(12));
    int bits = Short.toUnsignedInt(fmt.getShort(14));
    if (tag == FORMAT_EXTENSIBLE) {
      tag = extensibleTag(fmt, kept, path);
    }
    SampleEncoding encoding = encoding(tag, bits, path);
    if (channels == 0) {
      throw new InvalidFileException(path, "0 channels: expected at least 1");
    }
    if (rate == 0 || rate > Integer.MAX_VALUE) {
      throw new InvalidFileException(
          path, "sample rate " + rate + " Hz: expected 1 to " + Integer.MAX_VALUE);
    }
    if (frameBytes != encoding.bytes() * channels) {
      throw new InvalidFileException(
          path,
          "a frame of %d channels × %d bits claims %d bytes, expected %d"
              .formatted(channels, bits, frameBytes, encoding.bytes() * channels));
    }
    return new Format(encoding, channels, (int) rate);
  }

  private static int extensibleTag(ByteBuffer fmt, int length, Path path) {
    if (length < EXTENSIBLE_BYTES) {
      throw new InvalidFileException(
          path,
          "WAVE_FORMAT_EXTENSIBLE with a fmt chunk of %d bytes, expected %d"
              .formatted(length, EXTENSIBLE_BYTES));
    }
    StringBuilder guid = new StringBuilder();
    for (int i = 26; i < EXTENSIBLE_BYTES; i++) {
      guid.append("%02x".formatted(fmt.get(i) & 0xFF));
    }
    int tag = Short.toUnsignedInt(fmt.getShort(24));
    if (!guid.toString().equals(GUID_TAIL)) {
      throw new InvalidFileException(
          path,
          "sample format GUID %04x...%s is unknown; expected one of: %s"
              .formatted(tag, guid, SampleEncoding.known()));
    }
    return tag;
  }

  private static SampleEncoding encoding(int tag, int bits, Path path) {
    return SampleEncoding.of(tag, bits)
        .orElseThrow(
            () -> {
              @Nullable String name = compressionName(tag);
              return new InvalidFileException(
                  path,
                  "sample format %d (%s) with %d bits is not supported; expected one of: %s"
                      .formatted(
                          tag, name == null ? "unknown" : name, bits, SampleEncoding.known()));
            });
  }

  private static @Nullable String compressionName(int tag) {
    return switch (tag) {
      case 1 -> "PCM";
      case 2 -> "Microsoft ADPCM";
      case 3 -> "IEEE float";
      case 6 -> "A-law";
      case 7 -> "µ-law";
      case 0x11 -> "IMA ADPCM";
      case 0x31 -> "GSM 6.10";
      case 0x55 -> "MP3";
      default -> null;
    };
  }

  private static ByteBuffer bytes(
      FileChannel channel, long position, int count, long size, Path path, String what)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new InvalidFileException(
            path,
            "truncated: %s at byte %d needs %d bytes, the file has %d"
                .formatted(what, position, count, size));
      }
    }
    return buffer.flip();
  }

  private static String text(ByteBuffer buffer, int offset) {
    byte[] id = new byte[4];
    buffer.get(offset, id);
    return new String(id, StandardCharsets.ISO_8859_1);
  }

  private static String printable(ByteBuffer riff) {
    byte[] bytes = new byte[riff.limit()];
    riff.get(0, bytes);
    return printable(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  private static String printable(String text) {
    return text.replaceAll("[^\\x20-\\x7e]", ".");
  }
}
