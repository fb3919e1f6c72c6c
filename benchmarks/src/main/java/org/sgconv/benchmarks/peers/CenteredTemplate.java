package org.sgconv.benchmarks.peers;

import java.util.Arrays;

/** A template that a normalized correlation needs only to be multiplied with. */
public final class CenteredTemplate {

  private CenteredTemplate() {}

  /** (h − h̄) / ‖h − h̄‖. */
  public static double[] of(double[] template) {
    double mean = Arrays.stream(template).average().orElseThrow();
    double[] centered = Arrays.stream(template).map(value -> value - mean).toArray();
    double norm = Math.sqrt(Arrays.stream(centered).map(value -> value * value).sum());
    return Arrays.stream(centered).map(value -> value / norm).toArray();
  }
}
