package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import org.sgconv.kernel.KernelSpec;

/**
 * The synthesis as loops over float arrays that the just-in-time compiler can vectorize: decay and
 * norm scale the few weights, not the many samples, and between two weights the samples are a ramp.
 */
final class PlainJavaSynthesis implements SynthesisPeer {

  private static final int SUMS = 8;

  private final KernelSpec spec;
  private final int length;
  private final RowPool pool;
  private final float[] weights;
  private final float[] gradient;
  private final float[] kernel;
  private final float[] weightGradient;

  /** (S,H). */
  private final float[] coefficients;

  /** A scale's interpolation weights (r+½)/f for r = 0..f-1. */
  private final float[][] ramps;

  PlainJavaSynthesis(SynthesisInputs inputs, int threads) {
    spec = inputs.parameters().spec();
    length = inputs.length();
    pool = new RowPool(threads);
    weights = inputs.parameters().weights().toFloatArray();
    gradient = inputs.kernelGradient().toFloatArray();
    kernel = new float[gradient.length];
    weightGradient = new float[weights.length];
    coefficients = inputs.coefficients();
    ramps = new float[spec.scales()][];
    for (int i = 0; i < spec.scales(); i++) {
      int factor = Math.toIntExact(spec.factor(i));
      ramps[i] = new float[factor];
      for (int r = 0; r < factor; r++) {
        ramps[i][r] = (r + 0.5f) / factor;
      }
    }
  }

  /** What is done with one scale of a row. */
  private interface ScaleStep {
    /**
     * Does it.
     *
     * @param weight index of the scale's first weight
     * @param at index of its first lag
     */
    void run(int weight, float coefficient, float[] ramp, int at);
  }

  private void forEachScale(int h, ScaleStep step) {
    int d = spec.kernelDim();
    int at = h * length;
    for (int i = 0; i < spec.scales(); i++) {
      int row = i * spec.hidden() + h;
      step.run(row * d, coefficients[row], ramps[i], at);
      at += d * ramps[i].length;
    }
  }

  @Override
  public void forward() {
    pool.run(spec.hidden(), (thread, h) -> forEachScale(h, this::synthesize));
  }

  private void synthesize(int from, float c, float[] ramp, int at) {
    if (ramp.length > 1) {
      ramp(from, c, ramp, at);
      return;
    }
    for (int q = 0; q < spec.kernelDim(); q++) {
      kernel[at + q] = c * weights[from + q];
    }
  }

  private void ramp(int from, float c, float[] ramp, int start) {
    int d = spec.kernelDim();
    int factor = ramp.length;
    int at = start;
    float left = c * weights[from];
    fill(at, factor / 2, left);
    at += factor / 2;
    for (int q = 1; q < d; q++) {
      float right = c * weights[from + q];
      float slope = right - left;
      for (int r = 0; r < factor; r++) {
        kernel[at + r] = left + slope * ramp[r];
      }
      at += factor;
      left = right;
    }
    fill(at, factor / 2, left);
  }

  private void fill(int at, int count, float value) {
    for (int r = 0; r < count; r++) {
      kernel[at + r] = value;
    }
  }

  @Override
  public void backward() {
    pool.run(spec.hidden(), (thread, h) -> forEachScale(h, this::collect));
  }

  private void collect(int to, float c, float[] ramp, int at) {
    if (ramp.length > 1) {
      unramp(at, c, ramp, to);
      return;
    }
    for (int q = 0; q < spec.kernelDim(); q++) {
      weightGradient[to + q] = c * gradient[at + q];
    }
  }

  private void unramp(int start, float c, float[] ramp, int to) {
    int d = spec.kernelDim();
    int factor = ramp.length;
    int half = factor / 2;
    int at = start + half;
    float pending = sum(start, half);
    for (int q = 1; q < d; q++) {
      float total = sum(at, factor);
      float right = weighted(at, ramp);
      weightGradient[to + q - 1] = c * (pending + total - right);
      pending = right;
      at += factor;
    }
    weightGradient[to + d - 1] = c * (pending + sum(at, half));
  }

  /** Several running sums, as one would wait for every addition. */
  private float sum(int at, int count) {
    if (count < SUMS) {
      float sum = 0;
      for (int r = 0; r < count; r++) {
        sum += gradient[at + r];
      }
      return sum;
    }
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    float e = 0;
    float f = 0;
    float g = 0;
    float h = 0;
    for (int r = at; r < at + count; r += SUMS) {
      a += gradient[r];
      b += gradient[r + 1];
      c += gradient[r + 2];
      d += gradient[r + 3];
      e += gradient[r + 4];
      f += gradient[r + 5];
      g += gradient[r + 6];
      h += gradient[r + 7];
    }
    return ((a + b) + (c + d)) + ((e + f) + (g + h));
  }

  private float weighted(int at, float[] ramp) {
    if (ramp.length < SUMS) {
      float sum = 0;
      for (int r = 0; r < ramp.length; r++) {
        sum += ramp[r] * gradient[at + r];
      }
      return sum;
    }
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    float e = 0;
    float f = 0;
    float g = 0;
    float h = 0;
    for (int r = 0; r < ramp.length; r += SUMS) {
      a += ramp[r] * gradient[at + r];
      b += ramp[r + 1] * gradient[at + r + 1];
      c += ramp[r + 2] * gradient[at + r + 2];
      d += ramp[r + 3] * gradient[at + r + 3];
      e += ramp[r + 4] * gradient[at + r + 4];
      f += ramp[r + 5] * gradient[at + r + 5];
      g += ramp[r + 6] * gradient[at + r + 6];
      h += ramp[r + 7] * gradient[at + r + 7];
    }
    return ((a + b) + (c + d)) + ((e + f) + (g + h));
  }

  @Override
  public MemorySegment kernel() {
    return MemorySegment.ofArray(kernel);
  }

  @Override
  public MemorySegment weightGradient() {
    return MemorySegment.ofArray(weightGradient);
  }

  @Override
  public void close() {
    pool.close();
  }
}
