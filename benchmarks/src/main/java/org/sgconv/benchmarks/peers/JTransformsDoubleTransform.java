package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import org.jtransforms.fft.DoubleFFT_1D;
import org.sgconv.tensor.DType;
import pl.edu.icm.jlargearrays.ConcurrencyUtils;

/** JTransforms, double precision. Its plan is read-only, so the threads share it. */
final class JTransformsDoubleTransform implements RowTransform {

  private final int size;
  private final DoubleFFT_1D plan;
  private final double gain;

  /**
   * A transform.
   *
   * @param threads within a row; 1 where rows are spread over threads outside
   */
  JTransformsDoubleTransform(int size, int threads) {
    ConcurrencyUtils.setNumberOfThreads(threads);
    this.size = size;
    this.plan = new DoubleFFT_1D(size);
    this.gain = measureGain();
  }

  @Override
  public TransformRow newRow() {
    return new Row(plan, size);
  }

  @Override
  public DType type() {
    return DType.FLOAT64;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean packed() {
    return true;
  }

  /** Unscaled inverses differ by a factor of two between the library's algorithms. */
  private double measureGain() {
    double[] impulse = new double[size];
    impulse[0] = 1;
    plan.realForward(impulse);
    plan.realInverse(impulse, false);
    return impulse[0];
  }

  @Override
  public double gain() {
    return gain;
  }

  @Override
  public void close() {}

  private static final class Row implements TransformRow {

    private final DoubleFFT_1D plan;
    private final double[] samples;
    private final MemorySegment values;

    Row(DoubleFFT_1D plan, int size) {
      this.plan = plan;
      this.samples = new double[size];
      this.values = MemorySegment.ofArray(samples);
    }

    @Override
    public MemorySegment values() {
      return values;
    }

    @Override
    public void forward() {
      plan.realForward(samples);
    }

    @Override
    public void inverse() {
      plan.realInverse(samples, false);
    }
  }
}
