package org.sgconv.device;

import java.lang.foreign.MemorySegment;

/**
 * Memory of a device behind a tensor. Applications use {@code org.sgconv.tensor.Tensor}; this is
 * what a backend gives it to work with. Offsets and sizes are in bytes.
 *
 * @since 0.1.0
 */
public interface DeviceMemory {

  /** The stream in whose order it is used and freed. */
  Stream stream();

  /** Copies from the host and waits. */
  void upload(MemorySegment source, long offset);

  /** Copies to the host and waits. */
  void download(long offset, MemorySegment target);

  /** Copies from the host in the stream's order; returns when that is submitted. */
  void upload(PinnedMemory source, long sourceOffset, long offset, long bytes);

  /** Copies to the host in the stream's order; returns when that is submitted. */
  void download(long offset, PinnedMemory target, long targetOffset, long bytes);

  /**
   * Copies from memory of any stream of the same backend. It waits if that is another stream than
   * this memory's.
   */
  void copyFrom(DeviceMemory source, long sourceOffset, long offset, long bytes);

  /** Writes zeros, in the stream's order. */
  void zero(long offset, long bytes);

  /** Gives the memory back, in the stream's order. To be called once. */
  void free();
}
