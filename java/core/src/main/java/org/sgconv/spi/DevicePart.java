package org.sgconv.spi;

import java.lang.foreign.MemorySegment;
import org.sgconv.device.Stream;

/**
 * The part of a {@link DeviceMemory} that a tensor's elements are in: all of it, or that of a view.
 * Each copy is of the whole part. Immutable, and of no use once the memory is freed.
 *
 * @since 0.1.0
 */
public interface DevicePart {

  /** The stream in whose order it is used. */
  Stream stream();

  /** Of its first byte, in the address space that the host and all devices share. */
  long address();

  /** Copies as many bytes as it has from the host, and waits. */
  void upload(MemorySegment source);

  /** Copies to as many bytes of the host, and waits. */
  void download(MemorySegment target);

  /**
   * Copies from the host in the stream's order; returns when that is submitted.
   *
   * @param offset where the bytes begin, in bytes
   */
  void upload(PinnedMemory source, long offset);

  /**
   * Copies to the host in the stream's order; returns when that is submitted.
   *
   * @param offset where the bytes go, in bytes
   */
  void download(PinnedMemory target, long offset);

  /**
   * Copies from a part of the same size on any stream of the same backend. It waits if that is
   * another stream than this one's.
   */
  void copyFrom(DevicePart source);

  /**
   * Copies the same stretch of every row of a part on the same stream, in that order: of rows that
   * have one length there and another here.
   *
   * @param rowBytes of a row of this part, which is as many whole rows as the source has
   * @param to where in a row of this part a stretch goes, in bytes
   * @param sourceRowBytes of a row of the source
   * @param from where in a row of the source a stretch begins, in bytes
   * @param bytes of a stretch, at least 1
   * @throws org.sgconv.device.WrongDeviceException if the source is on another stream
   */
  void copyRows(
      long rowBytes, long to, DevicePart source, long sourceRowBytes, long from, long bytes);

  /** Writes zeros, in the stream's order. */
  void zero();
}
