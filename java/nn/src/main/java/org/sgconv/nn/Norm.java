package org.sgconv.nn;

import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * A layer whose result has the shape of its input. Its calls also write where they are told to, and
 * the backward call can add the gradient of a residual, as at the beginning of a residual block.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public interface Norm extends Layer {

  /** As {@link #forward(Tensor, Pass)}, into y (B,H,L). */
  void forward(Tensor x, Tensor y, Pass pass);

  /**
   * As {@link #backward(Tensor, Pass)}, into dx (B,H,L), with {@code residual} (B,H,L) added to it
   * if it is given.
   */
  void backward(Tensor dy, @Nullable Tensor residual, Tensor dx, Pass pass);

  @Override
  default Tensor forward(Tensor x, Pass pass) {
    Tensor y = pass.output(this, x, x.shape().toArray());
    forward(x, y, pass);
    return y;
  }

  @Override
  default Tensor backward(Tensor dy, Pass pass) {
    pass.requireBackward(this, dy); // before memory of its shape is taken
    Tensor dx = pass.gradient(dy, dy, dy.shape().toArray());
    backward(dy, null, dx, pass);
    return dx;
  }
}
