package org.sgconv.kernel;

import org.sgconv.DecayLaw;
import org.sgconv.Initialization;
import org.sgconv.tensor.Tensor;

/** Fills new parameters as the published code does, from a seed. */
final class ParameterInitializer {

  private ParameterInitializer() {}

  /** Overwrites weights (S,C',H,d). */
  static void weights(KernelSpec spec, SeededNormals random, Tensor weights) {
    if (spec.initialization() == Initialization.COSINE) {
      cosines(spec, random, weights);
      return;
    }
    long count = weights.elementCount();
    for (long i = 0; i < count; i++) {
      weights.setFlat(i, random.nextNormal());
    }
  }

  /** Row h of a scale, before the rows are shuffled, is cos(linspace(0, 2πh, d)). */
  private static void cosines(KernelSpec spec, SeededNormals random, Tensor weights) {
    int hidden = spec.hidden();
    int dim = spec.kernelDim();
    long position = 0;
    for (int scale = 0; scale < spec.scales(); scale++) {
      int[] frequency = random.nextPermutation(hidden);
      for (int channel = 0; channel < spec.channels(); channel++) {
        for (int row = 0; row < hidden; row++) {
          double end = 2 * Math.PI * frequency[row];
          for (int j = 0; j < dim; j++) {
            double angle = dim == 1 ? 0 : end * j / (dim - 1);
            weights.setFlat(position++, StrictMath.cos(angle));
          }
        }
      }
    }
  }

  /** Overwrites decay (H): evenly spaced multipliers, or exponents drawn evenly from the range. */
  static void decay(KernelSpec spec, SeededNormals random, Tensor decay) {
    double min = spec.decayMin();
    double width = spec.decayMax() - min;
    int last = spec.hidden() - 1;
    for (int h = 0; h <= last; h++) {
      double place;
      if (spec.decay() == DecayLaw.POWER) {
        place = random.nextUniform();
      } else {
        place = last == 0 ? 0 : (double) h / last;
      }
      decay.setFlat(h, min + width * place);
    }
  }
}
