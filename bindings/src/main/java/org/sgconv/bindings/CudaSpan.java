package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;

/** A part of an allocation on a device; never an address that the host may touch. */
public final class CudaSpan {

  private final CudaAllocation allocation;
  private final long offset;
  private final long bytes;

  /** Kept, so that a call on the span allocates nothing. */
  private final MemorySegment address;

  CudaSpan(CudaAllocation allocation, long offset, long bytes) {
    this.allocation = allocation;
    this.offset = offset;
    this.bytes = bytes;
    this.address = MemorySegment.ofAddress(allocation.address() + offset);
  }

  /** What it is a part of. */
  public CudaAllocation allocation() {
    return allocation;
  }

  /** Where it begins, in bytes. */
  public long offset() {
    return offset;
  }

  /** Size in bytes, at least 1. */
  public long byteSize() {
    return bytes;
  }

  /** A part of it, from {@code from} bytes on. */
  public CudaSpan part(long from, long size) {
    return allocation.span(offset + from, size);
  }

  /** Whether the allocation was freed. Call under its stream's lock. */
  public boolean isFreed() {
    return allocation.isFreed();
  }

  /** For calls that have checked it: {@link CallArguments}. */
  MemorySegment address() {
    return address;
  }
}
