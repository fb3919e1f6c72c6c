package org.sgconv.signal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.conv.Gates;
import org.sgconv.device.Stream;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.HeldMemory;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Memory of the host for the rows of one call after another: u (B,H,L) and y (B,C·H,L). Where the
 * backend computes on a device, there are both there as well.
 */
final class Block implements AutoCloseable {

  /** Tensors from here on come from a pool; smaller ones cost an arena each, some 15 µs. */
  private static final long POOLED_BYTES = 1 << 16;

  private final DType type;
  private final long length;
  private final Tensor ownerU;
  private final Tensor ownerY;
  private final Tensor u;
  private final Tensor y;
  private final @Nullable Tensor deviceU;
  private final @Nullable Tensor deviceY;
  private final HeldMemory held = new HeldMemory();
  private final MemorySegment input;
  private final MemorySegment output;

  /** For calls of this plan on so many members of a batch at most. */
  Block(PlanCache.Plan plan, long batch) {
    type = plan.convolution.type();
    length = plan.convolution.length();
    long rows = plan.convolution.hidden();
    long outputs = rows * plan.convolution.heads();
    Optional<Stream> stream = BackendProvider.of(plan.convolution.backend()).stream();
    try (Closer made = Closer.onFailure()) {
      ownerU = made.add(ofHost(type, batch * rows * length));
      ownerY = made.add(ofHost(type, batch * outputs * length));
      u = ownerU.slice(0, batch * rows * length).reshape(batch, rows, length);
      y = ownerY.slice(0, batch * outputs * length).reshape(batch, outputs, length);
      if (stream.isPresent()) {
        Stream there = stream.get();
        deviceU = made.add(Tensor.uninitialized(there, type, batch, rows, length));
        deviceY = made.add(Tensor.uninitialized(there, type, batch, outputs, length));
      } else {
        deviceU = null;
        deviceY = null;
      }
      made.add(held);
      input = held.of(u);
      output = held.of(y);
      made.keep();
    }
  }

  private static Tensor ofHost(DType type, long count) {
    return Tensor.uninitialized(type, Math.max(count, POOLED_BYTES / type.byteSize()));
  }

  /** Samples of the input's first rows, from one index to before another. */
  RowBlock input(long rows, long from, long to) {
    return block(input, rows, from, to);
  }

  /** Samples of the output's first rows, from one index to before another. */
  RowBlock output(long rows, long from, long to) {
    return block(output, rows, from, to);
  }

  private RowBlock block(MemorySegment memory, long rows, long from, long to) {
    long bytes = type.byteSize();
    return new RowBlock(memory, length * bytes, from * bytes, (to - from) * bytes, rows);
  }

  /** Sets samples of the input's first rows to zero. */
  void zero(long rows, long from, long to) {
    RowBlock part = input(rows, from, to);
    for (long row = 0; row < rows; row++) {
      input.asSlice(part.start(row), part.bytes()).fill((byte) 0);
    }
  }

  /** Copies the last samples of the input's first rows to their beginnings. */
  void carry(long rows, long samples) {
    RowBlock last = input(rows, length - samples, length);
    for (long row = 0; row < rows; row++) {
      MemorySegment.copy(input, last.start(row), input, row * last.stride(), last.bytes());
    }
  }

  /** Convolves the first members of the batch. */
  void convolve(PlanCache.Plan plan, long batch) {
    try (Tensor in = u.slice(0, batch);
        Tensor out = y.slice(0, batch)) {
      if (deviceU == null || deviceY == null) {
        plan.convolution.forward(plan.spectrum, in, Gates.none(), out);
        return;
      }
      try (Tensor deviceIn = deviceU.slice(0, batch);
          Tensor deviceOut = deviceY.slice(0, batch)) {
        deviceIn.copyFrom(in);
        plan.convolution.forward(plan.spectrum, deviceIn, Gates.none(), deviceOut);
        out.copyFrom(deviceOut);
      }
    }
  }

  @Override
  public void close() {
    Closer.all(held, u, y, ownerU, ownerY, deviceU, deviceY);
  }
}
