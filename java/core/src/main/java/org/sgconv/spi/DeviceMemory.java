package org.sgconv.spi;

import org.sgconv.device.Stream;

/**
 * Memory of a device behind a tensor. Applications use {@code org.sgconv.tensor.Tensor}; this is
 * what a backend gives it to work with.
 *
 * @since 0.1.0
 */
public interface DeviceMemory {

  /** The stream in whose order it is used, and freed if it is not foreign. */
  Stream stream();

  /**
   * A part of it.
   *
   * @param offset where it begins, in bytes
   * @param bytes at least 1
   */
  DevicePart part(long offset, long bytes);

  /**
   * Gives the memory back, in the stream's order; of foreign memory it ends the use alone. To be
   * called once.
   */
  void free();
}
