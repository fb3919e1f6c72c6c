package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import org.sgconv.bindings.common.sgconv_dropout;

/**
 * {@code sgconv_dropout}: which elements, or rows, are left out.
 *
 * @param probability from 0 to below 1; 0 changes nothing
 */
public record DropoutRule(double probability, int seed, int site, long step) {

  /** Leaves nothing out. */
  public static final DropoutRule NONE = new DropoutRule(0, 0, 0, 0);

  /** Checks the probability. */
  public DropoutRule {
    if (!(probability >= 0 && probability < 1)) {
      throw new IllegalArgumentException(
          "probability is " + probability + ", expected from 0 to below 1");
    }
  }

  /** Writes the rule and returns the struct; NULL if nothing is left out. */
  MemorySegment orNull(MemorySegment struct) {
    if (probability == 0) {
      return MemorySegment.NULL;
    }
    write(struct);
    return struct;
  }

  void write(MemorySegment struct) {
    sgconv_dropout.probability(struct, probability);
    sgconv_dropout.seed(struct, seed);
    sgconv_dropout.site(struct, site);
    sgconv_dropout.step(struct, step);
  }
}
