package org.sgconv.cli.run;

/** The steps of a run, in their order. */
public enum Step {
  /** Parameters → kernel (C',H,L) → spectrum. */
  KERNEL("kernel"),
  /** u (B,H,L) → y (B,C·H,L). */
  FORWARD("forward"),
  /** dy → du, dk, dD. */
  BACKWARD("backward"),
  /** dk → gradients of the kernel's parameters. */
  PARAMETERS("parameters");

  private final String label;

  Step(String label) {
    this.label = label;
  }

  /** Short name. */
  public String label() {
    return label;
  }
}
