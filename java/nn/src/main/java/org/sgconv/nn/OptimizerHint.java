package org.sgconv.nn;

import java.util.OptionalDouble;

/**
 * What a parameter asks of an optimizer instead of what it has for all.
 *
 * @param learningRate of its own, or empty for the common one
 * @param weightDecay of its own, or empty for the common one
 * @param frozen whether it is not trained at all
 * @since 0.1.0
 */
public record OptimizerHint(
    OptionalDouble learningRate, OptionalDouble weightDecay, boolean frozen) {

  /** Nothing of its own. */
  public static final OptimizerHint COMMON =
      new OptimizerHint(OptionalDouble.empty(), OptionalDouble.empty(), false);

  /** Not trained. */
  public static final OptimizerHint FROZEN =
      new OptimizerHint(OptionalDouble.empty(), OptionalDouble.empty(), true);

  /** A learning rate of its own. */
  public static OptimizerHint learningRate(double rate) {
    return new OptimizerHint(OptionalDouble.of(rate), OptionalDouble.empty(), false);
  }

  /** No weight decay. */
  public static OptimizerHint undecayed() {
    return new OptimizerHint(OptionalDouble.empty(), OptionalDouble.of(0), false);
  }
}
