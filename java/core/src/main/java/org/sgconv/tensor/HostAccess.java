package org.sgconv.tensor;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sgconv.TensorClosedException;
import org.sgconv.spi.TensorCheck;

/**
 * Access to the memory of tensors that holds them: while it lasts, no other thread can close them.
 * The memory could be another tensor's otherwise; under an arena, the JVM would end Java code with
 * an exception of its own and leave the thread interrupted. Faults of mapped files are handled as
 * in {@link MemoryFaults}.
 */
final class HostAccess {

  private HostAccess() {}

  /**
   * Runs {@code access}.
   *
   * @param what names the memory in messages about faults; its text is made only then
   * @param tensors what is read and written; each may be null
   * @throws TensorClosedException if one of them is closed
   */
  static void run(Object what, Runnable access, @Nullable Tensor... tensors) {
    int entered = enter(tensors);
    try {
      MemoryFaults.run(what, access);
    } catch (IllegalStateException closed) {
      for (Tensor tensor : tensors) {
        if (tensor != null) {
          tensor.requireOpen(); // of borrowed memory the lender may have ended
        }
      }
      throw closed;
    } finally {
      leave(entered, tensors);
    }
  }

  /** As {@link #run} on one tensor, with a result. */
  static <T> T call(Tensor tensor, Supplier<T> access) {
    tensor.storage.enter();
    try {
      tensor.requireOpen();
      return MemoryFaults.guard(tensor, access);
    } catch (IllegalStateException closed) {
      tensor.requireOpen();
      throw closed;
    } finally {
      tensor.storage.leave();
    }
  }

  /** The element at a position within the tensor. */
  static double get(Tensor tensor, long position) {
    MemorySegment memory = tensor.segment();
    try {
      double value = Elements.get(memory, tensor.type(), position);
      settle(tensor);
      return value;
    } catch (IllegalStateException closed) {
      throw closedMeanwhile(tensor, closed);
    } catch (InternalError error) {
      throw MemoryFaults.translate(tensor, error);
    }
  }

  /** Sets the element at a position within the tensor. */
  static void set(Tensor tensor, long position, double value) {
    TensorCheck.writable("tensor", tensor);
    MemorySegment memory = tensor.segment();
    try {
      Elements.set(memory, tensor.type(), position, value);
      settle(tensor);
    } catch (IllegalStateException closed) {
      throw closedMeanwhile(tensor, closed);
    } catch (InternalError error) {
      throw MemoryFaults.translate(tensor, error);
    }
  }

  /** Sets every element. */
  static void fill(Tensor tensor, double value) {
    TensorCheck.writable("tensor", tensor);
    tensor.storage.enter();
    try { // no lambda: filling allocates nothing
      Elements.fill(tensor.memory(), tensor.type(), tensor.elementCount(), value);
      MemoryFaults.settle();
    } catch (IllegalStateException closed) {
      throw closedMeanwhile(tensor, closed);
    } catch (InternalError error) {
      throw MemoryFaults.translate(tensor, error);
    } finally {
      tensor.storage.leave();
    }
  }

  /** One element is too little to keep the memory open for; a lender's is not ours to keep open. */
  private static IllegalStateException closedMeanwhile(
      Tensor tensor, IllegalStateException closed) {
    tensor.requireOpen();
    return closed;
  }

  /** Only for memory that may be a mapped file's, so that elements of other memory cost less. */
  private static void settle(Tensor tensor) {
    if (tensor.storage.isBorrowed()) {
      MemoryFaults.settle();
    }
  }

  /** Holds a tensor until its storage is left, and returns the memory. */
  static MemorySegment enter(Tensor tensor) {
    tensor.storage.enter();
    MemorySegment memory = null;
    try {
      memory = tensor.memory();
      return memory;
    } finally {
      if (memory == null) {
        tensor.storage.leave();
      }
    }
  }

  private static int enter(@Nullable Tensor[] tensors) {
    int entered = 0;
    try {
      for (Tensor tensor : tensors) {
        if (tensor != null) {
          tensor.storage.enter();
        }
        entered++;
        if (tensor != null) {
          tensor.requireOpen(); // a view may be closed, and memory that is borrowed confined
        }
      }
      return entered;
    } catch (RuntimeException unusable) {
      leave(entered, tensors);
      throw unusable;
    }
  }

  private static void leave(int entered, @Nullable Tensor[] tensors) {
    for (int i = 0; i < entered; i++) {
      Tensor tensor = tensors[i];
      if (tensor != null) {
        tensor.storage.leave();
      }
    }
  }
}
