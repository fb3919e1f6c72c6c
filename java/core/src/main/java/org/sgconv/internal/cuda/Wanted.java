package org.sgconv.internal.cuda;

import org.sgconv.spi.GradientTargets;

/**
 * What a call is asked for, as far as its scratch memory depends on that: a sum of these, so that
 * no call allocates it. Nothing stands for a forward pass.
 */
final class Wanted {

  static final int FORWARD = 0;

  /** Gradients of signals or of the gate before the convolution. */
  static final int INPUT = 1;

  /** Gradients of kernels or skips. */
  static final int KERNEL = 2;

  /** Gradients of the gate after the convolution. */
  static final int POST = 4;

  /** All sums are below this. */
  static final int COUNT = 8;

  private Wanted() {}

  /** Of a backward pass; {@link #FORWARD} if it has nothing to do. */
  static int by(GradientTargets targets) {
    return (targets.input() != null || targets.pre() != null ? INPUT : 0)
        | (targets.kernel() != null || targets.skip() != null ? KERNEL : 0)
        | (targets.post() != null ? POST : 0);
  }

  static boolean has(int wanted, int part) {
    return (wanted & part) != 0;
  }
}
