package org.sgconv.spi;

import java.util.OptionalLong;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Shape;
import org.sgconv.tensor.Tensor;

/**
 * Checks of tensors that an operation is given, each with a message that says what the tensor is,
 * what it should be and what to do. All return normally only if the tensor is as stated; {@code
 * name} is what the caller calls it.
 *
 * @since 0.1.0
 */
public final class TensorCheck {

  private TensorCheck() {}

  /**
   * The element type is this one.
   *
   * @throws TypeMismatchException otherwise
   */
  public static void type(String name, Tensor tensor, DType expected) {
    if (tensor.type() != expected) {
      throw new TypeMismatchException(
          name
              + " is "
              + tensor.type()
              + ", expected "
              + expected
              + ": convert it with to("
              + expected
              + ")");
    }
  }

  /**
   * The shape is this one.
   *
   * @throws ShapeMismatchException otherwise
   */
  public static void shape(String name, Tensor tensor, Shape expected) {
    if (!tensor.shape().equals(expected)) {
      throw mismatch(name, tensor, expected.toString());
    }
  }

  /**
   * The shape has these sizes.
   *
   * @throws ShapeMismatchException otherwise
   */
  public static void shape(String name, Tensor tensor, long... expected) {
    if (!tensor.shape().matches(expected)) {
      throw mismatch(name, tensor, Shape.format(expected));
    }
  }

  /**
   * The shape has these two sizes; without an array, for checks on every call.
   *
   * @throws ShapeMismatchException otherwise
   */
  public static void shape(String name, Tensor tensor, long first, long second) {
    if (!tensor.shape().matches(first, second)) {
      throw mismatch(name, tensor, Shape.format(first, second));
    }
  }

  /**
   * The shape has these three sizes; without an array, for checks on every call.
   *
   * @throws ShapeMismatchException otherwise
   */
  public static void shape(String name, Tensor tensor, long first, long second, long third) {
    if (!tensor.shape().matches(first, second, third)) {
      throw mismatch(name, tensor, Shape.format(first, second, third));
    }
  }

  private static ShapeMismatchException mismatch(String name, Tensor tensor, String expected) {
    return new ShapeMismatchException(
        name + " has shape " + tensor.shape() + ", expected " + expected);
  }

  /**
   * The tensor is open and can be written.
   *
   * @throws org.sgconv.TensorClosedException if it is closed
   * @throws InvalidArgumentException if its memory is read-only
   */
  public static void writable(String name, Tensor tensor) {
    TensorAccess.requireOpen(tensor);
    if (tensor.isReadOnly()) {
      throw new InvalidArgumentException(
          name + " " + tensor + " wraps read-only memory: write to a tensor of your own");
    }
  }

  /**
   * Two tensors share no byte.
   *
   * @param otherName what the caller calls the other
   * @throws InvalidArgumentException otherwise
   */
  public static void disjoint(String name, Tensor tensor, String otherName, Tensor other) {
    if (tensor.overlaps(other)) {
      throw new InvalidArgumentException(
          name + " overlaps " + otherName + " in memory: give it memory of its own");
    }
  }

  /**
   * Every element is finite.
   *
   * @throws InvalidArgumentException with the first index that holds a NaN or an infinity
   */
  public static void finite(String name, Tensor tensor) {
    OptionalLong found = tensor.firstNonFinite();
    if (found.isPresent()) {
      Shape shape = tensor.shape();
      long position = found.getAsLong();
      double value = tensor.isOnHost() ? tensor.getFlat(position) : elsewhere(tensor, position);
      throw new InvalidArgumentException(
          name
              + " "
              + shape
              + " holds "
              + value
              + " at "
              + Shape.format(shape.indexOf(position))
              + ": every value must be finite");
    }
  }

  private static double elsewhere(Tensor tensor, long position) {
    try (Tensor host = tensor.toHost()) {
      return host.getFlat(position);
    }
  }
}
