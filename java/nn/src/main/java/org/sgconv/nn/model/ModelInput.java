package org.sgconv.nn.model;

import java.util.Optional;
import org.sgconv.conv.RowLengths;

/**
 * A batch of examples for a {@link SequenceModel}.
 *
 * @since 0.1.0
 */
public sealed interface ModelInput permits TokenBatch, SignalBatch {

  /** B. */
  long batch();

  /** L. */
  long length();

  /**
   * How many positions of each row the decoder looks at, or empty for all. Nothing else knows of
   * them: padding is convolved and counted by norms like everything else, as in the published code.
   */
  Optional<RowLengths> lengths();
}
