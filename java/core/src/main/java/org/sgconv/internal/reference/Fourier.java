package org.sgconv.internal.reference;

/**
 * Complex discrete Fourier transform of a power-of-two size N in float64, real and imaginary parts
 * in separate arrays.
 *
 * <p>Decimation in time, radix 2, depth first so that long transforms stay in cache. Every twiddle
 * factor comes from its own sine and cosine: the error grows like log N, not like N.
 */
final class Fourier {

  private final int size;
  // Entry m + j, 0 ≤ j < m, is exp(−πi·j/m): what the butterflies of span 2m use, in order.
  private final double[] cosines;
  private final double[] sines;

  /** Prepares transforms of {@code size}, a power of two. */
  Fourier(int size) {
    if (Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException("transform size " + size + " is not a power of two");
    }
    this.size = size;
    cosines = new double[size];
    sines = new double[size];
    for (int half = 1; half < size; half *= 2) {
      for (int j = 0; j < half; j++) {
        double angle = -Math.PI * j / half;
        cosines[half + j] = Math.cos(angle);
        sines[half + j] = Math.sin(angle);
      }
    }
  }

  int size() {
    return size;
  }

  /** In place: X[k] = Σ_n x[n]·exp(−2πi·k·n/N). */
  void forward(double[] re, double[] im) {
    reverseBits(re);
    reverseBits(im);
    combine(re, im, 0, size);
  }

  /** In place: x[n] = (1/N)·Σ_k X[k]·exp(2πi·k·n/N). */
  void inverse(double[] re, double[] im) {
    // Swapping the parts conjugates, up to a factor i that the second swap takes back.
    forward(im, re);
    for (int i = 0; i < size; i++) {
      re[i] /= size;
      im[i] /= size;
    }
  }

  private void reverseBits(double[] values) {
    int shift = Integer.numberOfLeadingZeros(size) + 1;
    for (int i = 0; i < size && shift < Integer.SIZE; i++) {
      int j = Integer.reverse(i) >>> shift;
      if (i < j) {
        double held = values[i];
        values[i] = values[j];
        values[j] = held;
      }
    }
  }

  /**
   * Transforms the {@code span} values from {@code start}, whose halves hold even and odd terms.
   */
  private void combine(double[] re, double[] im, int start, int span) {
    if (span == 1) {
      return;
    }
    int half = span / 2;
    combine(re, im, start, half);
    combine(re, im, start + half, half);
    for (int j = 0; j < half; j++) {
      double c = cosines[half + j];
      double s = sines[half + j];
      int even = start + j;
      int odd = even + half;
      double oddRe = c * re[odd] - s * im[odd];
      double oddIm = c * im[odd] + s * re[odd];
      re[odd] = re[even] - oddRe;
      im[odd] = im[even] - oddIm;
      re[even] += oddRe;
      im[even] += oddIm;
    }
  }
}
