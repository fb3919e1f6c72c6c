package org.sgconv.cli.audio;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.cli.report.TemporaryPath;

/**
 * A sound on its way to a file: its gain follows from its peak, which is known when the last sample
 * is. Until then it lies in a temporary file, so that its length is bounded by the disk and not by
 * memory.
 */
public final class SpooledSound implements Frames, Closeable {

  private static final int BLOCK_BYTES = 1 << 20;

  private final int sampleRate;
  private final TemporaryPath path;
  private final FileChannel file;
  private final double[] squares;
  private long frames;
  private float peak;

  private SpooledSound(int sampleRate, int channels, TemporaryPath path, FileChannel file) {
    this.sampleRate = sampleRate;
    this.path = path;
    this.file = file;
    this.squares = new double[channels];
  }

  /** A sound without any frame; the caller closes it. */
  public static SpooledSound create(int sampleRate, int channels) throws IOException {
    try (Closer made = Closer.onFailure()) {
      TemporaryPath path = made.add(TemporaryPath.file(".f32"));
      FileChannel file =
          FileChannel.open(path.path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
      made.keep();
      return new SpooledSound(sampleRate, channels, path, file);
    }
  }

  /**
   * Adds frames at the end: the first {@code count} samples of an array for each channel.
   *
   * @throws org.sgconv.InvalidFileException if the disk is full
   */
  public void append(int count, float[][] samples) {
    int frameBytes = Float.BYTES * squares.length;
    int frames = Math.clamp(BLOCK_BYTES / frameBytes, 1, count);
    ByteBuffer block = ByteBuffer.allocate(frames * frameBytes).order(ByteOrder.LITTLE_ENDIAN);
    long position = this.frames * frameBytes;
    for (int done = 0; done < count; ) {
      block.clear();
      for (int end = Math.min(count, done + frames); done < end; done++) {
        for (int c = 0; c < squares.length; c++) {
          float sample = samples[c][done];
          squares[c] += (double) sample * sample;
          peak = Math.max(peak, Math.abs(sample));
          block.putFloat(sample);
        }
      }
      block.flip();
      position = write(block, position);
    }
    this.frames += count;
  }

  private long write(ByteBuffer block, long from) {
    long position = from;
    try {
      while (block.hasRemaining()) {
        position += file.write(block, position);
      }
    } catch (IOException e) {
      throw TemporaryPath.unusable(path.path(), "written", e);
    }
    return position;
  }

  @Override
  public int sampleRate() {
    return sampleRate;
  }

  @Override
  public int channelCount() {
    return squares.length;
  }

  @Override
  public long frameCount() {
    return frames;
  }

  @Override
  public float peak() {
    return peak;
  }

  /** The norm of a channel, √Σx². */
  public double norm(int channel) {
    return Math.sqrt(squares[channel]);
  }

  @Override
  public void read(long from, int count, float[][] into) throws IOException {
    int frameBytes = Float.BYTES * squares.length;
    int frames = Math.clamp(BLOCK_BYTES / frameBytes, 1, Math.max(1, count));
    ByteBuffer block = ByteBuffer.allocate(frames * frameBytes).order(ByteOrder.LITTLE_ENDIAN);
    long position = from * frameBytes;
    for (int done = 0; done < count; ) {
      int some = Math.min(frames, count - done);
      block.clear().limit(some * frameBytes);
      while (block.hasRemaining()) {
        int bytes = file.read(block, position);
        if (bytes < 0) {
          throw new IOException(path.path() + " became shorter while it was used");
        }
        position += bytes;
      }
      block.flip();
      for (int end = done + some; done < end; done++) {
        for (int c = 0; c < squares.length; c++) {
          into[c][done] = block.getFloat();
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      path.close();
    }
  }
}
