package org.sgconv.kernel;

import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.Initialization;

/**
 * The kernels of the six Long Range Arena models of the SGConv paper (arXiv 2210.09298, section
 * 4.1).
 *
 * <p>Source: the authors' repository ctlllll/SGConv on GitHub, commit 0c2b3ab, files {@code
 * configs/experiment/lra/gconv-lra-{listops,imdb,aan,cifar,pathfinder,pathx}.yaml} ({@code
 * d_model}, {@code kernel_dim}, {@code init_scale}, {@code mode}, {@code decay_min}, {@code
 * decay_max}, {@code bidirectional}). Those files leave {@code channels} to the layer's default, 1,
 * and the signal length, save for {@link #IMAGE} and {@link #TEXT}, to the task's default in the S4
 * code base that they extend: 2048 for ListOps, 4000 for Retrieval, resolution squared for
 * Pathfinder and Path-X. All are bidirectional, concatenated and linearly interpolated.
 *
 * @since 0.1.0
 */
public enum LongRangeArena {
  /** Nested list expressions, 2048 tokens: H 128, d 1, multiplier 2. */
  LISTOPS(128, 2048, 1, 0, DecayLaw.GEOMETRIC, 2, 2, Initialization.NORMAL),
  /** IMDb reviews as 4096 characters: H 256, d 2, multiplier 2. */
  TEXT(256, 4096, 2, 0, DecayLaw.GEOMETRIC, 2, 2, Initialization.NORMAL),
  /** Pairs of papers of 4000 characters each: H 256, d 1, multiplier 2. */
  RETRIEVAL(256, 4000, 1, 0, DecayLaw.GEOMETRIC, 2, 2, Initialization.NORMAL),
  /**
   * Grey CIFAR-10 images of 32×32 pixels as signals of 1024: H 512, d 32, power law with exponent
   * 1. The published model keeps the exponent fixed: ask for no gradient of it.
   */
  IMAGE(512, 1024, 32, 0, DecayLaw.POWER, 1, 1, Initialization.NORMAL),
  /** Images of 32×32 pixels as signals of 1024: H 256, d 32, multiplier 2. */
  PATHFINDER(256, 1024, 32, 0, DecayLaw.GEOMETRIC, 2, 2, Initialization.NORMAL),
  /**
   * Images of 128×128 pixels as signals of 16384: H 256, d 64, initial scale 1, multipliers from 1
   * to 3, cosine initialization.
   */
  PATH_X(256, 16384, 64, 1, DecayLaw.GEOMETRIC, 1, 3, Initialization.COSINE);

  @SuppressWarnings(
      "ImmutableEnumChecker") // KernelSpec is immutable; it cannot say so without a dependency
  private final KernelSpec spec;

  LongRangeArena(
      int hidden,
      long maxLength,
      int kernelDim,
      int initScale,
      DecayLaw decay,
      double decayMin,
      double decayMax,
      Initialization initialization) {
    spec =
        KernelSpec.builder()
            .mode(ConvolutionMode.BIDIRECTIONAL)
            .hidden(hidden)
            .maxLength(maxLength)
            .kernelDim(kernelDim)
            .initScale(initScale)
            .decay(decay)
            .decayRange(decayMin, decayMax)
            .initialization(initialization)
            .build();
  }

  /** The kernel of one layer of the model. */
  public KernelSpec spec() {
    return spec;
  }
}
