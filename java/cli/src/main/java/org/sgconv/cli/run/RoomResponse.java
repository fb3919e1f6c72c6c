package org.sgconv.cli.run;

import java.util.SplittableRandom;

/**
 * A response that no room has, so that there is one to try: stereo, 1.2 s long, made for any sample
 * rate from one seed. The direct sound, six early reflections a side within 45 ms, and from 12 ms
 * on noise that falls by 60 dB in 1.1 s below 2 kHz and in 0.45 s above.
 */
final class RoomResponse {

  private static final long SEED = 20_261_127;
  private static final double SECONDS = 1.2;

  /** When the noise begins. */
  private static final double DIFFUSE = 0.012;

  /** The noise against the direct sound of 1: rms at its beginning, at 48 kHz. */
  private static final double DIFFUSE_LEVEL = 0.03;

  private static final double REFERENCE_RATE = 48_000;
  private static final double CROSSOVER_HERTZ = 2000;
  private static final double LOW_SECONDS = 1.1;
  private static final double HIGH_SECONDS = 0.45;

  /** Times in ms and factors of what comes back from walls, left and right. */
  private static final double[][][] REFLECTIONS = {
    {{7.1, 0.52}, {11.3, -0.37}, {17.9, 0.33}, {23.6, 0.24}, {31.7, -0.19}, {42.2, 0.15}},
    {{8.4, 0.49}, {12.9, 0.36}, {16.1, -0.31}, {25.3, 0.25}, {33.4, 0.18}, {44.8, -0.14}},
  };

  private RoomResponse() {}

  /** Samples of each of its channels. */
  static long length(int sampleRate) {
    return Math.max(1, (long) (SECONDS * sampleRate));
  }

  /** Left and right. */
  static float[][] at(int sampleRate) {
    SplittableRandom random = new SplittableRandom(SEED);
    float[][] channels = new float[2][];
    for (int c = 0; c < channels.length; c++) {
      double[] samples = diffuse(random.split(), sampleRate);
      samples[0] += 1;
      for (double[] reflection : REFLECTIONS[c]) {
        int at = (int) Math.round(reflection[0] * 1e-3 * sampleRate);
        if (at < samples.length) {
          samples[at] += reflection[1];
        }
      }
      channels[c] = new float[samples.length];
      for (int i = 0; i < samples.length; i++) {
        channels[c][i] = (float) samples[i];
      }
    }
    return channels;
  }

  private static double[] diffuse(SplittableRandom random, int sampleRate) {
    double[] samples = new double[Math.toIntExact(length(sampleRate))];
    // As many samples a second as the rate says: their sum over a time is to be the same at each.
    double level = DIFFUSE_LEVEL * Math.sqrt(3) * Math.sqrt(REFERENCE_RATE / sampleRate);
    double smoothing = Math.exp(-2 * Math.PI * CROSSOVER_HERTZ / sampleRate);
    double low = 0;
    for (int i = (int) Math.ceil(DIFFUSE * sampleRate); i < samples.length; i++) {
      double noise = level * random.nextDouble(-1, 1);
      low = smoothing * low + (1 - smoothing) * noise;
      double seconds = i / (double) sampleRate;
      samples[i] =
          low * Math.pow(10, -3 * seconds / LOW_SECONDS)
              + (noise - low) * Math.pow(10, -3 * seconds / HIGH_SECONDS);
    }
    return samples;
  }
}
