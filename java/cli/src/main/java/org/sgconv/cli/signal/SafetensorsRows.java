package org.sgconv.cli.signal;

import java.io.Closeable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/** The rows of a tensor, read from its file as a whole when the first of them is wanted. */
final class SafetensorsRows implements Closeable {

  private final Supplier<Tensor> values;
  private final long length;
  private @Nullable Tensor read;

  /**
   * Rows that are not read yet.
   *
   * @param length of each row
   */
  SafetensorsRows(Supplier<Tensor> values, long length) {
    this.values = values;
    this.length = length;
  }

  /** Reads a stretch of every row into the start of its array. */
  void read(long from, int count, float[][] into) {
    if (read == null) {
      read = values.get();
    }
    Tensor rows = read.reshape(into.length, length);
    for (int r = 0; r < into.length; r++) {
      float[] part = rows.slice(r).slice(from, from + count).toFloatArray();
      System.arraycopy(part, 0, into[r], 0, count);
    }
  }

  @Override
  public void close() {
    if (read != null) {
      read.close();
    }
  }
}
