package org.sgconv.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.sgconv.tensor.Tensor;

/** Compares gradients with slopes, along a random direction. */
public final class Slope {

  private static final double STEP = 1e-5;

  /**
   * A central difference of four points leaves out STEP⁴ times fifth derivatives, and has rounding
   * of 1e-16/STEP.
   */
  private static final double BOUND = 2e-8;

  private final Random random;

  /** Along directions of its own, always the same. */
  public Slope() {
    random = new Random(5);
  }

  /** A function of the values of a tensor, after they have changed. */
  public interface Loss {
    double now();
  }

  /**
   * Fails unless the gradient is the slope of the loss.
   *
   * @param value what is moved, and put back
   * @param gradient of the loss with respect to it
   * @param largest of all gradients
   */
  public void check(String what, Tensor value, double[] gradient, double largest, Loss loss) {
    double[] direction = random.doubles(gradient.length, -1, 1).toArray();
    double expected = 0;
    for (int i = 0; i < gradient.length; i++) {
      expected += gradient[i] * direction[i];
    }
    double near = moved(value, direction, STEP, loss) - moved(value, direction, -STEP, loss);
    double far = moved(value, direction, 2 * STEP, loss) - moved(value, direction, -2 * STEP, loss);
    double slope = (8 * near - far) / (12 * STEP);
    double size = Math.max(largest, Math.abs(expected));
    assertThat(Math.abs(slope - expected) / size)
        .as("%s: slope %s, gradient %s", what, slope, expected)
        .isLessThan(BOUND);
  }

  private static double moved(Tensor value, double[] direction, double step, Loss loss) {
    double[] before = value.toDoubleArray();
    double[] there = before.clone();
    for (int i = 0; i < there.length; i++) {
      there[i] += step * direction[i];
    }
    value.copyFrom(there);
    try {
      return loss.now();
    } finally {
      value.copyFrom(before);
    }
  }
}
