package org.sgconv.internal.reference;

import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import org.jspecify.annotations.Nullable;
import org.sgconv.OperationInterruptedException;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.KernelOperations;
import org.sgconv.tensor.Tensor;

/**
 * Kernel synthesis, one hidden channel at a time; hidden channels run in parallel. Rows are worked
 * on in stretches, so that no array is as long as they are.
 */
final class ReferenceKernels implements KernelOperations {

  /** Lags of a stretch. */
  private static final int STRETCH = 1 << 16;

  /** Lags, some tenths of a second, after which a sum looks whether it is still wanted. */
  private static final long UNINTERRUPTED = 1L << 20;

  /** Work on {@code count} lags from {@code from} on. */
  private interface Stretch {
    void accept(long from, int count);
  }

  @Override
  public long normLags(KernelGeometry geometry) {
    return geometry.hasClosedNorm() ? 0 : geometry.totalLags();
  }

  @Override
  public void norm(KernelOperands in) {
    KernelGeometry geometry = in.geometry();
    Thread caller = Thread.currentThread();
    forEachRow(
        in,
        (row, c, h) -> {
          double[][] w = rowWeights(in, c, h);
          double squares =
              geometry.hasClosedNorm()
                  ? row.sumOfSquares(w)
                  : sumOfSquares(row, w, geometry.fullLength(), caller);
          Rows.write(new double[] {Math.sqrt(squares)}, in.norm(), rowIndex(geometry, c, h));
        });
  }

  /** Lag by lag, compensated: rows may have millions of values. */
  static double sumOfSquares(KernelRow row, double[][] weights, long fullLength, Thread caller) {
    DoubleSummaryStatistics squares = new DoubleSummaryStatistics();
    forEachStretch(
        fullLength,
        (from, count) -> {
          for (double value : row.synthesize(weights, from, count)) {
            squares.accept(value * value);
          }
          if (from > 0 && from % UNINTERRUPTED == 0 && caller.isInterrupted()) {
            throw new OperationInterruptedException(
                "interrupted while a norm was summed, at lag " + from + " of M = " + fullLength);
          }
        });
    return squares.getSum();
  }

  @Override
  public void forward(KernelOperands in, Tensor kernel) {
    KernelGeometry geometry = in.geometry();
    long length = kernel.dim(2);
    long cut = Math.min(length, geometry.fullLength());
    forEachRow(
        in,
        (row, c, h) -> {
          double[][] w = rowWeights(in, c, h);
          double z = Rows.read(in.norm(), rowIndex(geometry, c, h), 1)[0];
          long first = rowIndex(geometry, c, h) * length;
          forEachStretch(
              length,
              (from, count) -> {
                int live = Math.clamp(cut - from, 0, count);
                double[] values = Arrays.copyOf(row.synthesize(w, from, live), count);
                for (int t = 0; t < live; t++) {
                  values[t] /= z;
                }
                Rows.writeFrom(values, kernel, first + from);
              });
        },
        kernel);
  }

  @Override
  public void backward(
      KernelOperands in, Tensor gradKernel, Tensor gradWeights, @Nullable Tensor gradDecay) {
    KernelGeometry geometry = in.geometry();
    long length = gradKernel.dim(2);
    long cut = Math.min(length, geometry.fullLength());
    double[] exponents = new double[geometry.hidden()];
    forEachRow(
        in,
        (row, c, h) -> {
          double[][] w = rowWeights(in, c, h);
          double[][] gradient = new double[geometry.scales()][geometry.dim()];
          double z = Rows.read(in.norm(), rowIndex(geometry, c, h), 1)[0];
          long first = rowIndex(geometry, c, h) * length;
          forEachStretch(
              cut,
              (from, count) -> {
                double[] values = Rows.readFrom(gradKernel, first + from, count);
                for (int t = 0; t < count; t++) {
                  values[t] /= z;
                }
                if (gradDecay != null) {
                  double[] kernel = row.synthesize(w, from, count);
                  exponents[h] += KernelRow.exponentGradient(values, kernel, from);
                }
                row.addTransposed(values, from, gradient);
              });
          writeWeights(gradient, geometry, gradWeights, c, h);
        },
        gradKernel,
        gradWeights,
        gradDecay);
    if (gradDecay != null) {
      Rows.write(exponents, gradDecay, 0);
    }
  }

  /** Work on row (c', h). */
  private interface RowWork {
    void accept(KernelRow row, int channel, int hidden);
  }

  /** Rows of one hidden channel in order, hidden channels in parallel. */
  private static void forEachRow(KernelOperands in, RowWork work, @Nullable Tensor... others) {
    KernelGeometry geometry = in.geometry();
    @Nullable Tensor[] tensors = Arrays.copyOf(others, others.length + 3);
    tensors[others.length] = in.weights();
    tensors[others.length + 1] = in.decay();
    tensors[others.length + 2] = in.norm();
    Channels.forEach(
        geometry.hidden(),
        "kernel rows of " + geometry,
        2L * Double.BYTES * ((long) geometry.scales() * geometry.dim() + STRETCH),
        h -> {
          KernelRow row = new KernelRow(geometry, Rows.read(in.decay(), h, 1)[0]);
          for (int c = 0; c < geometry.channels(); c++) {
            work.accept(row, c, h);
          }
        },
        tensors);
  }

  private static void forEachStretch(long length, Stretch work) {
    for (long from = 0; from < length; from += STRETCH) {
      work.accept(from, (int) Math.min(STRETCH, length - from));
    }
  }

  /** Position of (c', h) in (C', H). */
  private static long rowIndex(KernelGeometry geometry, int channel, int hidden) {
    return (long) channel * geometry.hidden() + hidden;
  }

  /** Row of (S, C', H, d). */
  private static long weightRow(KernelGeometry geometry, int scale, int channel, int hidden) {
    return (long) scale * geometry.channels() * geometry.hidden()
        + rowIndex(geometry, channel, hidden);
  }

  private static double[][] rowWeights(KernelOperands in, int channel, int hidden) {
    KernelGeometry geometry = in.geometry();
    double[][] row = new double[geometry.scales()][];
    for (int scale = 0; scale < row.length; scale++) {
      row[scale] =
          Rows.read(in.weights(), weightRow(geometry, scale, channel, hidden), geometry.dim());
    }
    return row;
  }

  private static void writeWeights(
      double[][] row, KernelGeometry geometry, Tensor weights, int channel, int hidden) {
    for (int scale = 0; scale < row.length; scale++) {
      Rows.write(row[scale], weights, weightRow(geometry, scale, channel, hidden));
    }
  }
}
