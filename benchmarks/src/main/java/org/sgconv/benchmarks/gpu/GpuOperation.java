package org.sgconv.benchmarks.gpu;

import java.util.Locale;

/** What a case does, causal, with a skip and without gates. */
public enum GpuOperation {
  /** y from u and a spectrum that is there. */
  FORWARD,

  /** du, dk and dD from u, dy and a spectrum that is there. */
  BACKWARD;

  /** As tables and files name it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
