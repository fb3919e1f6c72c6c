package org.sgconv.internal.reference;

import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.tensor.Tensor;

/**
 * Where the rows of one hidden channel lie in signals (B,H,L), outputs (B,C·H,L) and kernels
 * (C',H,L).
 *
 * @param channel h
 */
record ChannelRows(ConvolutionGeometry geometry, int channel) {

  int heads() {
    return geometry.heads();
  }

  int length() {
    return (int) geometry.length();
  }

  long signalRow(long batch) {
    return batch * geometry.hidden() + channel;
  }

  long outputRow(long batch, int head) {
    return (batch * geometry.heads() + head) * geometry.hidden() + channel;
  }

  /** Row of kernels (C',H,L), and position in skips (C,H) for a forward kernel. */
  long kernelRow(int kernelChannel) {
    return (long) kernelChannel * geometry.hidden() + channel;
  }

  double[] readSignal(Tensor signal, long batch) {
    return Rows.read(signal, signalRow(batch), length());
  }

  double[] readOutput(Tensor output, long batch, int head) {
    return Rows.read(output, outputRow(batch, head), length());
  }
}
