package org.sgconv.internal.reference;

import java.util.Arrays;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ForwardOperands;
import org.sgconv.tensor.Tensor;

/** y = post ⊙ conv(pre ⊙ u) for one hidden channel, all heads and the whole batch. */
final class ChannelForward {

  private final ChannelRows rows;
  private final LagProducts products;

  ChannelForward(ConvolutionGeometry geometry, LagProducts products, int channel) {
    this.rows = new ChannelRows(geometry, channel);
    this.products = products;
  }

  void run(ReferenceSpectrum spectrum, ForwardOperands in) {
    Tensor pre = in.pre();
    Tensor post = in.post();
    for (int head = 0; head < rows.heads(); head++) {
      Lags g = spectrum.lags(head, rows.channel());
      for (long b = 0; b < in.batch(); b++) {
        int samples = rows.samples(in.lengths(), b);
        double[] v = rows.readSignal(in.u(), b, samples);
        if (pre != null) {
          Rows.scale(v, rows.readSignal(pre, b, samples));
        }
        double[] z = new double[v.length];
        products.convolve(g, v, z);
        if (post != null) {
          Rows.scale(z, rows.readSignal(post, b, samples));
        }
        Arrays.fill(z, samples, z.length, 0);
        Rows.write(z, in.y(), rows.outputRow(b, head));
      }
    }
  }
}
