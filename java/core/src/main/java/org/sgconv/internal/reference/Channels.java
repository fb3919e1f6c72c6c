package org.sgconv.internal.reference;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sgconv.spi.TensorAccess;
import org.sgconv.tensor.Tensor;

/** Runs independent hidden channels in parallel. */
final class Channels {

  private Channels() {}

  /**
   * Calls {@code work} with 0 … hidden − 1, each once.
   *
   * @param purpose what a failure for want of heap memory is about
   * @param bytes about how many bytes of arrays one channel needs
   * @param tensors those that the work touches; one whose memory is confined to the calling thread
   *     keeps all work on it
   */
  static void forEach(
      int hidden, String purpose, long bytes, IntConsumer work, @Nullable Tensor... tensors) {
    IntStream channels = IntStream.range(0, hidden);
    IntStream spread = anyThreadMayUse(tensors) ? channels.parallel() : channels;
    String what = "a tensor of " + purpose;
    // Faults show on the thread that touched the memory.
    IntConsumer guarded = h -> TensorAccess.onHost(what, () -> work.accept(h));
    TensorAccess.onHost(
        what, () -> HeapMemory.guarded(purpose, bytes, () -> spread.forEach(guarded)), tensors);
  }

  private static boolean anyThreadMayUse(@Nullable Tensor... tensors) {
    Thread other = Thread.ofPlatform().unstarted(() -> {});
    for (Tensor tensor : tensors) {
      if (tensor != null && !tensor.segment().isAccessibleBy(other)) {
        return false;
      }
    }
    return true;
  }
}
