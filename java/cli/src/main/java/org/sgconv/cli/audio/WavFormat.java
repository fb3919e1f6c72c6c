package org.sgconv.cli.audio;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidFileException;

/**
 * What the fmt chunk of a WAVE file says.
 *
 * @param encoding how a sample is stored
 * @param channels ≥ 1
 * @param sampleRate frames per second, ≥ 1
 */
record WavFormat(SampleEncoding encoding, int channels, int sampleRate) {

  private static final int EXTENSIBLE = 0xFFFE;
  private static final int PLAIN_BYTES = 16;
  private static final int EXTENSIBLE_BYTES = 40;

  /** Bytes 2..15 of the format GUIDs that stand for plain WAVE format tags. */
  private static final String GUID_TAIL = "000000001000800000aa00389b71";

  /** One sample of every channel. */
  int frameBytes() {
    return encoding.bytes() * channels;
  }

  /**
   * Reads a chunk that lies inside the file.
   *
   * @param body position of its first byte
   * @param length its size in bytes
   * @throws InvalidFileException if samples of that kind cannot be read
   */
  static WavFormat read(FileWindow file, long body, long length) throws IOException {
    Path path = file.path();
    if (length < PLAIN_BYTES) {
      throw new InvalidFileException(
          path, "the fmt chunk has " + length + " bytes, expected at least " + PLAIN_BYTES);
    }
    int tag = file.shortAt(body);
    int channels = file.shortAt(body + 2);
    long rate = file.unsignedAt(body + 4);
    int frameBytes = file.shortAt(body + 12);
    int bits = file.shortAt(body + 14);
    if (tag == EXTENSIBLE) {
      tag = extensibleTag(file, body, length);
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
          "a frame of "
              + channels
              + " channels × "
              + bits
              + " bits claims "
              + frameBytes
              + " bytes, expected "
              + encoding.bytes() * channels);
    }
    return new WavFormat(encoding, channels, (int) rate);
  }

  private static int extensibleTag(FileWindow file, long body, long length) throws IOException {
    if (length < EXTENSIBLE_BYTES) {
      throw new InvalidFileException(
          file.path(),
          "WAVE_FORMAT_EXTENSIBLE with a fmt chunk of "
              + length
              + " bytes, expected "
              + EXTENSIBLE_BYTES);
    }
    int tag = file.shortAt(body + 24);
    StringBuilder tail = new StringBuilder();
    for (int i = 26; i < EXTENSIBLE_BYTES; i++) {
      int value = file.byteAt(body + i);
      tail.append(Character.forDigit(value >> 4, 16)).append(Character.forDigit(value & 15, 16));
    }
    if (!tail.toString().equals(GUID_TAIL)) {
      throw new InvalidFileException(
          file.path(),
          "sample format GUID "
              + Integer.toHexString(tag)
              + "..."
              + tail
              + " is unknown; expected one of: "
              + SampleEncoding.known());
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
                  "sample format "
                      + tag
                      + " ("
                      + (name == null ? "unknown" : name)
                      + ") with "
                      + bits
                      + " bits is not supported; expected one of: "
                      + SampleEncoding.known());
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
}
