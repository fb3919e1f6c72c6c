package org.sgconv.tensor;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sgconv.TensorClosedException;

/**
 * Java code's access to the memory of tensors. While it lasts, no other thread can close them: the
 * JVM would end the access with an exception of its own and leave the thread interrupted. Faults of
 * mapped files are handled as in {@link MemoryFaults}. Native calls need none of this.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class HostAccess {

  private HostAccess() {}

  /**
   * Runs {@code access}.
   *
   * @param what names the memory in messages about faults; its text is made only then
   * @param tensors what is read and written; each may be null
   * @throws TensorClosedException if one of them is closed
   */
  public static void run(Object what, Runnable access, @Nullable Tensor... tensors) {
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

  /** As the other, with a result. */
  static <T> T get(Tensor tensor, Supplier<T> access) {
    tensor.storage.enter();
    try {
      return MemoryFaults.guard(tensor, access);
    } catch (IllegalStateException closed) {
      tensor.requireOpen();
      throw closed;
    } finally {
      tensor.storage.leave();
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
      }
      return entered;
    } catch (TensorClosedException closed) {
      leave(entered, tensors);
      throw closed;
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
