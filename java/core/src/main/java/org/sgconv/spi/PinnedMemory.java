package org.sgconv.spi;

import java.lang.foreign.MemorySegment;

/**
 * Page-locked memory of the host, which devices copy from and to by themselves. Applications use
 * {@code Tensor.pinned}; this is what a backend gives it to work with.
 *
 * @since 0.1.0
 */
public interface PinnedMemory {

  /** The memory, for any thread. Its use ends with {@link #free}. */
  MemorySegment segment();

  /**
   * Waits until no copy from or to it is under way.
   *
   * @throws org.sgconv.device.DeviceLostException if the work of a stream has ended all use of its
   *     device
   */
  void awaitCopies();

  /**
   * Waits as {@link #awaitCopies} does and gives the memory back. To be called once.
   *
   * @throws IllegalStateException if another thread is in a native call on it; nothing has happened
   *     then
   */
  void free();
}
