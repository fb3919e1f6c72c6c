package org.sgconv.cli.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.Interpolation;
import org.sgconv.conv.RowLengths;
import org.sgconv.oracle.SignalClass;

/** The cases of a sweep: lengths around everything that an implementation might treat apart. */
public final class Sweep {

  /** Powers of two and their neighbours, primes, products of small and of large factors. */
  private static final int[] LENGTHS = {
    1, 2, 3, 5, 17, 255, 256, 257, 997, 1000, 1024, 4095, 4096, 4097, 14113, 65536, 1_000_000
  };

  private static final int QUICK_LENGTH = 4097;

  /** Direct sums, and transforms of several depths that rows fill and do not fill. */
  private static final int[] SIGNAL_LENGTHS = {17, 256, 1000, 4097, 14113, 65536};

  /** Of longer signals no longer kernels: their lags are cut, at any length, and take memory. */
  private static final int MOST_OUTLASTED = 1_000_000;

  /** A deviation of a few values says little: short signals come in many rows. */
  private static final int LEAST_ELEMENTS = 96;

  private Sweep() {}

  /**
   * Every mode with every length, every class of signals, and every kind of kernel; numbers of rows
   * are drawn, and so are kernels of other lengths than the signals, and rows of several lengths.
   *
   * @param quick without the longest lengths
   */
  public static List<VerifyCase> cases(long seed, boolean quick) {
    SplittableRandom random = new SplittableRandom(seed);
    List<VerifyCase> cases = new ArrayList<>();
    for (ConvolutionMode mode : ConvolutionMode.values()) {
      for (int length : LENGTHS) {
        if (!quick || length <= QUICK_LENGTH) {
          addConvolutions(mode, length, random, cases);
        }
      }
    }
    for (SignalClass signals : SignalClass.values()) {
      for (int length : SIGNAL_LENGTHS) {
        if (signals != SignalClass.UNIFORM && (!quick || length <= QUICK_LENGTH)) {
          addSignals(signals, length, random, cases);
        }
      }
    }
    for (Composition composition : Composition.values()) {
      for (Interpolation interpolation : Interpolation.values()) {
        for (DecayLaw decay : DecayLaw.values()) {
          addKernels(composition, interpolation, decay, random, cases);
        }
      }
    }
    return cases;
  }

  /** Every mode at these lengths with these classes of signals, and no kernels. */
  public static List<VerifyCase> cases(
      long seed, Collection<SignalClass> signals, Collection<Integer> lengths) {
    SplittableRandom random = new SplittableRandom(seed);
    List<VerifyCase> cases = new ArrayList<>();
    for (SignalClass each : signals) {
      for (int length : lengths) {
        addSignals(each, length, random, cases);
      }
    }
    return cases;
  }

  /** Lengths that the classes of signals are tried at where nobody names others. */
  public static List<Integer> signalLengths() {
    return Arrays.stream(SIGNAL_LENGTHS).boxed().toList();
  }

  /**
   * At least two rows of a batch, so that they can cancel. What is made of one length, such as a
   * tone in a kernel's stop band, keeps it.
   */
  private static void addSignals(
      SignalClass signals, int length, SplittableRandom random, List<VerifyCase> cases) {
    int most = length > 100_000 ? 1 : 2;
    for (ConvolutionMode mode : ConvolutionMode.values()) {
      int batch = 2 + random.nextInt(most);
      int hidden = 1 + random.nextInt(most);
      int heads = 1 + random.nextInt(most);
      boolean other = random.nextBoolean() && signals.takesGates();
      boolean ragged = random.nextInt(3) == 0 && signals.takesGates();
      cases.add(
          new SignalCase(
              mode,
              batch,
              hidden,
              heads,
              length,
              other ? kernelLength(mode, length, random) : length,
              ragged ? rows(mode, batch, length, random) : null,
              signals));
    }
  }

  private static void addConvolutions(
      ConvolutionMode mode, int length, SplittableRandom random, List<VerifyCase> cases) {
    // Enough rows to meet odd and even counts where they are cheap, few where they are not.
    int count = length > 100_000 ? 1 : length > 5000 ? 2 : 3;
    int most = length > 100_000 ? 2 : length > 5000 ? 3 : 5;
    int rows = Math.ceilDiv(LEAST_ELEMENTS, length);
    for (int i = 0; i <= count; i++) {
      int batch = random.nextInt(1, most + 1);
      int hidden = Math.max(rows, random.nextInt(1, most + 1));
      int heads = random.nextInt(1, Math.min(3, most) + 1);
      boolean plain = i < count;
      cases.add(
          new SignalCase(
              mode,
              batch,
              hidden,
              heads,
              length,
              plain ? length : kernelLength(mode, length, random),
              plain ? null : rows(mode, batch, length, random),
              SignalClass.UNIFORM));
    }
  }

  /**
   * K: a few lags, about a third of L, or one of the lengths around L; in the circular mode to L.
   */
  private static int kernelLength(ConvolutionMode mode, int length, SplittableRandom random) {
    long[] lags = {1, 2, length / 3, length - 1, length, length + 1L, 2L * length};
    boolean longer = mode != ConvolutionMode.CIRCULAR && length <= MOST_OUTLASTED;
    return Math.clamp(lags[random.nextInt(lags.length)], 1, longer ? 2 * length : length);
  }

  /** Lengths from 1 to L for each row of the batch, which a circular convolution has not. */
  private static @Nullable RowLengths rows(
      ConvolutionMode mode, int batch, int length, SplittableRandom random) {
    if (mode == ConvolutionMode.CIRCULAR) {
      return null;
    }
    long[] rows = new long[batch];
    Arrays.setAll(rows, row -> random.nextInt(4) == 0 ? length : 1 + random.nextInt(length));
    return RowLengths.of(rows);
  }

  private static void addKernels(
      Composition composition,
      Interpolation interpolation,
      DecayLaw decay,
      SplittableRandom random,
      List<VerifyCase> cases) {
    int[] dims = {1, 2, 5, 32, 64};
    for (int dim : dims) {
      int scales = random.nextInt(1, 8);
      int initScale = random.nextInt(0, 3);
      long full = (long) dim << (scales - 1 + initScale);
      int hidden = random.nextInt(24, 33);
      long[] lengths = {Math.max(1, full / 2 + random.nextInt(3)), full, full + 3};
      for (long length : lengths) {
        cases.add(
            new KernelCase(
                composition,
                interpolation,
                decay,
                dim,
                scales,
                initScale,
                random.nextInt(1, 4),
                hidden,
                length));
      }
    }
  }
}
