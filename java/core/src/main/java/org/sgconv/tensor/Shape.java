package org.sgconv.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;

/**
 * Sizes of a tensor's axes, outermost first. Every size is at least 1; rank 0 is one element. The
 * number of elements fits a long.
 *
 * @since 0.1.0
 */
public final class Shape {

  /** More axes are counted, not listed: the number of axes may come from a file. */
  private static final int SHOWN = 16;

  private final long[] dims;
  private final long elementCount;

  private Shape(long[] dims, long elementCount) {
    this.dims = dims;
    this.elementCount = elementCount;
  }

  /**
   * A shape of these sizes.
   *
   * @throws InvalidArgumentException if a size is below 1 or their product overflows a long
   */
  public static Shape of(long... dims) {
    long[] copy = dims.clone();
    long count = 1;
    for (int axis = 0; axis < copy.length; axis++) {
      if (copy[axis] < 1) {
        throw new InvalidArgumentException(
            "shape " + format(copy) + ": axis " + axis + " is " + copy[axis] + ", must be ≥ 1");
      }
      if (count > Long.MAX_VALUE / copy[axis]) {
        throw new InvalidArgumentException(
            "shape " + format(copy) + " has more than 2^63−1 elements");
      }
      count *= copy[axis];
    }
    return new Shape(copy, count);
  }

  /** Number of axes. */
  public int rank() {
    return dims.length;
  }

  /**
   * Size of an axis, 0 being the outermost.
   *
   * @throws InvalidArgumentException if there is no such axis
   */
  public long dim(int axis) {
    if (axis < 0 || axis >= dims.length) {
      throw new InvalidArgumentException(
          "axis "
              + axis
              + " of shape "
              + this
              + (dims.length == 0 ? ": it has none" : ": must be from 0 to " + (dims.length - 1)));
    }
    return dims[axis];
  }

  /** Product of the sizes; 1 for rank 0. */
  public long elementCount() {
    return elementCount;
  }

  /** A copy of the sizes. */
  public long[] toArray() {
    return dims.clone();
  }

  /** Whether these are the sizes. */
  public boolean matches(long... sizes) {
    return Arrays.equals(dims, sizes);
  }

  /** Whether these two are the sizes; without an array, for checks on every call. */
  public boolean matches(long first, long second) {
    return dims.length == 2 && dims[0] == first && dims[1] == second;
  }

  /** Whether these three are the sizes; without an array, for checks on every call. */
  public boolean matches(long first, long second, long third) {
    return dims.length == 3 && dims[0] == first && dims[1] == second && dims[2] == third;
  }

  /**
   * Position of an element in row-major order.
   *
   * @throws InvalidArgumentException if there is not one index an axis, or one is out of range
   */
  public long positionOf(long... index) {
    if (index.length != dims.length) {
      throw new InvalidArgumentException(
          "index " + format(index) + " of shape " + this + ": must have " + rank() + " entries");
    }
    long position = 0;
    for (int axis = 0; axis < dims.length; axis++) {
      if (index[axis] < 0 || index[axis] >= dims[axis]) {
        throw new InvalidArgumentException(
            "index "
                + format(index)
                + " of shape "
                + this
                + ": entry "
                + axis
                + " must be from 0 to "
                + (dims[axis] - 1));
      }
      position = position * dims[axis] + index[axis];
    }
    return position;
  }

  /**
   * The index of the element at a position in row-major order.
   *
   * @throws InvalidArgumentException if the position is out of range
   */
  public long[] indexOf(long position) {
    requirePosition(position);
    long[] index = new long[dims.length];
    long rest = position;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      index[axis] = rest % dims[axis];
      rest /= dims[axis];
    }
    return index;
  }

  /** Returns a position in row-major order if there is such an element. */
  long requirePosition(long position) {
    if (position < 0 || position >= elementCount) {
      throw new InvalidArgumentException(
          "element "
              + position
              + " of shape "
              + this
              + ": must be from 0 to "
              + (elementCount - 1));
    }
    return position;
  }

  /** Returns this if it has that number of elements. */
  Shape requireCount(long count) {
    if (elementCount != count) {
      throw new ShapeMismatchException(
          "shape " + this + " has " + elementCount + " elements, not " + count);
    }
    return this;
  }

  /** Refuses a range of the outermost axis that is empty or not within it. */
  void requireOuterRange(long from, long to) {
    if (dims.length == 0) {
      throw new InvalidArgumentException("a tensor of rank 0 has no axis to slice");
    }
    if (from < 0 || to <= from || to > dims[0]) {
      throw new InvalidArgumentException(
          "slice "
              + from
              + " to "
              + to
              + " of shape "
              + this
              + ": must be within 0 to "
              + dims[0]
              + " and not empty");
    }
  }

  /** Bytes of that many elements. */
  long byteSize(DType type) {
    if (elementCount > Long.MAX_VALUE / type.byteSize()) {
      throw new InvalidArgumentException(
          "tensor " + type + " " + this + " has more than 2^63−1 bytes");
    }
    return elementCount * type.byteSize();
  }

  /** This shape without its outermost axis. */
  Shape inner() {
    return new Shape(Arrays.copyOfRange(dims, 1, dims.length), elementCount / dims[0]);
  }

  /** This shape with another size of the outermost axis. */
  Shape withOuter(long size) {
    long[] copy = dims.clone();
    copy[0] = size;
    return new Shape(copy, elementCount / dims[0] * size);
  }

  /** This shape with its last two axes swapped. */
  Shape transposed() {
    if (dims.length < 2) {
      throw new ShapeMismatchException(
          "shape " + this + " has no two axes to swap: reshape it to a matrix first");
    }
    long[] copy = dims.clone();
    copy[dims.length - 2] = dims[dims.length - 1];
    copy[dims.length - 1] = dims[dims.length - 2];
    return new Shape(copy, elementCount);
  }

  /** Sizes as text, as in {@code (2, 3, 64)}. */
  public static String format(long... values) {
    String sizes =
        Arrays.stream(values)
            .limit(SHOWN)
            .mapToObj(Long::toString)
            .collect(Collectors.joining(", ", "(", ""));
    return sizes + (values.length > SHOWN ? ", ... " + values.length + " axes)" : ")");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** The sizes, as in {@code (2, 3, 64)}. */
  @Override
  public String toString() {
    return format(dims);
  }
}
