package org.sgconv.contract;

import org.sgconv.ConvolutionMode;

/**
 * One convolution to be checked: shape, rule and which optional operands it has.
 *
 * @param unaligned whether tensors start at an odd element of a larger one
 */
record ConvolutionCase(
    ConvolutionMode mode,
    int batch,
    int heads,
    int hidden,
    int length,
    boolean skip,
    boolean pre,
    boolean post,
    boolean unaligned) {

  static ConvolutionCase plain(ConvolutionMode mode, int batch, int heads, int hidden, int length) {
    return new ConvolutionCase(mode, batch, heads, hidden, length, false, false, false, false);
  }

  ConvolutionCase withEverything() {
    return new ConvolutionCase(mode, batch, heads, hidden, length, true, true, true, true);
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

  /** Elements of k: C'·H·L. */
  int kernelCount() {
    return channels() * hidden * length;
  }

  @Override
  public String toString() {
    return "%s L=%d B=%d C=%d H=%d%s%s%s%s"
        .formatted(
            mode,
            length,
            batch,
            heads,
            hidden,
            skip ? " skip" : "",
            pre ? " pre" : "",
            post ? " post" : "",
            unaligned ? " unaligned" : "");
  }
}
