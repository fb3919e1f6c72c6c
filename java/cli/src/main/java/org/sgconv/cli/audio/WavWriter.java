package org.sgconv.cli.audio;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

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
  public static float gain(Frames sound, Format format) {
    return format == Format.PCM16 ? Math.min(1, PCM16_MAX / sound.peak()) : 1;
  }

  /**
   * Writes a complete file.
   *
   * @throws IOException if the stream fails, the file would exceed the 4 GiB of RIFF sizes, or a
   *     sample is no number that 16 bits can stand for
   */
  public static void write(Frames sound, Format format, OutputStream out) throws IOException {
    if (format == Format.PCM16 && !Float.isFinite(sound.peak())) {
      throw notFinite(sound);
    }
    int channels = sound.channelCount();
    int frameBytes = format.encoding.bytes() * channels;
    out.write(header(format, sound.sampleRate(), channels, sound.frameCount()));
    float gain = gain(sound, format);
    int frames = Math.max(1, BLOCK_BYTES / frameBytes);
    float[][] samples = new float[channels][frames];
    ByteBuffer block = ByteBuffer.allocate(frames * frameBytes).order(ByteOrder.LITTLE_ENDIAN);
    for (long frame = 0; frame < sound.frameCount(); frame += frames) {
      int count = (int) Math.min(frames, sound.frameCount() - frame);
      sound.read(frame, count, samples);
      block.clear();
      for (int i = 0; i < count; i++) {
        for (int c = 0; c < channels; c++) {
          if (format == Format.PCM16) {
            block.putShort((short) Math.min(32767, Math.round(samples[c][i] * gain * 32768f)));
          } else {
            block.putFloat(samples[c][i]);
          }
        }
      }
      out.write(block.array(), 0, block.position());
    }
  }

  /** Names the first sample that is not finite. */
  private static IOException notFinite(Frames sound) throws IOException {
    float[][] frame = new float[sound.channelCount()][1];
    for (long i = 0; i < sound.frameCount(); i++) {
      sound.read(i, 1, frame);
      for (int c = 0; c < frame.length; c++) {
        if (!Float.isFinite(frame[c][0])) {
          return new IOException(
              String.format(
                  Locale.ROOT,
                  "sample %d of channel %d is %s, which 16 bits do not have: write float32 or"
                      + " .safetensors",
                  i,
                  c,
                  frame[c][0]));
        }
      }
    }
    throw new IllegalStateException("the peak is " + sound.peak() + ", every sample is finite");
  }

  /**
   * Why a sound has no place in a WAV file, if it has none: sizes are of 32 bits, those of frames
   * of 16.
   */
  public static Optional<String> misfit(int channels, long frames, Format format) {
    long frameBytes = (long) format.encoding.bytes() * channels;
    boolean fits =
        frameBytes <= 0xFFFF && frames <= (0xFFFFFFFEL - riffBytes(format, 0)) / frameBytes;
    return fits
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%d channels of %d samples in %d bits do not fit a WAV file of at most 4 GiB and"
                    + " 65535 bytes a frame: write .safetensors",
                channels,
                frames,
                format.encoding.bits()));
  }

  /** Floating point needs an extension size and a fact chunk with the number of frames. */
  private static long riffBytes(Format format, long dataBytes) {
    return (format == Format.FLOAT32 ? 4 + 8 + 18 + 12 + 8 : 4 + 8 + 16 + 8) + dataBytes;
  }

  private static byte[] header(Format format, int rate, int channels, long frames)
      throws IOException {
    Optional<String> misfit = misfit(channels, frames, format);
    if (misfit.isPresent()) {
      throw new IOException(misfit.get());
    }
    boolean floating = format == Format.FLOAT32;
    int frameBytes = format.encoding.bytes() * channels;
    long dataBytes = frameBytes * frames;
    long riffBytes = riffBytes(format, dataBytes);
    int fmtBytes = floating ? 18 : 16;
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
