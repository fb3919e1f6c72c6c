package org.sgconv.contract;

import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.DType;

/**
 * One convolution to be checked: shape, rule and which optional operands it has.
 *
 * @param kernelLength K
 * @param ragged whether the rows of the batch have lengths of their own
 * @param unaligned whether tensors start at an odd element of a larger one
 */
record ConvolutionCase(
    ConvolutionMode mode,
    int batch,
    int heads,
    int hidden,
    int length,
    int kernelLength,
    boolean skip,
    boolean pre,
    boolean post,
    boolean ragged,
    boolean unaligned) {

  /** With a kernel as long as the signal, and rows that all have that length. */
  ConvolutionCase(
      ConvolutionMode mode,
      int batch,
      int heads,
      int hidden,
      int length,
      boolean skip,
      boolean pre,
      boolean post,
      boolean unaligned) {
    this(mode, batch, heads, hidden, length, length, skip, pre, post, false, unaligned);
  }

  static ConvolutionCase plain(ConvolutionMode mode, int batch, int heads, int hidden, int length) {
    return new ConvolutionCase(mode, batch, heads, hidden, length, false, false, false, false);
  }

  ConvolutionCase withEverything() {
    return new ConvolutionCase(
        mode, batch, heads, hidden, length, kernelLength, true, true, true, ragged, true);
  }

  ConvolutionCase withKernelLength(int lags) {
    return new ConvolutionCase(
        mode, batch, heads, hidden, length, lags, skip, pre, post, ragged, unaligned);
  }

  ConvolutionCase withRaggedRows() {
    return new ConvolutionCase(
        mode, batch, heads, hidden, length, kernelLength, skip, pre, post, true, unaligned);
  }

  /** A convolution of this shape; the caller closes it. */
  LongConvolution convolution(Backend backend, DType type) {
    return LongConvolution.builder(backend)
        .mode(mode)
        .heads(heads)
        .hidden(hidden)
        .length(length)
        .kernelLength(kernelLength)
        .type(type)
        .build();
  }

  /** C'. */
  int channels() {
    return mode == ConvolutionMode.BIDIRECTIONAL ? 2 * heads : heads;
  }

  /** Elements of u: B·H·L. */
  int signalCount() {
    return batch * hidden * length;
  }

  /** Elements of y: B·C·H·L. */
  int outputCount() {
    return batch * heads * hidden * length;
  }

  /** Elements of k: C'·H·K. */
  int kernelCount() {
    return channels() * hidden * kernelLength;
  }

  @Override
  public String toString() {
    return "%s L=%d B=%d C=%d H=%d%s%s%s%s%s%s"
        .formatted(
            mode,
            length,
            batch,
            heads,
            hidden,
            kernelLength == length ? "" : " K=" + kernelLength,
            ragged ? " ragged" : "",
            skip ? " skip" : "",
            pre ? " pre" : "",
            post ? " post" : "",
            unaligned ? " unaligned" : "");
  }
}
