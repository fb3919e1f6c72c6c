package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import org.sgconv.bindings.common.sgconv_signal_geometry;

/**
 * {@code sgconv_signal_geometry}: signals (B, H, L).
 *
 * @param batch B ≥ 1
 * @param channels H ≥ 1
 * @param length L ≥ 1
 */
public record SignalShape(long batch, long channels, long length) {

  /** Checks every range. */
  public SignalShape {
    Sizes.requirePositive("batch", batch);
    Sizes.requirePositive("channels", channels);
    Sizes.requirePositive("length", length);
  }

  /** Bytes of a signal (B, H, L). */
  long signalBytes(CpuElement element) {
    return Sizes.bytes("signal", element.bytes(), 1, batch, channels, length);
  }

  /** Bytes of a value for each channel (H). */
  long channelBytes(CpuElement element) {
    return Sizes.bytes("channels", element.bytes(), 1, 1, 1, channels);
  }

  /** Bytes of a value for each position (B, L). */
  long positionBytes(CpuElement element) {
    return Sizes.bytes("positions", element.bytes(), 1, 1, batch, length);
  }

  /** Bytes of a value for each row (B, H). */
  long rowBytes(CpuElement element) {
    return Sizes.bytes("rows", element.bytes(), 1, 1, batch, channels);
  }

  /** Positions B·L. */
  long positions() {
    return Sizes.bytes("positions", 1, 1, 1, batch, length);
  }

  MemorySegment write(MemorySegment struct) {
    sgconv_signal_geometry.batch(struct, batch);
    sgconv_signal_geometry.channels(struct, channels);
    sgconv_signal_geometry.length(struct, length);
    return struct;
  }
}
