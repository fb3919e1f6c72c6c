package org.sgconv.nn.model;

import java.util.Objects;
import org.sgconv.InvalidArgumentException;
import org.sgconv.nn.layer.SgConvSpec;

/**
 * What a {@link SequenceModel} is made of.
 *
 * @param layers number of residual blocks
 * @param layer the SGConv layer in each
 * @param norm kind of the norms
 * @param normFirst whether they are before the layers, and once more after the last block, or after
 *     the residuals
 * @param dropout of each block, of rows
 * @param encoder how the model begins
 * @param decoder how it ends
 * @since 0.1.0
 */
public record SequenceModelSpec(
    int layers,
    SgConvSpec layer,
    NormKind norm,
    boolean normFirst,
    double dropout,
    EncoderSpec encoder,
    DecoderSpec decoder) {

  /**
   * Checks the values.
   *
   * @throws InvalidArgumentException if there is not a layer or the dropout is out of range
   */
  public SequenceModelSpec {
    Objects.requireNonNull(layer, "layer");
    Objects.requireNonNull(norm, "norm");
    Objects.requireNonNull(encoder, "encoder");
    Objects.requireNonNull(decoder, "decoder");
    if (layers < 1) {
      throw new InvalidArgumentException("layers is " + layers + ": must be ≥ 1");
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new InvalidArgumentException("dropout is " + dropout + ": must be from 0 to below 1");
    }
  }

  /** H. */
  public int hidden() {
    return layer.kernel().hidden();
  }
}
