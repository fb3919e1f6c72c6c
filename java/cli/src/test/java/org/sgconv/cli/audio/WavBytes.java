package org.sgconv.cli.audio;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds WAVE files byte by byte, independently of the code under test. */
final class WavBytes {

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  /** A plain format chunk of 16 bytes. */
  WavBytes format(int tag, int channels, int rate, int bits) {
    return chunk("fmt ", bytes(formatBody(16, tag, channels, rate, bits)));
  }

  /** A {@code WAVE_FORMAT_EXTENSIBLE} format chunk of 40 bytes. */
  WavBytes extensible(int tag, int channels, int rate, int bits) {
    ByteBuffer fmt = formatBody(40, 0xFFFE, channels, rate, bits);
    fmt.putShort((short) 22).putShort((short) bits).putInt((1 << channels) - 1);
    fmt.putShort((short) tag).putShort((short) 0).putInt(0x00100000);
    fmt.put(new byte[] {(byte) 0x80, 0, 0, (byte) 0xAA, 0, 0x38, (byte) 0x9B, 0x71});
    return chunk("fmt ", bytes(fmt));
  }

  private static ByteBuffer formatBody(int size, int tag, int channels, int rate, int bits) {
    int frame = channels * bits / 8;
    return littleEndian(size)
        .putShort((short) tag)
        .putShort((short) channels)
        .putInt(rate)
        .putInt(rate * frame)
        .putShort((short) frame)
        .putShort((short) bits);
  }

  /** A chunk with its true size, padded to an even position. */
  WavBytes chunk(String id, byte[] content) {
    return chunk(id, content, content.length);
  }

  /** Bytes that belong to no chunk, or to one that was written by hand. */
  WavBytes bare(byte... content) {
    body.writeBytes(content);
    return this;
  }

  /** A chunk with sizes of 64 bits. */
  WavBytes sizes(long riff, long data) {
    return chunk("ds64", bytes(littleEndian(28).putLong(riff).putLong(data).putLong(0).putInt(0)));
  }

  /** A chunk that claims another size. */
  WavBytes chunk(String id, byte[] content, int claimed) {
    body.writeBytes(id.getBytes(StandardCharsets.US_ASCII));
    body.writeBytes(bytes(littleEndian(4).putInt(claimed)));
    body.writeBytes(content);
    if (content.length % 2 != 0) {
      body.write(0);
    }
    return this;
  }

  /** The file, with its true size in the header. */
  byte[] build() {
    return build(4 + body.size());
  }

  /** The file, claiming another size. */
  byte[] build(int riffSize) {
    return build("RIFF", riffSize);
  }

  /** The file under another magic. */
  byte[] build(String magic, int riffSize) {
    ByteBuffer file = littleEndian(12 + body.size());
    file.put(magic.getBytes(StandardCharsets.US_ASCII)).putInt(riffSize);
    file.put("WAVE".getBytes(StandardCharsets.US_ASCII)).put(body.toByteArray());
    return bytes(file);
  }

  static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Everything in a buffer, wherever it stands. */
  static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.get(0, bytes);
    return bytes;
  }
}
