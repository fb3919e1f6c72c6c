package org.sgconv.benchmarks.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;

/** Signals and kernels of a case, in its type in native memory, a pure function of the seed. */
public final class SignalInputs implements AutoCloseable {

  private final Arena arena = Arena.ofShared();
  private final BenchmarkCase what;
  private final MemorySegment signals;
  private final MemorySegment kernels;

  /** Draws signals from [-1, 1) and kernels from [-1, 1)/√K. */
  public SignalInputs(BenchmarkCase what, long seed) {
    this.what = what;
    signals =
        RandomValues.uniform(
            arena, what.type(), (long) what.inputRows() * what.shape().length(), seed, 1.0);
    kernels =
        RandomValues.uniform(
            arena,
            what.type(),
            what.shape().kernelSize(),
            seed + 1,
            1.0 / Math.sqrt(what.shape().lags()));
  }

  /** The extents and what is to be done with them. */
  public BenchmarkCase what() {
    return what;
  }

  /** Signals, one of L samples after another. */
  public MemorySegment signals() {
    return signals;
  }

  /** Kernels (H,K). */
  public MemorySegment kernels() {
    return kernels;
  }

  /** Which signal a result is of. */
  public int signalOf(int outputRow) {
    return what.operation() == Operation.CORRELATE ? outputRow / what.shape().hidden() : outputRow;
  }

  /** Which kernel a result is of. */
  public int kernelOf(int outputRow) {
    return outputRow % what.shape().hidden();
  }

  /** A copy of one signal in float64. */
  public double[] signal(int row) {
    return row(signals, row, what.shape().length());
  }

  /** A copy of one kernel in float64. */
  public double[] kernel(int row) {
    return row(kernels, row, what.shape().lags());
  }

  private double[] row(MemorySegment from, int row, int length) {
    return WideValues.of(from, what.type(), (long) row * length, length);
  }

  @Override
  public void close() {
    arena.close();
  }
}
