package org.sgconv.benchmarks.peers;

/** What a convolution or its backward pass writes. */
public enum Output {
  /** y (B,H,L). */
  SIGNAL,
  /** du (B,H,L). */
  INPUT_GRADIENT,
  /** dk (H,L). */
  KERNEL_GRADIENT,
  /** dD (H). */
  SKIP_GRADIENT;

  /** Elements of this output for {@code workload}. */
  public long size(Workload workload) {
    return switch (this) {
      case SIGNAL, INPUT_GRADIENT -> workload.signalSize();
      case KERNEL_GRADIENT -> workload.kernelSize();
      case SKIP_GRADIENT -> workload.hidden();
    };
  }

  /** Rows of this output, each of which is judged by itself. */
  public long rows(Workload workload) {
    return switch (this) {
      case SIGNAL, INPUT_GRADIENT -> (long) workload.batch() * workload.hidden();
      case KERNEL_GRADIENT, SKIP_GRADIENT -> workload.hidden();
    };
  }
}
