package org.sgconv.cli.run;

/** Results of a run, each of one step. */
public enum RunOutput {
  /** k. */
  KERNEL(Step.KERNEL, "the kernel"),
  /** y. */
  OUTPUT(Step.FORWARD, "y"),
  /** du. */
  INPUT_GRADIENT(Step.BACKWARD, "du"),
  /** dk. */
  KERNEL_GRADIENT(Step.BACKWARD, "dk"),
  /** dD. */
  SKIP_GRADIENT(Step.BACKWARD, "dD"),
  /** Gradient of the kernel's weights. */
  WEIGHT_GRADIENT(Step.PARAMETERS, "the weights' gradient"),
  /** Gradient of the exponents of a power law. */
  DECAY_GRADIENT(Step.PARAMETERS, "the decay's gradient");

  private final Step step;
  private final String label;

  RunOutput(Step step, String label) {
    this.step = step;
    this.label = label;
  }

  /** The step that computes it. */
  public Step step() {
    return step;
  }

  /** In words. */
  public String label() {
    return label;
  }
}
