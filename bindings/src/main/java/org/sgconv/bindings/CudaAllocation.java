package org.sgconv.bindings;

import java.util.Locale;

/** Memory of a device that one stream allocated and frees, or uses while somebody else owns it. */
public final class CudaAllocation {

  private final CudaStream stream;
  private final long address;
  private final long bytes;
  private final boolean foreign;

  private final CudaSpan all;

  /** Guarded by the stream's lock. */
  private boolean freed;

  CudaAllocation(CudaStream stream, long address, long bytes, boolean foreign) {
    this.stream = stream;
    this.address = address;
    this.bytes = bytes;
    this.foreign = foreign;
    this.all = new CudaSpan(this, 0, bytes);
  }

  /** The stream in whose order it is used, and freed unless it is foreign. */
  public CudaStream stream() {
    return stream;
  }

  /** Size in bytes. */
  public long byteSize() {
    return bytes;
  }

  /** Whether somebody else owns the memory: {@link CudaStream#free} then ends its use alone. */
  public boolean isForeign() {
    return foreign;
  }

  /** All of it. */
  public CudaSpan all() {
    return all;
  }

  /**
   * A part of it.
   *
   * @throws IllegalArgumentException if it is not within the allocation
   */
  public CudaSpan span(long offset, long size) {
    if (offset < 0 || size < 1 || size > bytes || offset > bytes - size) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "bytes %d to %d of an allocation of %d", offset, offset + size, bytes));
    }
    return new CudaSpan(this, offset, size);
  }

  /** Whether it was freed. Call under the stream's lock. */
  boolean isFreed() {
    return freed;
  }

  /** Call under the stream's lock. */
  void markFreed() {
    freed = true;
  }

  /** Where it begins in the address space that host and devices share. */
  public long address() {
    return address;
  }
}
