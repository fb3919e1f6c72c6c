package org.sgconv.cli.audio;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.function.Consumer;
import org.sgconv.InvalidFileException;
import org.sgconv.bindings.closing.Closer;

/**
 * Reads WAVE files (RIFF, RF64, BW64): integer samples of 8, 16, 24 and 32 bits, floating point of
 * 32 and 64, any number of channels, any rate, with or without {@code WAVE_FORMAT_EXTENSIBLE}, also
 * with the sizes left open by a program that wrote into a pipe.
 */
public final class WavReader implements Closeable {

  private static final int BLOCK_BYTES = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final WavHeader header;

  private WavReader(Path path, FileChannel channel, WavHeader header) {
    this.path = path;
    this.channel = channel;
    this.header = header;
  }

  /**
   * Opens a file and reads what stands before the samples; the caller closes it.
   *
   * @param notes told, a line each, what is read although it is not as it should be
   * @throws InvalidFileException if it is no WAVE file, is truncated, empty, compressed, or has
   *     more frames than an array holds
   * @throws IOException if the file cannot be read
   */
  public static WavReader open(Path path, Consumer<String> notes) throws IOException {
    try (Closer opened = Closer.onFailure()) {
      FileChannel channel = opened.add(FileChannel.open(path, StandardOpenOption.READ));
      WavHeader header = WavHeader.read(new FileWindow(channel, path), notes);
      if (header.frames() > Integer.MAX_VALUE - 8) {
        throw new InvalidFileException(
            path, header.frames() + " frames: expected at most " + (Integer.MAX_VALUE - 8));
      }
      WavReader reader = new WavReader(path, channel, header);
      opened.keep();
      return reader;
    }
  }

  /**
   * Reads a whole file.
   *
   * @param notes told, a line each, what was read although it is not as it should be
   * @throws InvalidFileException as {@link #open} and {@link #read()}
   * @throws IOException if the file cannot be read
   */
  public static Sound read(Path path, Consumer<String> notes) throws IOException {
    try (WavReader reader = open(path, notes)) {
      return reader.read();
    }
  }

  /** Frames per second. */
  public int sampleRate() {
    return header.format().sampleRate();
  }

  /** Number of channels. */
  public int channelCount() {
    return header.format().channels();
  }

  /** Samples of each channel. */
  public int frameCount() {
    return (int) header.frames();
  }

  /**
   * Reads all samples.
   *
   * @throws InvalidFileException if one is not finite
   * @throws IOException if the file cannot be read
   */
  public Sound read() throws IOException {
    float[][] samples = new float[channelCount()][frameCount()];
    read(0, frameCount(), samples);
    return new Sound(sampleRate(), samples);
  }

  /**
   * Reads a stretch of every channel.
   *
   * @param from index of the first frame
   * @param count how many
   * @param into for each channel an array of at least as many, filled from its start
   * @throws InvalidFileException if a sample is not finite
   * @throws IOException if the file cannot be read
   */
  public void read(long from, int count, float[][] into) throws IOException {
    WavFormat format = header.format();
    int frameBytes = format.frameBytes();
    int blockFrames = Math.clamp(BLOCK_BYTES / frameBytes, 1, Math.max(1, count));
    ByteBuffer block = ByteBuffer.allocate(blockFrames * frameBytes).order(ByteOrder.LITTLE_ENDIAN);
    channel.position(header.dataOffset() + from * frameBytes);
    for (int done = 0; done < count; ) {
      int some = Math.min(blockFrames, count - done);
      block.clear().limit(some * frameBytes);
      while (block.hasRemaining()) {
        if (channel.read(block) < 0) {
          throw new InvalidFileException(path, "the file became shorter while it was read");
        }
      }
      block.flip();
      for (int end = done + some; done < end; done++) {
        for (int c = 0; c < into.length; c++) {
          float sample = format.encoding().decode(block);
          if (!Float.isFinite(sample)) {
            throw notFinite(from + done, c, sample);
          }
          into[c][done] = sample;
        }
      }
    }
  }

  private InvalidFileException notFinite(long frame, int channel, float sample) {
    return new InvalidFileException(
        path,
        String.format(
            Locale.ROOT,
            "sample %d of channel %d (at %.3f s) is %s: expected finite values",
            frame,
            channel,
            frame / (double) sampleRate(),
            sample));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
