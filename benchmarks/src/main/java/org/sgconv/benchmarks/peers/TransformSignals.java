package org.sgconv.benchmarks.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;

/**
 * Convolution or normalized correlation through any real transform. Templates have their mean
 * removed, so that those of the windows need not be, and are divided by their norms; the norms of
 * the windows come from running sums in float64.
 */
final class TransformSignals implements SignalPeer {

  private static final long ALIGNMENT = 64;

  /** Results from which on more than one thread is always worth it. */
  private static final long MOST_FOR_ONE_THREAD = 1 << 17;

  /** Windows whose running sums are begun anew, so that threads can share a signal. */
  private static final int WINDOWS = 1 << 16;

  private final Arena arena = Arena.ofShared();
  private final SignalInputs inputs;
  private final BenchmarkCase what;
  private final RowPool pool;
  private final RowPool alone = new RowPool(1);
  private final MemorySegment results;
  private final @Nullable MemorySegment factors;
  private final BlockConvolution blocks;

  /**
   * Plans by trying sizes.
   *
   * @param sizes of transforms to try
   * @param planner of a transform of a size
   */
  TransformSignals(
      SignalInputs inputs, List<Integer> sizes, IntFunction<RowTransform> planner, int threads) {
    this.inputs = inputs;
    this.what = inputs.what();
    this.pool = new RowPool(threads);
    this.results = values(what.results());
    boolean correlation = what.operation() == Operation.CORRELATE;
    this.factors = correlation ? values((long) what.inputRows() * what.outputLength()) : null;
    List<RowPool> pools =
        threads > 1 && what.results() <= MOST_FOR_ONE_THREAD ? List.of(alone, pool) : List.of(pool);
    MemorySegment kernels = correlation ? reversedTemplates() : inputs.kernels();
    this.blocks = BlockSizes.fastest(inputs, kernels, sizes, planner, pools, results);
  }

  private MemorySegment values(long count) {
    return arena.allocate(count * what.type().byteSize(), ALIGNMENT);
  }

  private MemorySegment reversedTemplates() {
    MemorySegment kernels = values(what.shape().kernelSize());
    for (int h = 0; h < what.shape().hidden(); h++) {
      double[] template = CenteredTemplate.of(inputs.kernel(h));
      for (int i = 0; i < template.length; i++) {
        set(kernels, (long) (h + 1) * template.length - 1 - i, template[i]);
      }
    }
    return kernels;
  }

  private void set(MemorySegment to, long index, double value) {
    switch (what.type()) {
      case FLOAT64 -> to.setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
      default -> to.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
    }
  }

  @Override
  public void run() {
    MemorySegment norms = factors;
    if (norms != null) {
      int pieces = Math.ceilDiv(what.outputLength(), WINDOWS);
      pool.run(
          what.inputRows() * pieces,
          (thread, part) -> windows(norms, part / pieces, part % pieces * WINDOWS));
    }
    blocks.run(blocks.parts(), norms, results);
  }

  /** One over the norm of each window of a piece of a signal, its mean removed. */
  private void windows(MemorySegment norms, int row, int start) {
    int lags = what.shape().lags();
    int end = Math.min(what.outputLength(), start + WINDOWS);
    long at = (long) row * what.shape().length();
    double sum = 0;
    double squares = 0;
    for (int i = start; i < start + lags; i++) {
      double value = sample(at + i);
      sum += value;
      squares += value * value;
    }
    for (int t = start; t < end; t++) {
      double energy = squares - sum * sum / lags;
      set(norms, (long) row * what.outputLength() + t, energy > 0 ? 1 / Math.sqrt(energy) : 0);
      if (t + 1 < end) {
        double leaving = sample(at + t);
        double entering = sample(at + t + lags);
        sum += entering - leaving;
        squares += entering * entering - leaving * leaving;
      }
    }
  }

  private double sample(long index) {
    return switch (what.type()) {
      case FLOAT64 -> inputs.signals().getAtIndex(ValueLayout.JAVA_DOUBLE, index);
      default -> inputs.signals().getAtIndex(ValueLayout.JAVA_FLOAT, index);
    };
  }

  @Override
  public MemorySegment result() {
    return results;
  }

  @Override
  public void close() {
    blocks.close();
    pool.close();
    alone.close();
    arena.close();
  }
}
