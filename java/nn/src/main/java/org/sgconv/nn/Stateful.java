package org.sgconv.nn;

/**
 * Has values that a file of a model holds.
 *
 * @since 0.1.0
 */
public interface Stateful {

  /** Shows every parameter and other value that a file of the model holds, by name. */
  void visit(StateVisitor visitor);
}
