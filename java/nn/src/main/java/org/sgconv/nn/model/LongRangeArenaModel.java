package org.sgconv.nn.model;

import org.sgconv.kernel.LongRangeArena;
import org.sgconv.nn.layer.SgConvSpec;

/**
 * The six Long Range Arena models of the SGConv paper (arXiv 2210.09298, section 4.1; published
 * code, {@code configs/experiment/lra/gconv-lra-*.yaml}).
 *
 * @since 0.1.0
 */
public enum LongRangeArenaModel {
  /** Nested list expressions, 18 tokens, ten classes. */
  LISTOPS(LongRangeArena.LISTOPS, 8, NormKind.BATCH, false, 0, tokens(18), Pooling.MEAN, false, 10),
  /** IMDb reviews as characters, 135 tokens, two classes. */
  TEXT(LongRangeArena.TEXT, 6, NormKind.BATCH, true, 0, tokens(135), Pooling.MEAN, false, 2),
  /** Pairs of papers as characters, 98 tokens, two classes. */
  RETRIEVAL(
      LongRangeArena.RETRIEVAL, 6, NormKind.BATCH, true, 0, tokens(98), Pooling.MEAN, true, 2),
  /** Grey CIFAR-10 images, ten classes. */
  IMAGE(LongRangeArena.IMAGE, 6, NormKind.LAYER, false, 0.2, signals(), Pooling.MEAN, false, 10),
  /** Images of 32×32 pixels, two classes. */
  PATHFINDER(
      LongRangeArena.PATHFINDER, 6, NormKind.BATCH, true, 0.2, signals(), Pooling.LAST, false, 2),
  /** Images of 128×128 pixels, two classes. */
  PATH_X(LongRangeArena.PATH_X, 6, NormKind.BATCH, true, 0, signals(), Pooling.MEAN, false, 2);

  @SuppressWarnings("ImmutableEnumChecker") // it is; records cannot say so without a dependency
  private final SequenceModelSpec spec;

  LongRangeArenaModel(
      LongRangeArena kernel,
      int layers,
      NormKind norm,
      boolean normFirst,
      double dropout,
      EncoderSpec encoder,
      Pooling pooling,
      boolean pairs,
      int classes) {
    SgConvSpec layer =
        SgConvSpec.of(kernel.spec())
            .withDropout(dropout)
            .withFixedDecay(kernel == LongRangeArena.IMAGE);
    spec =
        new SequenceModelSpec(
            layers,
            layer,
            norm,
            normFirst,
            dropout,
            encoder,
            new DecoderSpec(pooling, pairs, classes));
  }

  private static EncoderSpec tokens(int vocabulary) {
    return new EncoderSpec.OfTokens(vocabulary);
  }

  private static EncoderSpec signals() {
    return new EncoderSpec.OfSignals(1);
  }

  /** What the model is made of. */
  public SequenceModelSpec spec() {
    return spec;
  }
}
