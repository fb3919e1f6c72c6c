package org.sgconv.nn.model;

import java.util.Objects;
import org.sgconv.InvalidArgumentException;

/**
 * How a sequence model ends: one vector of each row, then a linear map to the classes.
 *
 * @param pooling how the vector is made
 * @param pairs whether two rows, of the first and of the second half of the batch, are compared
 *     with each other before that (published code, {@code retrieval} with {@code nli})
 * @param classes K
 * @since 0.1.0
 */
public record DecoderSpec(Pooling pooling, boolean pairs, int classes) {

  /**
   * Checks the values.
   *
   * @throws InvalidArgumentException if there is not a class
   */
  public DecoderSpec {
    Objects.requireNonNull(pooling, "pooling");
    if (classes < 1) {
      throw new InvalidArgumentException("classes is " + classes + ": must be ≥ 1");
    }
  }
}
