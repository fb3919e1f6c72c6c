package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;

/**
 * A part of an allocation on a device; never an address that the host may touch.
 *
 * @param allocation which
 * @param offset in bytes
 * @param byteSize in bytes, at least 1
 */
public record CudaSpan(CudaAllocation allocation, long offset, long byteSize) {

  /** Whether the allocation was freed. Call under its stream's lock. */
  public boolean isFreed() {
    return allocation.isFreed();
  }

  /** The address for a call on {@code user}, checked. Call under that stream's lock. */
  MemorySegment address(CudaStream user, String function, String name) {
    if (allocation.stream() != user) {
      throw new IllegalArgumentException(
          function + ": " + name + " belongs to another stream: copy it to this one");
    }
    if (allocation.isFreed()) {
      throw new UseAfterCloseException(function + ": " + name);
    }
    return MemorySegment.ofAddress(allocation.address() + offset);
  }

  /** As {@link #address}, holding exactly this many bytes, aligned to its elements. */
  MemorySegment address(CudaStream user, String function, String name, long bytes, long alignment) {
    MemorySegment start = address(user, function, name);
    if (byteSize != bytes) {
      throw new InvalidSegmentException(
          function, name, "holds " + byteSize + " bytes, expected " + bytes);
    }
    if (start.address() % alignment != 0) {
      throw new InvalidSegmentException(
          function, name, "is not aligned to its elements of " + alignment + " bytes");
    }
    return start;
  }
}
