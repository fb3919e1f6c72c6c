package org.sgconv.internal.reference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.tensor.Tensor;

/**
 * Where the rows of one hidden channel lie in signals (B,H,L), outputs (B,C·H,L) and kernels
 * (C',H,K).
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

  /** Row of kernels (C',H,K), and position in skips (C,H) for a forward kernel. */
  long kernelRow(int kernelChannel) {
    return (long) kernelChannel * geometry.hidden() + channel;
  }

  /** How many samples a row of the batch has: L, or fewer where lengths are given. */
  int samples(@Nullable MemorySegment lengths, long batch) {
    return lengths == null ? length() : (int) lengths.getAtIndex(ValueLayout.JAVA_LONG, batch);
  }

  /** L values, of which those from {@code samples} on are zero and not read. */
  double[] readSignal(Tensor signal, long batch, int samples) {
    return readRow(signal, signalRow(batch), samples);
  }

  /** As {@link #readSignal}, from a tensor like the output. */
  double[] readOutput(Tensor output, long batch, int head, int samples) {
    return readRow(output, outputRow(batch, head), samples);
  }

  private double[] readRow(Tensor tensor, long row, int samples) {
    return Arrays.copyOf(Rows.readFrom(tensor, row * length(), samples), length());
  }
}
