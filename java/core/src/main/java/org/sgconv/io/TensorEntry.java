package org.sgconv.io;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a safetensors header says of one tensor.
 *
 * @param name its key, which may hold any character, line ends and escapes too: escape it before it
 *     is printed
 * @param dtype the name of its element type, which may be one that this library has not heard of
 * @param dims sizes of the axes, outermost first; none for a scalar, 0 where there are no elements
 * @param begin its first byte, counted from the end of the header
 * @param end the byte after its last
 * @since 0.1.0
 */
public record TensorEntry(String name, String dtype, List<Long> dims, long begin, long end) {

  /** Copies the list. */
  public TensorEntry {
    dims = dims instanceof LongList ? dims : List.copyOf(dims);
  }

  /** Its element type; empty if this library has not heard of it. */
  public Optional<ElementType> type() {
    return ElementType.named(dtype);
  }

  /** Number of elements; 1 for a scalar. */
  public long elementCount() {
    long count = 1;
    for (long dim : dims) {
      // In any order: 0 wins, however large the other sizes are.
      if (dim == 0) {
        return 0;
      }
      count *= dim;
    }
    return count;
  }

  /** The dims as tensors print them, such as {@code (2, 3, 64)}. */
  public String shapeText() {
    int shown = 16;
    String sizes =
        dims.stream().limit(shown).map(String::valueOf).collect(Collectors.joining(", ", "(", ""));
    return sizes + (dims.size() > shown ? ", ... " + dims.size() + " axes)" : ")");
  }

  long[] dimArray() {
    return dims.stream().mapToLong(Long::longValue).toArray();
  }
}
