package org.sgconv.benchmarks.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.function.Consumer;
import org.sgconv.InvalidFileException;

/**
 * Reads WAVE files (RIFF, RF64, BW64): integer samples of 8, 16, 24 and 32 bits, floating point of
 * 32 and 64, any number of channels, any rate, with or without {@code WAVE_FORMAT_EXTENSIBLE}, also
 * with the sizes left open by a program that wrote into a pipe.
 */
public final class WavReader {

  private static final int BLOCK_BYTES = 1 << 20;

  private WavReader() {}

  /**
   * Reads a whole file.
   *
   * @param notes told, a line each, what was read although it is not as it should be
   * @throws InvalidFileException if it is no WAVE file, is truncated, empty, compressed, or holds a
   *     value that is not finite
   * @throws IOException if the file cannot be read
   */
  public static Sound read(Path path, Consumer<String> notes) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      WavHeader header = WavHeader.read(new FileWindow(channel, path), notes);
      if (header.frames() > Integer.MAX_VALUE - 8) {
        throw new InvalidFileException(
            path, header.frames() + " frames: expected at most " + (Integer.MAX_VALUE - 8));
      }
      float[][] samples = new float[header.format().channels()][(int) header.frames()];
      fill(samples, header, channel, path);
      return new Sound(header.format().sampleRate(), samples);
    }
  }

  private static void fill(float[][] samples, WavHeader header, FileChannel channel, Path path)
      throws IOException {
    WavFormat format = header.format();
    int frameBytes = format.frameBytes();
    int blockFrames = Math.max(1, BLOCK_BYTES / frameBytes);
    ByteBuffer block = ByteBuffer.allocate(blockFrames * frameBytes).order(ByteOrder.LITTLE_ENDIAN);
    channel.position(header.dataOffset());
    int frame = 0;
    while (frame < header.frames()) {
      int count = (int) Math.min(blockFrames, header.frames() - frame);
      block.clear().limit(count * frameBytes);
      while (block.hasRemaining()) {
        if (channel.read(block) < 0) {
          throw new InvalidFileException(path, "the file became shorter while it was read");
        }
      }
      block.flip();
      for (int end = frame + count; frame < end; frame++) {
        for (int c = 0; c < samples.length; c++) {
          float sample = format.encoding().decode(block);
          if (!Float.isFinite(sample)) {
            throw new InvalidFileException(
                path,
                String.format(
                    Locale.ROOT,
                    "sample %d of channel %d (at %.3f s) is %s: expected finite values",
                    frame,
                    c,
                    frame / (double) format.sampleRate(),
                    sample));
          }
          samples[c][frame] = sample;
        }
      }
    }
  }
}
