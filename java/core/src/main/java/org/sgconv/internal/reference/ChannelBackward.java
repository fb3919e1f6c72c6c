package org.sgconv.internal.reference;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.GradientTargets;
import org.sgconv.tensor.Tensor;

/**
 * Gradients for one hidden channel. With v = pre ⊙ u, z = conv(v), y = post ⊙ z and, for each head,
 * g the kernel by lag:
 *
 * <ul>
 *   <li>dz = post ⊙ dy, dpost = Σ_c dy ⊙ z,
 *   <li>dv[s] = Σ_c Σ_t g[t−s]·dz[t], du = pre ⊙ dv, dpre = u ⊙ dv,
 *   <li>dg[n] = Σ_b Σ_t dz[t]·v[t−n], which holds dk, dk' and dD = dg[0].
 * </ul>
 */
final class ChannelBackward {

  private final ConvolutionGeometry geometry;
  private final ChannelRows rows;
  private final LagProducts products;

  ChannelBackward(ConvolutionGeometry geometry, LagProducts products, int channel) {
    this.geometry = geometry;
    this.rows = new ChannelRows(geometry, channel);
    this.products = products;
  }

  void run(ReferenceSpectrum spectrum, BackwardOperands in) {
    Lags[] g = new Lags[rows.heads()];
    Lags[] dg = new Lags[rows.heads()];
    for (int head = 0; head < rows.heads(); head++) {
      g[head] = spectrum.lags(head, rows.channel());
      dg[head] = new Lags(geometry.mode(), rows.length(), geometry.kernelLength());
    }
    for (long b = 0; b < in.batch(); b++) {
      row(b, g, dg, in);
    }
    for (int head = 0; head < rows.heads(); head++) {
      writeKernelGradients(head, dg[head], in.targets());
    }
  }

  private void row(long b, Lags[] g, Lags[] dg, BackwardOperands in) {
    Tensor pre = in.pre();
    Tensor post = in.post();
    GradientTargets targets = in.targets();
    int samples = rows.samples(in.lengths(), b);
    double[] signal = rows.readSignal(in.u(), b, samples);
    double[] preGate = pre == null ? ones() : rows.readSignal(pre, b, samples);
    double[] postGate = post == null ? ones() : rows.readSignal(post, b, samples);
    double[] v = signal.clone();
    Rows.scale(v, preGate);
    double[] dv = new double[rows.length()];
    double[] dpost = new double[rows.length()];
    for (int head = 0; head < rows.heads(); head++) {
      double[] dyRow = rows.readOutput(in.dy(), b, head, samples);
      if (targets.post() != null) {
        double[] z = new double[rows.length()];
        products.convolve(g[head], v, z);
        for (int t = 0; t < z.length; t++) {
          dpost[t] += dyRow[t] * z[t];
        }
      }
      double[] dz = dyRow;
      Rows.scale(dz, postGate);
      if (targets.input() != null || targets.pre() != null) {
        products.addTransposed(g[head], dz, dv);
      }
      if (targets.kernel() != null || targets.skip() != null) {
        products.addCorrelation(dz, v, dg[head]);
      }
    }
    Arrays.fill(dv, samples, dv.length, 0);
    Arrays.fill(dpost, samples, dpost.length, 0);
    writeProduct(dv, preGate, targets.input(), b);
    writeProduct(dv, signal, targets.pre(), b);
    writeProduct(dpost, ones(), targets.post(), b);
  }

  private void writeKernelGradients(int head, Lags dg, GradientTargets targets) {
    if (targets.kernel() != null) {
      boolean both = geometry.mode().directions() == 2;
      double[] forward = new double[dg.count()];
      double[] backward = new double[both ? -dg.lowest() : 0];
      dg.kernelGradient(forward, backward);
      writeLags(forward, dg.first(), targets.kernel(), rows.kernelRow(head));
      if (both) {
        writeLags(backward, 0, targets.kernel(), rows.kernelRow(rows.heads() + head));
      }
    }
    if (targets.skip() != null) {
      Rows.write(new double[] {dg.get(0)}, targets.skip(), rows.kernelRow(head));
    }
  }

  /** Writes a row of dk, values from index {@code first} on, zeros where the kernel was cut. */
  private void writeLags(double[] values, long first, Tensor target, long row) {
    long lags = geometry.kernelLength();
    long end = first + values.length;
    Rows.clear(target, row * lags, first);
    Rows.writeFrom(values, target, row * lags + first);
    Rows.clear(target, row * lags + end, lags - end);
  }

  private void writeProduct(double[] a, double[] b, @Nullable Tensor target, long batch) {
    if (target != null) {
      double[] product = a.clone();
      Rows.scale(product, b);
      Rows.write(product, target, rows.signalRow(batch));
    }
  }

  private double[] ones() {
    double[] ones = new double[rows.length()];
    Arrays.fill(ones, 1);
    return ones;
  }
}
