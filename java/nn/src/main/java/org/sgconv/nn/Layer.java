package org.sgconv.nn;

import org.sgconv.tensor.Tensor;

/**
 * A function of signals with parameters. It owns these, and their gradients; everything else that a
 * forward and its backward call need belongs to the {@link Pass}.
 *
 * <p>One thread at a time works on a layer. A forward call that throws leaves the parameters as
 * they are; a backward call that throws leaves gradients unspecified.
 *
 * @since 0.1.0
 */
public interface Layer extends Stateful, AutoCloseable {

  /**
   * Applies the layer.
   *
   * @param x (B,H,L), which stays as it is until the backward call of a training pass
   * @return y (B,H',L), which belongs to the pass and holds until its next forward call
   */
  Tensor forward(Tensor x, Pass pass);

  /**
   * Overwrites the gradients of the parameters, and computes that of x. Once for each forward call
   * of a training pass.
   *
   * @param dy gradient of y, which stays as it is
   * @return dx, which belongs to the pass and holds until the backward call after the next
   * @throws PassStateException if this pass has no forward call that waits for it
   */
  Tensor backward(Tensor dy, Pass pass);

  /** Closes the parameters and their gradients. Closing a closed layer does nothing. */
  @Override
  void close();
}
