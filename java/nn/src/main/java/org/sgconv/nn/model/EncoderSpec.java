package org.sgconv.nn.model;

import org.sgconv.InvalidArgumentException;

/**
 * How a sequence model begins.
 *
 * @since 0.1.0
 */
public sealed interface EncoderSpec {

  /**
   * A table of vectors, one for each token.
   *
   * @param vocabulary V, how many tokens there are
   */
  record OfTokens(int vocabulary) implements EncoderSpec {
    /**
     * Checks the value.
     *
     * @throws InvalidArgumentException if it is below 1
     */
    public OfTokens {
      if (vocabulary < 1) {
        throw new InvalidArgumentException("vocabulary is " + vocabulary + ": must be ≥ 1");
      }
    }
  }

  /**
   * A linear map of the samples at each position.
   *
   * @param channels samples at each position
   */
  record OfSignals(int channels) implements EncoderSpec {
    /**
     * Checks the value.
     *
     * @throws InvalidArgumentException if it is below 1
     */
    public OfSignals {
      if (channels < 1) {
        throw new InvalidArgumentException("channels is " + channels + ": must be ≥ 1");
      }
    }
  }
}
