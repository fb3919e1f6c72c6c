package org.sgconv.internal.reference;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.spi.KernelOperations;
import org.sgconv.tensor.Tensor;

/** Kernel synthesis, one hidden channel at a time; hidden channels run in parallel. */
final class ReferenceKernels implements KernelOperations {

  /** Bytes of arrays that one row needs for each lag, about. */
  private static final long BYTES_PER_LAG = 24;

  @Override
  public void norm(KernelGeometry geometry, Tensor weights, Tensor decay, Tensor norm) {
    int fullLength = ReferenceBackend.arrayLength("full kernel length", geometry.fullLength());
    Channels.forEach(
        geometry.hidden(),
        "kernel rows of length " + fullLength,
        BYTES_PER_LAG * fullLength,
        h -> {
          KernelRow row = new KernelRow(geometry, Rows.read(decay, h, 1)[0]);
          for (int c = 0; c < geometry.channels(); c++) {
            double[] full = row.synthesise(rowWeights(geometry, weights, c, h), fullLength);
            // The stream's sum is compensated: rows may have millions of values.
            double squares = Arrays.stream(full).map(value -> value * value).sum();
            Rows.write(new double[] {Math.sqrt(squares)}, norm, rowIndex(geometry, c, h));
          }
        },
        weights,
        decay,
        norm);
  }

  @Override
  public void forward(
      KernelGeometry geometry, Tensor weights, Tensor decay, Tensor norm, Tensor kernel) {
    int length = ReferenceBackend.arrayLength("kernel length", kernel.dim(2));
    int cut = (int) Math.min(length, geometry.fullLength());
    Channels.forEach(
        geometry.hidden(),
        "kernel rows of length " + length,
        BYTES_PER_LAG * length,
        h -> {
          KernelRow row = new KernelRow(geometry, Rows.read(decay, h, 1)[0]);
          for (int c = 0; c < geometry.channels(); c++) {
            double[] values = row.synthesise(rowWeights(geometry, weights, c, h), cut);
            double z = Rows.read(norm, rowIndex(geometry, c, h), 1)[0];
            double[] padded = Arrays.copyOf(values, length);
            for (int t = 0; t < cut; t++) {
              padded[t] /= z;
            }
            Rows.write(padded, kernel, rowIndex(geometry, c, h));
          }
        },
        weights,
        decay,
        norm,
        kernel);
  }

  @Override
  public void backward(
      KernelGeometry geometry,
      Tensor weights,
      Tensor decay,
      Tensor norm,
      Tensor gradKernel,
      Tensor gradWeights,
      @Nullable Tensor gradDecay) {
    int length = ReferenceBackend.arrayLength("kernel length", gradKernel.dim(2));
    int cut = (int) Math.min(length, geometry.fullLength());
    Channels.forEach(
        geometry.hidden(),
        "kernel rows of length " + length,
        BYTES_PER_LAG * length,
        h -> {
          KernelRow row = new KernelRow(geometry, Rows.read(decay, h, 1)[0]);
          double exponentGradient = 0;
          for (int c = 0; c < geometry.channels(); c++) {
            double z = Rows.read(norm, rowIndex(geometry, c, h), 1)[0];
            double[] gradient = Rows.read(gradKernel, rowIndex(geometry, c, h), length);
            gradient = Arrays.copyOf(gradient, cut);
            for (int t = 0; t < cut; t++) {
              gradient[t] /= z;
            }
            if (gradDecay != null) {
              double[] values = row.synthesise(rowWeights(geometry, weights, c, h), cut);
              exponentGradient += KernelRow.exponentGradient(gradient, values);
            }
            writeWeights(row.transpose(gradient), geometry, gradWeights, c, h);
          }
          if (gradDecay != null) {
            Rows.write(new double[] {exponentGradient}, gradDecay, h);
          }
        },
        weights,
        decay,
        norm,
        gradKernel,
        gradWeights,
        gradDecay);
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

  private static double[][] rowWeights(
      KernelGeometry geometry, Tensor weights, int channel, int hidden) {
    double[][] row = new double[geometry.scales()][];
    for (int scale = 0; scale < row.length; scale++) {
      row[scale] = Rows.read(weights, weightRow(geometry, scale, channel, hidden), geometry.dim());
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
