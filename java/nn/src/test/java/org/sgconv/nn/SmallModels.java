package org.sgconv.nn;

import java.util.List;
import java.util.Random;
import org.sgconv.Backend;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.nn.layer.SgConvSpec;
import org.sgconv.nn.model.DecoderSpec;
import org.sgconv.nn.model.EncoderSpec;
import org.sgconv.nn.model.ModelInput;
import org.sgconv.nn.model.NormKind;
import org.sgconv.nn.model.Pooling;
import org.sgconv.nn.model.SequenceModelSpec;
import org.sgconv.nn.model.SignalBatch;
import org.sgconv.nn.model.TokenBatch;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Models of every kind, small enough to try everything on them. */
public enum SmallModels {
  /** Tokens, batch norm after the residual. */
  TOKENS_AFTER(NormKind.BATCH, false, false, Pooling.MEAN, false, tokens(), 0.3),
  /** Pairs of rows of tokens, batch norm before. */
  PAIRS(NormKind.BATCH, true, false, Pooling.MEAN, true, tokens(), 0.2),
  /** Signals, layer norm after the residual, fixed power law. */
  SIGNALS(NormKind.LAYER, false, false, Pooling.MEAN, false, new EncoderSpec.OfSignals(1), 0.2),
  /** Signals of three channels, last position, batch norm before. */
  LAST(NormKind.BATCH, true, false, Pooling.LAST, false, new EncoderSpec.OfSignals(3), 0),
  /** The published transposed layers: scalar norms, rows dropped inside, two heads. */
  TRANSPOSED(NormKind.LAYER, true, true, Pooling.MEAN, false, new EncoderSpec.OfSignals(1), 0.4);

  /** L of {@link #input}. */
  public static final int LENGTH = 11;

  private static final int HIDDEN = 4;
  private static final int BATCH = 4;

  private final SequenceModelSpec spec;

  SmallModels(
      NormKind norm,
      boolean normFirst,
      boolean transposed,
      Pooling pooling,
      boolean pairs,
      EncoderSpec encoder,
      double dropout) {
    boolean power = encoder instanceof EncoderSpec.OfSignals signals && signals.channels() == 1;
    KernelSpec kernel =
        KernelSpec.builder()
            .hidden(HIDDEN)
            .heads(transposed ? 2 : 1)
            .mode(transposed ? ConvolutionMode.CAUSAL : ConvolutionMode.BIDIRECTIONAL)
            .composition(transposed ? Composition.SUM : Composition.CONCATENATE)
            .kernelDim(3)
            .maxLength(transposed ? 6 : 16) // a kernel shorter than the signal, and a longer one
            .decay(power ? DecayLaw.POWER : DecayLaw.GEOMETRIC)
            .decayRange(0.5, 1.5)
            .build();
    SgConvSpec layer =
        SgConvSpec.of(kernel)
            .withDropout(dropout)
            .withTransposed(transposed)
            .withNorm(transposed || pooling == Pooling.LAST)
            .withGlu(pooling != Pooling.LAST)
            .withFixedDecay(power && !transposed);
    spec =
        new SequenceModelSpec(
            2, layer, norm, normFirst, dropout, encoder, new DecoderSpec(pooling, pairs, 3));
  }

  private static EncoderSpec tokens() {
    return new EncoderSpec.OfTokens(9);
  }

  /** What it is made of. */
  public SequenceModelSpec spec() {
    return spec;
  }

  /** Signals for {@link #input}, if it takes any; the caller closes them. */
  public Tensor samples(Backend backend, DType type) {
    int channels = channels();
    double[] values = new Random(3).doubles((long) BATCH * LENGTH * channels, -2, 2).toArray();
    try (Tensor wide = Tensor.of(values, BATCH, LENGTH, channels)) {
      return wide.to(type).moveTo(backend);
    }
  }

  /** Whether it takes signals and not tokens. */
  public boolean takesSignals() {
    return spec.encoder() instanceof EncoderSpec.OfSignals;
  }

  /** Samples at each position, if it takes signals. */
  public int channels() {
    return spec.encoder() instanceof EncoderSpec.OfSignals signals ? signals.channels() : 1;
  }

  /** A batch with lengths. */
  public ModelInput input(Tensor samples) {
    if (takesSignals()) {
      return SignalBatch.of(samples);
    }
    return TokenBatch.padded(
        List.of(
            new long[] {3, 1, 4, 1, 5, 2},
            new long[] {8, 2, 6, 5, 3, 5, 7, 7, 8, 3, 2},
            new long[] {2},
            new long[] {5, 5, 5, 5, 5, 5, 5, 2}),
        0);
  }

  /** A class for each row of logits. */
  public long[] labels() {
    return spec.decoder().pairs() ? new long[] {2, 0} : new long[] {2, 0, 1, 1};
  }
}
