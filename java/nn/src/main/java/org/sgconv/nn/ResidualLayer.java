package org.sgconv.nn;

import org.sgconv.spi.Dropout;
import org.sgconv.tensor.Tensor;

/**
 * A layer that can add its result to a residual itself, which saves reading and writing it once
 * more.
 *
 * @since 0.1.0
 */
public interface ResidualLayer extends Layer {

  /**
   * {@code y = residual + tied ⊙ forward(x)}.
   *
   * @param tied dropout of rows (B,H) of the layer's result
   * @param y (B,H,L), overwritten
   */
  void forward(Tensor x, Tensor residual, Dropout tied, Tensor y, Pass pass);

  /**
   * The backward call of that forward call; the gradient of the residual is dy.
   *
   * @param tied as in the forward call
   */
  Tensor backward(Tensor dy, Dropout tied, Pass pass);
}
