package org.sgconv.benchmarks.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.sgconv.InvalidArgumentException;

/**
 * Causal convolution of signals (B,H,L) with one kernel (H,L) and skip (H).
 *
 * @param batch B
 * @param hidden H
 * @param length L
 */
public record Workload(int batch, int hidden, int length) {

  /** Checks that every extent is positive. */
  public Workload {
    if (batch < 1 || hidden < 1 || length < 1) {
      throw new InvalidArgumentException(
          "workload (" + batch + "," + hidden + "," + length + "): B, H and L must be at least 1");
    }
  }

  /** Reads {@code "B,H,L"}. */
  @JsonCreator
  public static Workload parse(String text) {
    String[] parts = text.strip().split(",", -1);
    if (parts.length != 3) {
      throw new InvalidArgumentException("shape '" + text + "': expected B,H,L as in 8,256,4096");
    }
    try {
      return new Workload(
          Integer.parseInt(parts[0].strip()),
          Integer.parseInt(parts[1].strip()),
          Integer.parseInt(parts[2].strip()));
    } catch (NumberFormatException e) {
      throw new InvalidArgumentException(
          "shape '" + text + "': expected three integers B,H,L as in 8,256,4096");
    }
  }

  /** Elements of a signal, B·H·L. */
  public long signalSize() {
    return (long) batch * hidden * length;
  }

  /** Elements of the kernel, H·L. */
  public long kernelSize() {
    return (long) hidden * length;
  }

  @JsonValue
  @Override
  public String toString() {
    return batch + "," + hidden + "," + length;
  }
}
