package org.sgconv.oracle;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/** Rows that {@link SignalClass} draws operands of. */
final class SignalRows {

  /** Taps of shift registers whose period is the longest, for 2 … 24 bits. */
  private static final int[] TAPS = {
    0x3, 0x6, 0xC, 0x14, 0x30, 0x60, 0xB8, 0x110, 0x240, 0x500, 0xE08, 0x1C80, 0x3802, 0x6000,
    0xD008, 0x12000, 0x20400, 0x72000, 0x90000, 0x140000, 0x300000, 0x420000, 0xE10000
  };

  private final RandomGenerator random;
  private final int length;

  SignalRows(RandomGenerator random, int length) {
    this.random = random;
    this.length = length;
  }

  int length() {
    return length;
  }

  /** Rows one after another. */
  double[] fill(int count, IntFunction<double[]> row) {
    double[] all = new double[Math.multiplyExact(count, length)];
    for (int r = 0; r < count; r++) {
      System.arraycopy(row.apply(r), 0, all, r * length, length);
    }
    return all;
  }

  private double[] empty() {
    return new double[length];
  }

  double[] normal() {
    double[] row = empty();
    Arrays.setAll(row, i -> random.nextGaussian());
    return row;
  }

  double[] uniform() {
    double[] row = empty();
    Arrays.setAll(row, i -> random.nextDouble(-1, 1));
    return row;
  }

  /** Impulses of random size and sign; two at one place add up. */
  double[] impulses(int... places) {
    double[] row = empty();
    for (int place : places) {
      row[place] += amplitude();
    }
    return row;
  }

  private double amplitude() {
    return random.nextDouble(0.5, 2) * (random.nextBoolean() ? 1 : -1);
  }

  int[] places(int count) {
    int[] places = new int[count];
    Arrays.setAll(places, i -> random.nextInt(length));
    return places;
  }

  /** Just before or at a multiple of a power of two, as large as the length at most. */
  int besideBlock() {
    int powers = Integer.SIZE - Integer.numberOfLeadingZeros(length);
    int block = 1 << random.nextInt(powers);
    int boundary = block * random.nextInt(1, length / block + 1);
    return Math.min(length - 1, boundary - random.nextInt(2));
  }

  double[] clicks() {
    double[] row = normal();
    for (int i = 0; i < length; i++) {
      row[i] *= 1e-3;
    }
    for (int place : places(3)) {
      row[place] += amplitude();
    }
    return row;
  }

  /** ±1 from a shift register whose period is the shortest that is not below the length. */
  double[] maximumLength() {
    int bits = Math.clamp(Integer.SIZE - Integer.numberOfLeadingZeros(length), 2, 24);
    int period = (1 << bits) - 1;
    int state = random.nextInt(1, period + 1);
    double[] row = empty();
    for (int i = 0; i < length; i++) {
      row[i] = (state & 1) == 0 ? -1 : 1;
      state = (state >>> 1) ^ (-(state & 1) & TAPS[bits - 2]);
    }
    return row;
  }

  /** Near half the sample rate. */
  double[] tone() {
    double step = Math.PI * random.nextDouble(0.7, 0.95);
    double phase = random.nextDouble(2 * Math.PI);
    double[] row = empty();
    Arrays.setAll(row, i -> Math.sin(step * i + phase));
    return row;
  }

  /**
   * A Gaussian that passes what is far below {@link #tone}, with unit sum.
   *
   * @param backward whether it is the half at lags −1, −2, … of one around lag 0
   */
  double[] lowPass(boolean backward) {
    double width = Math.max(1, Math.min(length / 12.0, 40));
    double center = backward ? -1 : Math.min(6 * width, length / 2.0);
    double[] row = empty();
    for (int i = 0; i < length; i++) {
      double distance = (i - center) / width;
      row[i] = Math.exp(-distance * distance / 2) / (width * Math.sqrt(2 * Math.PI));
    }
    return row;
  }

  double[] constant() {
    double[] row = empty();
    Arrays.fill(row, amplitude());
    return row;
  }

  /** Pairs of opposite values: it leaves nothing of a constant beyond its last lag. */
  double[] differences() {
    double[] row = empty();
    for (int pair = 0; pair < 5; pair++) {
      double value = amplitude();
      row[random.nextInt(Math.max(1, length / 4))] += value;
      row[random.nextInt(Math.max(1, length / 4))] -= value;
    }
    return row;
  }

  /** Noise that decays by this many orders of magnitude. */
  double[] decaying(double orders) {
    double rate = orders * Math.log(10) / length;
    double[] row = normal();
    for (int i = 0; i < length; i++) {
      row[i] *= Math.exp(-rate * i);
    }
    return row;
  }

  /** Harmonics of a gliding pitch under an envelope of syllables, silence between them. */
  double[] speech() {
    double syllables = random.nextDouble(2, 7);
    double pitch = random.nextDouble(0.004, 0.02);
    double glide = random.nextDouble(-0.3, 0.3);
    double[] row = empty();
    double[] phases = new double[12];
    Arrays.setAll(phases, i -> random.nextDouble(2 * Math.PI));
    for (int i = 0; i < length; i++) {
      double at = (double) i / length;
      double envelope = Math.max(0, Math.sin(2 * Math.PI * syllables * at));
      double turn = 2 * Math.PI * pitch * i * (1 + glide * at / 2);
      double voice = 0.05 * random.nextGaussian();
      for (int harmonic = 1; harmonic <= phases.length; harmonic++) {
        voice += Math.sin(harmonic * turn + phases[harmonic - 1]) / harmonic;
      }
      row[i] = envelope * envelope * voice;
    }
    return row;
  }
}
