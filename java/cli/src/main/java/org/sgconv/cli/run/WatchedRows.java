package org.sgconv.cli.run;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.sgconv.cli.signal.SignalSource;
import org.sgconv.signal.SampleSource;
import org.sgconv.tensor.DType;

/**
 * The rows of a file, at which somebody looks as they are read.
 *
 * @param signal the file, which stays the caller's
 */
record WatchedRows(SignalSource signal, Watcher watcher) implements SampleSource {

  /** Sees every sample once, in order. */
  @FunctionalInterface
  interface Watcher {

    /** The next samples of a row. */
    void see(int row, float[] samples);
  }

  @Override
  public long length() {
    return signal.form().length();
  }

  @Override
  public DType type() {
    return DType.FLOAT32;
  }

  @Override
  public int rows() {
    return signal.rowCount();
  }

  @Override
  public void read(long from, List<MemorySegment> rows) {
    int count = Math.toIntExact(rows.getFirst().byteSize() / Float.BYTES);
    float[][] samples = new float[rows.size()][count];
    signal.read(from, count, samples);
    for (int r = 0; r < samples.length; r++) {
      MemorySegment.copy(samples[r], 0, rows.get(r), ValueLayout.JAVA_FLOAT, 0, count);
      watcher.see(r, samples[r]);
    }
  }
}
