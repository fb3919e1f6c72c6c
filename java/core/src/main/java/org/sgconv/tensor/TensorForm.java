package org.sgconv.tensor;

import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;

/** Shape and element type of a tensor, which never change, and the checks of them. */
abstract sealed class TensorForm permits TensorElements {

  final DType type;
  final Shape shape;

  TensorForm(DType type, Shape shape) {
    this.type = type;
    this.shape = shape;
  }

  /** Sizes of the axes. */
  public Shape shape() {
    return shape;
  }

  /** Size of an axis, 0 being the outermost. */
  public long dim(int axis) {
    return shape.dim(axis);
  }

  /** Element type. */
  public DType type() {
    return type;
  }

  /** Number of elements. */
  public long elementCount() {
    return shape.elementCount();
  }

  /** Number of bytes. */
  public long byteSize() {
    return elementCount() * type.byteSize();
  }

  /**
   * Returns normally only if the shape is this one.
   *
   * @param name what the caller calls this tensor, for the message
   * @throws ShapeMismatchException otherwise
   */
  public void requireShape(String name, Shape expected) {
    if (!shape.equals(expected)) {
      throw new ShapeMismatchException(name + " has shape " + shape + ", expected " + expected);
    }
  }

  /** As {@link #requireShape(String, Shape)}. */
  public void requireShape(String name, long... expected) {
    if (!shape.matches(expected)) {
      throw mismatch(name, expected);
    }
  }

  /** As {@link #requireShape(String, Shape)}; without an array, for checks on every call. */
  public void requireShape(String name, long first, long second) {
    if (!shape.matches(first, second)) {
      throw mismatch(name, first, second);
    }
  }

  /** As {@link #requireShape(String, Shape)}; without an array, for checks on every call. */
  public void requireShape(String name, long first, long second, long third) {
    if (!shape.matches(first, second, third)) {
      throw mismatch(name, first, second, third);
    }
  }

  /**
   * Returns normally only if the element type is this one.
   *
   * @param name what the caller calls this tensor, for the message
   * @throws TypeMismatchException otherwise
   */
  public void requireType(String name, DType expected) {
    if (type != expected) {
      throw new TypeMismatchException(
          name
              + " is "
              + type
              + ", expected "
              + expected
              + ": convert it with to("
              + expected
              + ")");
    }
  }

  /** Type and shape, as in {@code FLOAT32 (2, 3, 64)}; no elements. */
  @Override
  public String toString() {
    return type + " " + shape;
  }

  private ShapeMismatchException mismatch(String name, long... expected) {
    return new ShapeMismatchException(
        name + " has shape " + shape + ", expected " + Shape.format(expected));
  }
}
