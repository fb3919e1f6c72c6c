package org.sgconv.benchmarks.model;

/** What a convolution or its backward pass writes. */
public enum Output {
  /** y (B,H,L). */
  SIGNAL("y"),
  /** du (B,H,L). */
  INPUT_GRADIENT("du"),
  /** dk (H,L). */
  KERNEL_GRADIENT("dk"),
  /** dD (H). */
  SKIP_GRADIENT("dD");

  private final String symbol;

  Output(String symbol) {
    this.symbol = symbol;
  }

  /** As formulas and tables name it. */
  public String symbol() {
    return symbol;
  }

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
