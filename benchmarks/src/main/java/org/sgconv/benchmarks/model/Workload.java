package org.sgconv.benchmarks.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.sgconv.InvalidArgumentException;

/**
 * Signals (B,H,L) and kernels (H,K). Of a layer K = L, and there is a skip (H).
 *
 * @param batch B; of a correlation the channels, each with every kernel
 * @param hidden H
 * @param length L
 * @param lags K
 */
public record Workload(int batch, int hidden, int length, int lags) {

  /** Checks that every extent is positive. */
  public Workload {
    if (batch < 1 || hidden < 1 || length < 1 || lags < 1) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "workload (%d,%d,%d,%d): B, H, L and K must be at least 1",
              batch,
              hidden,
              length,
              lags));
    }
  }

  /** A kernel as long as the signals. */
  public Workload(int batch, int hidden, int length) {
    this(batch, hidden, length, length);
  }

  /** Reads {@code "B,H,L"}, where K = L, or {@code "B,H,L,K"}. */
  @JsonCreator
  public static Workload parse(String text) {
    String[] parts = text.strip().split(",", -1);
    if (parts.length != 3 && parts.length != 4) {
      throw new InvalidArgumentException(
          "shape '" + text + "': expected B,H,L as in 8,256,4096, or B,H,L,K");
    }
    try {
      int length = Integer.parseInt(parts[2].strip());
      return new Workload(
          Integer.parseInt(parts[0].strip()),
          Integer.parseInt(parts[1].strip()),
          length,
          parts.length == 3 ? length : Integer.parseInt(parts[3].strip()));
    } catch (NumberFormatException e) {
      throw new InvalidArgumentException(
          "shape '" + text + "': expected integers B,H,L as in 8,256,4096, or B,H,L,K");
    }
  }

  /** Elements of a signal, B·H·L. */
  public long signalSize() {
    return (long) batch * hidden * length;
  }

  /** Elements of the kernel, H·K. */
  public long kernelSize() {
    return (long) hidden * lags;
  }

  @JsonValue
  @Override
  public String toString() {
    String signals = batch + "," + hidden + "," + length;
    return lags == length ? signals : signals + "," + lags;
  }
}
