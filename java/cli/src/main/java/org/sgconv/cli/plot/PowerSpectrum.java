package org.sgconv.cli.plot;

/**
 * Power over frequency, averaged over bands of a twelfth of an octave, which is how a logarithmic
 * axis wants it. For plots only: convolutions are computed by the library.
 */
public final class PowerSpectrum {

  private static final int BANDS_PER_OCTAVE = 12;

  /** 2^15 samples: 0.7 s at 48 kHz. */
  private static final int WELCH_SAMPLES = 1 << 15;

  private final double[] power;

  private PowerSpectrum(double[] power) {
    this.power = power;
  }

  /** Mean over half-overlapping segments under a Hann window (Welch): for signals that go on. */
  public static PowerSpectrum ofSignal(float[] signal) {
    int size = Math.min(WELCH_SAMPLES, transformSize(signal.length));
    double[] sum = new double[size / 2 + 1];
    int segments = 0;
    for (int from = 0; from == 0 || from + size / 2 < signal.length; from += size / 2) {
      double[] real = new double[size];
      for (int i = 0; i < size && from + i < signal.length; i++) {
        real[i] = signal[from + i] * (0.5 - 0.5 * Math.cos(2 * Math.PI * (i + 0.5) / size));
      }
      add(real, sum);
      segments++;
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] /= segments;
    }
    return new PowerSpectrum(sum);
  }

  /** Squared magnitude of the frequency response: for a kernel, which starts and ends. */
  public static PowerSpectrum ofResponse(float[] kernel) {
    int size = transformSize(kernel.length);
    double[] real = new double[size];
    for (int i = 0; i < kernel.length; i++) {
      real[i] = kernel[i];
    }
    double[] sum = new double[size / 2 + 1];
    add(real, sum);
    return new PowerSpectrum(sum);
  }

  /**
   * Mean power in dB of each band of a twelfth of an octave, from the second bin up.
   *
   * @param sampleRate samples per unit of time; x is a frequency in its inverse
   */
  public Curve inBands(double sampleRate) {
    double step = sampleRate / (2.0 * (power.length - 1));
    return OctaveBands.levels(bin -> power[bin], power.length, BANDS_PER_OCTAVE, step);
  }

  /** Smallest power of two that holds the signal, at least 2. */
  private static int transformSize(int length) {
    return Math.max(2, Integer.highestOneBit(Math.max(1, length - 1)) << 1);
  }

  private static void add(double[] real, double[] sum) {
    double[] imaginary = new double[real.length];
    transform(real, imaginary);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += real[i] * real[i] + imaginary[i] * imaginary[i];
    }
  }

  /** Radix-2 decimation in frequency, then bit reversal. */
  private static void transform(double[] re, double[] im) {
    int n = re.length;
    for (int half = n / 2; half >= 1; half /= 2) {
      for (int k = 0; k < half; k++) {
        double cos = Math.cos(Math.PI * k / half);
        double sin = -Math.sin(Math.PI * k / half);
        for (int i = k; i < n; i += 2 * half) {
          int j = i + half;
          double r = re[i] - re[j];
          double s = im[i] - im[j];
          re[i] += re[j];
          im[i] += im[j];
          re[j] = r * cos - s * sin;
          im[j] = r * sin + s * cos;
        }
      }
    }
    int shift = Integer.numberOfLeadingZeros(n) + 1;
    for (int i = 0; i < n; i++) {
      int j = n == 1 ? 0 : Integer.reverse(i) >>> shift;
      if (i < j) {
        swap(re, i, j);
        swap(im, i, j);
      }
    }
  }

  private static void swap(double[] values, int i, int j) {
    double value = values[i];
    values[i] = values[j];
    values[j] = value;
  }
}
