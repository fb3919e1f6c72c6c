package org.sgconv.io;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a safetensors header says of one tensor.
 *
 * @param name its key
 * @param type element type
 * @param dims sizes of the axes, outermost first; none for a scalar, 0 where there are no elements
 * @param begin its first byte, counted from the end of the header
 * @param end the byte after its last
 */
public record TensorEntry(String name, ElementType type, List<Long> dims, long begin, long end) {

  /** Copies the list. */
  public TensorEntry {
    dims = List.copyOf(dims);
  }

  /** Number of elements; 1 for a scalar. */
  public long elementCount() {
    return (end - begin) / type.byteSize();
  }

  /** The dims as tensors print them, such as {@code (2, 3, 64)}. */
  public String shapeText() {
    return dims.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
  }

  long[] dimArray() {
    return dims.stream().mapToLong(Long::longValue).toArray();
  }
}
