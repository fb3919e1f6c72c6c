package org.sgconv.signal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.spi.HeldMemory;
import org.sgconv.spi.TensorAccess;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Rows of a tensor of the host, as input or output; held until this is closed. */
final class TensorRows implements AutoCloseable {

  /** Samples that are converted at a time, in an array: the JVM vectorizes loops over these. */
  private static final int PIECE = 1 << 10;

  private final Tensor tensor;
  private final long rowBytes;
  private final Sharing sharing;
  private final HeldMemory held = new HeldMemory();
  private final MemorySegment memory;

  /** Rows of that many samples. */
  TensorRows(Tensor tensor, long samples, Sharing sharing) {
    this.tensor = tensor;
    this.sharing = sharing;
    this.rowBytes = samples * tensor.type().byteSize();
    this.memory = held.of(tensor);
  }

  /** As {@link RowInput}. */
  void read(long firstRow, long from, RowBlock into) {
    long start = firstRow * rowBytes + from * tensor.type().byteSize();
    TensorAccess.onHost(
        tensor,
        () -> {
          for (long row = 0; row < into.rows(); row++) {
            sharing.copy(
                memory, start + row * rowBytes, into.memory(), into.start(row), into.bytes());
          }
        },
        tensor);
  }

  /** As {@link RowOutput}. */
  void write(long firstRow, long to, RowBlock from) {
    long start = firstRow * rowBytes + to * tensor.type().byteSize();
    TensorAccess.onHost(
        tensor,
        () -> {
          for (long row = 0; row < from.rows(); row++) {
            sharing.copy(
                from.memory(), from.start(row), memory, start + row * rowBytes, from.bytes());
          }
        },
        tensor);
  }

  /** Samples of a row, as float64. */
  void read(long row, long from, double[] into, int count) {
    DType type = tensor.type();
    long start = row * rowBytes + from * type.byteSize();
    TensorAccess.onHost(
        tensor,
        () -> {
          MemorySegment part = memory.asSlice(start, (long) count * type.byteSize());
          if (type == DType.FLOAT64) {
            MemorySegment.copy(part, ValueLayout.JAVA_DOUBLE, 0, into, 0, count);
            return;
          }
          float[] piece = new float[Math.min(PIECE, count)];
          for (int done = 0; done < count; done += PIECE) {
            int some = Math.min(PIECE, count - done);
            MemorySegment.copy(
                part, ValueLayout.JAVA_FLOAT, (long) done * Float.BYTES, piece, 0, some);
            for (int i = 0; i < some; i++) {
              into[done + i] = piece[i];
            }
          }
        },
        tensor);
  }

  /** Sets samples of a row, rounded to the tensor's type. */
  void write(long row, long to, double[] values, int count) {
    DType type = tensor.type();
    long start = row * rowBytes + to * type.byteSize();
    TensorAccess.onHost(
        tensor,
        () -> {
          MemorySegment part = memory.asSlice(start, (long) count * type.byteSize());
          if (type == DType.FLOAT64) {
            MemorySegment.copy(values, 0, part, ValueLayout.JAVA_DOUBLE, 0, count);
            return;
          }
          float[] piece = new float[Math.min(PIECE, count)];
          for (int done = 0; done < count; done += PIECE) {
            int some = Math.min(PIECE, count - done);
            for (int i = 0; i < some; i++) {
              piece[i] = (float) values[done + i];
            }
            MemorySegment.copy(
                piece, 0, part, ValueLayout.JAVA_FLOAT, (long) done * Float.BYTES, some);
          }
        },
        tensor);
  }

  /** The same stretch of every row, in memory that is of use until this is closed. */
  RowBlock stretch(long from, long count) {
    long bytes = tensor.type().byteSize();
    long rows = tensor.byteSize() / rowBytes;
    return new RowBlock(memory, rowBytes, from * bytes, count * bytes, rows);
  }

  /** Copies samples of every row, from an index on, to its beginning. */
  void carry(long from, long count) {
    RowBlock last = stretch(from, count);
    for (long row = 0; row < last.rows(); row++) {
      MemorySegment.copy(memory, last.start(row), memory, row * rowBytes, last.bytes());
    }
  }

  /** Whether threads other than this one may use the memory. */
  boolean isShared() {
    return Sharing.isShared(memory);
  }

  @Override
  public void close() {
    held.close();
  }
}
