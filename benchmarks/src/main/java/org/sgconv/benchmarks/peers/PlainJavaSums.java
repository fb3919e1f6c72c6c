package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.tensor.DType;

/**
 * Convolution by summing products in plain Java with the Vector API: four vectors of results at a
 * time stay in registers while the kernel passes. A thread copies a piece of the signal with what
 * comes before it, so that edges need no code of their own.
 */
final class PlainJavaSums implements SignalPeer {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

  /** Results of a piece. */
  private static final int PIECE = 1 << 12;

  private final SignalInputs inputs;
  private final BenchmarkCase what;
  private final RowPool pool;
  private final boolean doubles;
  private final int lags;
  private final int pieces;
  private final float[][] floatKernels;
  private final double[][] doubleKernels;
  private final float[][] floatPieces;
  private final double[][] doublePieces;
  private final float[] floatResults;
  private final double[] doubleResults;

  PlainJavaSums(SignalInputs inputs, int threads) {
    this.inputs = inputs;
    this.what = inputs.what();
    this.doubles = what.type() == DType.FLOAT64;
    this.lags = what.shape().lags();
    this.pieces = Math.ceilDiv(what.outputLength(), PIECE);
    this.pool = new RowPool(Math.min(threads, what.outputRows() * pieces));
    int kernels = what.shape().hidden();
    int copied = lags - 1 + PIECE;
    this.doubleKernels = new double[doubles ? kernels : 0][];
    this.floatKernels = new float[doubles ? 0 : kernels][];
    Arrays.setAll(doubleKernels, inputs::kernel);
    Arrays.setAll(floatKernels, h -> floats(inputs.kernel(h)));
    this.doublePieces = new double[doubles ? threads : 0][copied];
    this.floatPieces = new float[doubles ? 0 : threads][copied];
    int results = Math.toIntExact(what.results());
    this.doubleResults = new double[doubles ? results : 0];
    this.floatResults = new float[doubles ? 0 : results];
  }

  private static float[] floats(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }

  @Override
  public void run() {
    pool.run(what.outputRows() * pieces, this::piece);
  }

  private void piece(int thread, int part) {
    int row = part / pieces;
    int at = part % pieces * PIECE;
    int length = what.shape().length();
    int start = at - (lags - 1);
    int from = Math.max(0, start);
    int to = Math.min(length, at + PIECE);
    int count = Math.max(0, to - from);
    long first = (long) row * length + from;
    int kernel = inputs.kernelOf(row);
    int kept = Math.min(PIECE, what.outputLength() - at);
    int result = row * what.outputLength() + at;
    if (doubles) {
      double[] x = doublePieces[thread];
      Arrays.fill(x, 0, from - start, 0);
      MemorySegment.copy(
          inputs.signals(), ValueLayout.JAVA_DOUBLE, first * 8, x, from - start, count);
      Arrays.fill(x, from - start + count, x.length, 0);
      sum(x, doubleKernels[kernel], doubleResults, result, kept);
    } else {
      float[] x = floatPieces[thread];
      Arrays.fill(x, 0, from - start, 0);
      MemorySegment.copy(
          inputs.signals(), ValueLayout.JAVA_FLOAT, first * 4, x, from - start, count);
      Arrays.fill(x, from - start + count, x.length, 0);
      sum(x, floatKernels[kernel], floatResults, result, kept);
    }
  }

  /** Results t = 0 … count − 1 of Σ k[j]·x[t + K − 1 − j]. */
  private static void sum(float[] x, float[] k, float[] results, int at, int count) {
    int lanes = FLOATS.length();
    int last = k.length - 1;
    int t = 0;
    for (; t + 4 * lanes <= count; t += 4 * lanes) {
      FloatVector a = FloatVector.zero(FLOATS);
      FloatVector b = FloatVector.zero(FLOATS);
      FloatVector c = FloatVector.zero(FLOATS);
      FloatVector d = FloatVector.zero(FLOATS);
      for (int j = 0; j <= last; j++) {
        FloatVector lag = FloatVector.broadcast(FLOATS, k[j]);
        int from = t + last - j;
        a = FloatVector.fromArray(FLOATS, x, from).fma(lag, a);
        b = FloatVector.fromArray(FLOATS, x, from + lanes).fma(lag, b);
        c = FloatVector.fromArray(FLOATS, x, from + 2 * lanes).fma(lag, c);
        d = FloatVector.fromArray(FLOATS, x, from + 3 * lanes).fma(lag, d);
      }
      a.intoArray(results, at + t);
      b.intoArray(results, at + t + lanes);
      c.intoArray(results, at + t + 2 * lanes);
      d.intoArray(results, at + t + 3 * lanes);
    }
    for (; t < count; t++) {
      float sum = 0;
      for (int j = 0; j <= last; j++) {
        sum += k[j] * x[t + last - j];
      }
      results[at + t] = sum;
    }
  }

  private static void sum(double[] x, double[] k, double[] results, int at, int count) {
    int lanes = DOUBLES.length();
    int last = k.length - 1;
    int t = 0;
    for (; t + 4 * lanes <= count; t += 4 * lanes) {
      DoubleVector a = DoubleVector.zero(DOUBLES);
      DoubleVector b = DoubleVector.zero(DOUBLES);
      DoubleVector c = DoubleVector.zero(DOUBLES);
      DoubleVector d = DoubleVector.zero(DOUBLES);
      for (int j = 0; j <= last; j++) {
        DoubleVector lag = DoubleVector.broadcast(DOUBLES, k[j]);
        int from = t + last - j;
        a = DoubleVector.fromArray(DOUBLES, x, from).fma(lag, a);
        b = DoubleVector.fromArray(DOUBLES, x, from + lanes).fma(lag, b);
        c = DoubleVector.fromArray(DOUBLES, x, from + 2 * lanes).fma(lag, c);
        d = DoubleVector.fromArray(DOUBLES, x, from + 3 * lanes).fma(lag, d);
      }
      a.intoArray(results, at + t);
      b.intoArray(results, at + t + lanes);
      c.intoArray(results, at + t + 2 * lanes);
      d.intoArray(results, at + t + 3 * lanes);
    }
    for (; t < count; t++) {
      double sum = 0;
      for (int j = 0; j <= last; j++) {
        sum += k[j] * x[t + last - j];
      }
      results[at + t] = sum;
    }
  }

  @Override
  public MemorySegment result() {
    return doubles ? MemorySegment.ofArray(doubleResults) : MemorySegment.ofArray(floatResults);
  }

  @Override
  public void close() {
    pool.close();
  }
}
