package org.sgconv.kernel;

/**
 * Random numbers that are the same for a seed on every platform and JDK: SplitMix64 (Steele, Lea
 * and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014) and the Box–Muller
 * transform over {@link StrictMath}. The JDK promises neither of its own algorithms across
 * versions.
 *
 * <p>For one thread.
 *
 * @since 0.1.0
 */
public final class SeededNormals {

  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;
  private double spare;
  private boolean hasSpare;

  /** Those of a seed, from the first. */
  public SeededNormals(long seed) {
    state = seed;
  }

  /** 64 random bits. */
  public long nextBits() {
    state += GOLDEN_GAMMA;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Uniform in [0, 1), a multiple of 2^−53. */
  public double nextUniform() {
    return (nextBits() >>> 11) * 0x1p-53;
  }

  /** Standard normal. */
  public double nextNormal() {
    if (hasSpare) {
      hasSpare = false;
      return spare;
    }
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextUniform()));
    double angle = 2 * Math.PI * nextUniform();
    spare = radius * StrictMath.sin(angle);
    hasSpare = true;
    return radius * StrictMath.cos(angle);
  }

  /** A random order of 0 … count−1 (Fisher–Yates). */
  int[] nextPermutation(int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      // Rounding down a product of 53 random bits favours no index by more than count·2^−53.
      int j = (int) (nextUniform() * (i + 1));
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
