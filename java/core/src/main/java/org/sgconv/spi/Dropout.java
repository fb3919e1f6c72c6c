package org.sgconv.spi;

import org.sgconv.InvalidArgumentException;

/**
 * Which elements a dropout leaves out: a function of these numbers and of an element's position, so
 * that a backward pass draws the mask again instead of keeping it, and every backend and number of
 * threads has the same one.
 *
 * <p>Element e takes word {@code e mod 4} of Philox4x32-10 (Salmon et al., "Parallel random
 * numbers: as easy as 1, 2, 3", 2011) with the counter (low and high half of {@code ⌊e/4⌋}, low and
 * high half of the step) and the key (seed, site). It becomes 0 if the word, as an unsigned number,
 * is below {@code ⌊p·2^32⌋}, and else is multiplied by {@code 1/(1−p)}. Where rows are tied, e is
 * the number of the row.
 *
 * @param probability p, from 0 to below 1; 0 changes nothing
 * @param seed of the whole training: any 32 bits
 * @param site which dropout of the model
 * @param step which forward pass, at least 0
 * @since 0.1.0
 */
public record Dropout(double probability, int seed, int site, long step) {

  /** Leaves nothing out. */
  public static final Dropout NONE = new Dropout(0, 0, 0, 0);

  /**
   * Checks the values.
   *
   * @throws InvalidArgumentException if one is out of range
   */
  public Dropout {
    if (!(probability >= 0 && probability < 1)) {
      throw new InvalidArgumentException(
          "the probability of a dropout is " + probability + ": must be from 0 to below 1");
    }
    if (step < 0) {
      throw new InvalidArgumentException("the step of a dropout is " + step + ": must be ≥ 0");
    }
  }

  /** Whether there is anything to do. */
  public boolean isActive() {
    return probability > 0;
  }
}
