package org.sgconv.tensor;

import org.jspecify.annotations.Nullable;

/** Closes several tensors although closing one of them may fail. */
final class Closing {

  private Closing() {}

  /** See {@link Tensor#closeAll}. */
  static void all(@Nullable Tensor... tensors) {
    boolean anyOpen = false;
    Tensor lastClosed = null;
    RuntimeException failure = null;
    for (Tensor tensor : tensors) {
      if (tensor == null) {
        continue;
      }
      if (tensor.isClosed()) {
        lastClosed = tensor;
        continue;
      }
      anyOpen = true;
      try {
        tensor.close();
      } catch (RuntimeException next) {
        if (failure == null) {
          failure = next;
        } else {
          failure.addSuppressed(next);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    if (!anyOpen && lastClosed != null) {
      lastClosed.close();
    }
  }
}
