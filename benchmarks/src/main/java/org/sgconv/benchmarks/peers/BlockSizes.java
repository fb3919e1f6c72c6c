package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.sgconv.benchmarks.model.BenchmarkCase;

/**
 * Which transform an overlap-save is fastest with. A user who cares tries some: here each of a list
 * of sizes, on one thread and on all of them, on a part of the signals.
 */
final class BlockSizes {

  private static final int LEAST = 16;

  /** Transforms up to which small kernels try more than eight times their length. */
  private static final int LEAST_TRIED = 1 << 14;

  private static final long TRIAL_RESULTS = 1 << 20;
  private static final long TRIAL_NANOS = 100_000_000;

  /** In the first sweeps Java's compiler may not have come to a size yet. */
  private static final int SWEEPS = 3;

  private BlockSizes() {}

  /** Sizes to try. */
  static List<Integer> toTry(BenchmarkCase what, boolean powersOfTwo) {
    int kernel = Math.max(LEAST / 2, ceilingPowerOfTwo(what.shape().lags()));
    long whole = (long) what.shape().length() + what.shape().lags() - 1;
    int most = Math.max(8 * kernel, LEAST_TRIED);
    TreeSet<Integer> sizes = new TreeSet<>();
    for (int size = 2 * kernel; size <= most; size *= 2) {
      sizes.add(size);
      if (!powersOfTwo && size + size / 2 <= most) {
        sizes.add(size + size / 2);
      }
    }
    int all =
        Math.max(LEAST, powersOfTwo ? ceilingPowerOfTwo((int) whole) : FastLength.atLeast(whole));
    if (all <= most) {
      sizes.add(all);
      sizes.tailSet(all, false).clear();
    }
    return new ArrayList<>(sizes);
  }

  /** The least power of two that is at least {@code length}. */
  static int ceilingPowerOfTwo(int length) {
    return length <= 1 ? 1 : 2 * Integer.highestOneBit(length - 1);
  }

  /** The fastest of these sizes; {@code results} has room for all of them and is overwritten. */
  static BlockConvolution fastest(
      SignalInputs inputs,
      MemorySegment kernels,
      List<Integer> sizes,
      IntFunction<RowTransform> planner,
      List<RowPool> pools,
      MemorySegment results) {
    List<BlockConvolution> tried = new ArrayList<>();
    for (int size : sizes) {
      for (RowPool pool : pools) {
        tried.add(new BlockConvolution(inputs, kernels, planner.apply(size), pool));
      }
    }
    double[] nanos = new double[tried.size()];
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      for (int i = 0; i < nanos.length; i++) {
        double took = nanosOfResult(inputs.what(), tried.get(i), results);
        nanos[i] = sweep == 0 ? took : Math.min(nanos[i], took);
      }
    }
    int best = 0;
    for (int i = 1; i < nanos.length; i++) {
      best = nanos[i] < nanos[best] ? i : best;
    }
    BlockConvolution fastest = tried.remove(best);
    tried.forEach(BlockConvolution::close);
    return fastest;
  }

  /** Of the fastest call in a trial. */
  private static double nanosOfResult(
      BenchmarkCase what, BlockConvolution convolution, MemorySegment results) {
    int parts =
        (int)
            Math.min(
                convolution.parts(), Math.ceilDiv(TRIAL_RESULTS, convolution.resultsOfPart()) + 1);
    long start = System.nanoTime();
    long least = Long.MAX_VALUE;
    int calls = 0;
    while (calls < 2 || System.nanoTime() - start < TRIAL_NANOS) {
      long before = System.nanoTime();
      convolution.run(parts, null, results);
      least = Math.min(least, System.nanoTime() - before);
      calls++;
    }
    return (double) least / Math.min(what.results(), parts * convolution.resultsOfPart());
  }
}
