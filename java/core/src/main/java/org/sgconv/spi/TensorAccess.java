package org.sgconv.spi;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * What backends may do with a tensor beyond its public methods. {@link Tensor} itself answers, with
 * what it registers here when it is loaded: so applications see none of it.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public abstract class TensorAccess {

  private static volatile @Nullable TensorAccess registered;

  /** For {@link Tensor} alone. */
  protected TensorAccess() {}

  /**
   * For {@link Tensor} alone.
   *
   * @throws IllegalStateException if anybody else calls, or it has called
   */
  public static synchronized void register(TensorAccess access) {
    if (registered != null || access.getClass().getNestHost() != Tensor.class) {
      throw new IllegalStateException("only Tensor registers the access to tensors, once");
    }
    registered = access;
  }

  /**
   * Returns normally only if the tensor can be used now, by this thread. Changes nothing.
   *
   * @throws org.sgconv.TensorClosedException if it, or the one that it views, is closed
   */
  public static void requireOpen(Tensor tensor) {
    access().checkOpen(tensor);
  }

  /**
   * Where the elements of an open tensor are on a device. Allocates nothing from the second call
   * on.
   *
   * @throws org.sgconv.TensorClosedException if it, or the one that it views, is closed
   * @throws org.sgconv.device.WrongDeviceException if it is in the host's memory
   */
  public static DevicePart devicePart(Tensor tensor) {
    return access().partOf(tensor);
  }

  /**
   * Runs Java code that reads or writes the memory of tensors of the host. While it lasts, no other
   * thread can close them: the JVM would end the access with an exception of its own and leave the
   * thread interrupted. Native calls have {@link HeldMemory}.
   *
   * @param what names the memory in messages about faults of mapped files; its text is made only
   *     then
   * @param tensors what is read and written; each may be null
   * @throws org.sgconv.TensorClosedException if one of them is closed
   * @throws org.sgconv.MemoryFaultException if a mapped file has lost the pages
   */
  public static void onHost(Object what, Runnable access, @Nullable Tensor... tensors) {
    access().run(what, access, tensors);
  }

  /** Begins what {@link HeldMemory} does with one tensor. */
  static MemorySegment hold(Tensor tensor) {
    return access().enter(tensor);
  }

  /** Ends it. */
  static void release(Tensor tensor) {
    access().leave(tensor);
  }

  private static TensorAccess access() {
    TensorAccess known = registered;
    return known == null ? ofLoadedTensor() : known;
  }

  /** The first call of all may come before anybody has a tensor. */
  private static TensorAccess ofLoadedTensor() {
    try {
      MethodHandles.lookup().ensureInitialized(Tensor.class);
    } catch (IllegalAccessException e) {
      throw new AssertionError("Tensor is public", e);
    }
    return Objects.requireNonNull(registered, "Tensor registers when it is initialized");
  }

  /** See {@link #requireOpen}. */
  protected abstract void checkOpen(Tensor tensor);

  /** See {@link #devicePart}. */
  protected abstract DevicePart partOf(Tensor tensor);

  /** See {@link #onHost}. */
  protected abstract void run(Object what, Runnable access, @Nullable Tensor... tensors);

  /** Keeps a tensor of the host from being closed, and returns its memory. */
  protected abstract MemorySegment enter(Tensor tensor);

  /** Ends one {@link #enter}. */
  protected abstract void leave(Tensor tensor);
}
