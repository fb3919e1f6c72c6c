package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import org.jtransforms.fft.FloatFFT_1D;
import org.sgconv.tensor.DType;
import pl.edu.icm.jlargearrays.ConcurrencyUtils;

/** JTransforms, single precision. Its plan is read-only, so the threads share it. */
final class JTransformsTransform implements RowTransform {

  private final int size;
  private final FloatFFT_1D plan;
  private final float gain;

  /**
   * A transform.
   *
   * @param threads within a row; 1 where rows are spread over threads outside
   */
  JTransformsTransform(int size, int threads) {
    ConcurrencyUtils.setNumberOfThreads(threads);
    this.size = size;
    this.plan = new FloatFFT_1D(size);
    this.gain = measureGain();
  }

  @Override
  public TransformRow newRow() {
    return new Row(plan, size);
  }

  @Override
  public DType type() {
    return DType.FLOAT32;
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
  private float measureGain() {
    float[] impulse = new float[size];
    impulse[0] = 1f;
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

    private final FloatFFT_1D plan;
    private final float[] samples;
    private final MemorySegment values;

    Row(FloatFFT_1D plan, int size) {
      this.plan = plan;
      this.samples = new float[size];
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
