package org.sgconv.signal;

import java.lang.foreign.MemorySegment;
import org.sgconv.spi.HeldMemory;
import org.sgconv.spi.TensorAccess;
import org.sgconv.tensor.Tensor;

/** Rows of a tensor of the host, as input or output; held until this is closed. */
final class TensorRows implements AutoCloseable {

  private final Tensor tensor;
  private final long rowBytes;
  private final HeldMemory held = new HeldMemory();
  private final MemorySegment memory;

  /** Rows of that many samples. */
  TensorRows(Tensor tensor, long samples) {
    this.tensor = tensor;
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
            MemorySegment.copy(
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
            MemorySegment.copy(
                from.memory(), from.start(row), memory, start + row * rowBytes, from.bytes());
          }
        },
        tensor);
  }

  @Override
  public void close() {
    held.close();
  }
}
