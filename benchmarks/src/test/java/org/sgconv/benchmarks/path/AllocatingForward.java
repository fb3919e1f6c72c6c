package org.sgconv.benchmarks.path;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.cli.report.Median;
import org.sgconv.conv.Gates;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.Tensor;

/**
 * A program: what a forward call into a new tensor, and closing that, costs over one into a given
 * tensor. The two take turns, each timed alone; the ratio is the median over pairs
 * (docs/performance.md).
 */
final class AllocatingForward {

  private static final int BATCH = 8;
  private static final int HIDDEN = 64;
  private static final int[] LENGTHS = {256, 1024, 4096, 16_384, 65_536};
  private static final double SECONDS = 4;

  private AllocatingForward() {}

  /** The name of a backend; cpu without one. */
  public static void main(String[] args) {
    Backend backend = Backends.named(args.length > 0 ? args[0] : "cpu");
    System.out.printf("%s%n     L   into ms   allocating ms   ratio%n", backend);
    for (int length : LENGTHS) {
      measure(backend, length);
    }
  }

  private static void measure(Backend backend, int length) {
    try (LongConvolution convolution =
            LongConvolution.create(backend, ConvolutionMode.CAUSAL, 1, HIDDEN, length);
        Tensor kernel = noise(backend, 1, length);
        KernelSpectrum spectrum = convolution.prepare(kernel);
        Tensor u = noise(backend, BATCH, length);
        Tensor y = noise(backend, BATCH, length)) {
      Gates none = Gates.none();
      Runnable into = () -> convolution.forward(spectrum, u, none, y);
      Runnable allocating = () -> convolution.forward(spectrum, u).close();
      pairs(into, allocating, SECONDS / 2); // compiles both
      List<double[]> pairs = pairs(into, allocating, SECONDS);
      System.out.printf(
          Locale.ROOT,
          "%6d  %8.3f  %14.3f  %6.2f%n",
          length,
          median(pairs, 0),
          median(pairs, 1),
          Median.of(pairs.stream().mapToDouble(pair -> pair[1] / pair[0]).toArray()));
    }
  }

  private static double median(List<double[]> pairs, int which) {
    return Median.of(pairs.stream().mapToDouble(pair -> pair[which]).toArray());
  }

  /** Milliseconds of the first and the second, in turns. */
  private static List<double[]> pairs(Runnable first, Runnable second, double seconds) {
    List<double[]> pairs = new ArrayList<>();
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      pairs.add(new double[] {milliseconds(first), milliseconds(second)});
    }
    return pairs;
  }

  private static double milliseconds(Runnable call) {
    long start = System.nanoTime();
    call.run();
    return (System.nanoTime() - start) / 1e6;
  }

  private static Tensor noise(Backend backend, int rows, int length) {
    SplittableRandom random = new SplittableRandom(5);
    float[] values = new float[rows * HIDDEN * length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(backend, values, rows, HIDDEN, length);
  }
}
