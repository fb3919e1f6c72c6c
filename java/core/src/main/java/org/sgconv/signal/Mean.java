package org.sgconv.signal;

/**
 * What a normalized correlation does with the means of a template and of each window.
 *
 * @since 0.1.0
 */
public enum Mean {
  /** Takes both away: Pearson's correlation coefficient, blind to offsets. */
  REMOVED,
  /** Leaves both in: the cosine of the angle between window and template. */
  KEPT
}
