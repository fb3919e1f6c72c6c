package org.sgconv.cli.audio;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Writes RIFF/WAVE: float32 with every value as it is, or 16-bit integers, scaled down if a sample
 * would exceed full scale.
 */
public final class WavWriter {

  private static final int BLOCK_BYTES = 1 << 16;
  private static final float PCM16_MAX = 32767f / 32768f;

  private WavWriter() {}

  /** The sample encodings that are written. */
  public enum Format {
    /** 16-bit integers. */
    PCM16(SampleEncoding.PCM16),
    /** IEEE 754 single precision. */
    FLOAT32(SampleEncoding.FLOAT32);

    private final SampleEncoding encoding;

    Format(SampleEncoding encoding) {
      this.encoding = encoding;
    }
  }

  /**
   * The factor that {@link #write} applies: 1, or for {@link Format#PCM16} less if the peak would
   * clip.
   */
  public static float gain(Sound sound, Format format) {
    return format == Format.PCM16 ? Math.min(1, PCM16_MAX / sound.peak()) : 1;
  }

  /**
   * Writes a complete file.
   *
   * @throws IOException if the stream fails, the file would exceed the 4 GiB of RIFF sizes, or a
   *     sample is no number that 16 bits can stand for
   */
  public static void write(Sound sound, Format format, OutputStream out) throws IOException {
    if (format == Format.PCM16) {
      requireFinite(sound);
    }
    int channels = sound.channelCount();
    int frameBytes = format.encoding.bytes() * channels;
    long dataBytes = (long) frameBytes * sound.frameCount();
    out.write(header(format, sound.sampleRate(), channels, dataBytes));
    float gain = gain(sound, format);
    ByteBuffer block =
        ByteBuffer.allocate(Math.max(BLOCK_BYTES, frameBytes)).order(ByteOrder.LITTLE_ENDIAN);
    for (int frame = 0; frame < sound.frameCount(); frame++) {
      if (block.remaining() < frameBytes) {
        out.write(block.array(), 0, block.position());
        block.clear();
      }
      for (int c = 0; c < channels; c++) {
        float sample = sound.channel(c)[frame] * gain;
        if (format == Format.PCM16) {
          block.putShort((short) Math.min(32767, Math.round(sample * 32768f)));
        } else {
          block.putFloat(sample);
        }
      }
    }
    out.write(block.array(), 0, block.position());
  }

  private static void requireFinite(Sound sound) throws IOException {
    for (int c = 0; c < sound.channelCount(); c++) {
      float[] samples = sound.channel(c);
      for (int frame = 0; frame < samples.length; frame++) {
        if (!Float.isFinite(samples[frame])) {
          throw new IOException(
              String.format(
                  Locale.ROOT,
                  "sample %d of channel %d is %s, which 16 bits do not have: write float32 or"
                      + " .safetensors",
                  frame,
                  c,
                  samples[frame]));
        }
      }
    }
  }

  private static byte[] header(Format format, int rate, int channels, long dataBytes)
      throws IOException {
    // Floating point needs an extension size and a fact chunk with the number of frames.
    boolean floating = format == Format.FLOAT32;
    int fmtBytes = floating ? 18 : 16;
    long riffBytes = 4 + 8 + fmtBytes + (floating ? 12 : 0) + 8 + dataBytes;
    int frameBytes = format.encoding.bytes() * channels;
    if (riffBytes > 0xFFFFFFFEL || frameBytes > 0xFFFF) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%d channels and %d bytes of samples do not fit a WAV file: write .safetensors",
              channels,
              dataBytes));
    }
    byte[] bytes = new byte[floating ? 58 : 44];
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    id(header, "RIFF").putInt((int) riffBytes);
    id(header, "WAVE");
    id(header, "fmt ").putInt(fmtBytes);
    header.putShort((short) format.encoding.formatTag()).putShort((short) channels);
    header.putInt(rate).putInt((int) Math.min((long) rate * frameBytes, 0xFFFFFFFFL));
    header.putShort((short) frameBytes).putShort((short) format.encoding.bits());
    if (floating) {
      header.putShort((short) 0);
      id(header, "fact").putInt(4).putInt((int) (dataBytes / frameBytes));
    }
    id(header, "data").putInt((int) dataBytes);
    return bytes;
  }

  private static ByteBuffer id(ByteBuffer header, String id) {
    return header.put(id.getBytes(StandardCharsets.US_ASCII));
  }
}
