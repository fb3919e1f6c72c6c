package org.sgconv.internal.cpu;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.DropoutRule;
import org.sgconv.bindings.SignalShape;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.HeldMemory;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/**
 * The one call of a layer's operation that runs on a context: its lock, its tensors' memory and the
 * workspace, which is kept for the next and counts as a tensor does.
 *
 * {@snippet :
 * try (LayerCall memory = call.begin()) {
 *   context.call(memory.of(x), memory.of(y), memory.workspace(bytes));
 * }
 * }
 */
final class LayerCall implements AutoCloseable {

  /** Calls on one context run one after another anyway. */
  private final ReentrantLock lock = new ReentrantLock();

  private final HeldMemory held = new HeldMemory();

  /** As large as the largest that was asked for. */
  private @Nullable Tensor workspace;

  /** Waits for the call that runs. */
  LayerCall begin() {
    lock.lock();
    return this;
  }

  MemorySegment of(Tensor tensor) {
    return held.of(tensor);
  }

  @Nullable MemorySegment ofOptional(@Nullable Tensor tensor) {
    return held.ofOptional(tensor);
  }

  /** At least so many bytes of arbitrary content; null for none. */
  @Nullable MemorySegment workspace(long bytes) {
    if (bytes == 0) {
      return null;
    }
    Tensor known = workspace;
    if (known == null || known.byteSize() < bytes) {
      if (known != null) {
        workspace = null;
        known.close();
      }
      // A spare block of the pool may be larger, and what is beyond the tensor would stay with it.
      HostMemory.trim();
      known = Tensor.uninitialized(DType.FLOAT64, Math.ceilDiv(bytes, Double.BYTES));
      workspace = known;
    }
    return held.of(known);
  }

  /** Lets go of the tensors; the next call may begin. */
  @Override
  public void close() {
    try {
      held.close();
    } finally {
      lock.unlock();
    }
  }

  /** The shape of signals (B,H,L). */
  static SignalShape shape(Tensor signals) {
    return new SignalShape(signals.dim(0), signals.dim(1), signals.dim(2));
  }

  /** The library's words for a dropout. */
  static DropoutRule rule(Dropout dropout) {
    return dropout.isActive()
        ? new DropoutRule(dropout.probability(), dropout.seed(), dropout.site(), dropout.step())
        : DropoutRule.NONE;
  }
}
