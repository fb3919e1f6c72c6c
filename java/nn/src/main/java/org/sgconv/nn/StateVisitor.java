package org.sgconv.nn;

import java.util.function.Supplier;
import org.sgconv.io.ElementType;
import org.sgconv.tensor.Tensor;

/**
 * Is shown what a file of a model holds, in its order. Names are those of one layer; those of
 * layers inside it begin with {@link #child}'s name.
 *
 * @since 0.1.0
 */
public interface StateVisitor {

  /** A parameter, with the shape that a file has for it, which may have axes of size 1 more. */
  void parameter(String name, Parameter parameter, long... fileShape);

  /**
   * A tensor that is no parameter, with the shape that a file has for it.
   *
   * @param value is asked only if the tensor is wanted, which belongs to the layer
   */
  void buffer(String name, Supplier<Tensor> value, long... fileShape);

  /** A whole number () that is no parameter. */
  void number(String name, ElementType type, long value);

  /** A part inside this one. */
  void child(String name, Stateful part);
}
