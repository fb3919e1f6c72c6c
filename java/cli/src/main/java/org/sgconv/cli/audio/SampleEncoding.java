package org.sgconv.cli.audio;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a WAVE file stores one sample, little-endian. Integers are scaled to full scale ±1. */
public enum SampleEncoding {
  /** Unsigned, 128 is silence. */
  PCM8(1, 8) {
    @Override
    float decode(ByteBuffer from) {
      return ((from.get() & 0xFF) - 128) / 128f;
    }
  },
  /** Signed. */
  PCM16(1, 16) {
    @Override
    float decode(ByteBuffer from) {
      return from.getShort() / 32768f;
    }
  },
  /** Signed; every value is a float32 exactly. */
  PCM24(1, 24) {
    @Override
    float decode(ByteBuffer from) {
      int low = from.getShort() & 0xFFFF;
      return (from.get() << 16 | low) / 8388608f;
    }
  },
  /** Signed; rounded to float32. */
  PCM32(1, 32) {
    @Override
    float decode(ByteBuffer from) {
      return from.getInt() * 0x1p-31f;
    }
  },
  /** IEEE 754 single precision. */
  FLOAT32(3, 32) {
    @Override
    float decode(ByteBuffer from) {
      return from.getFloat();
    }
  },
  /** IEEE 754 double precision; rounded to float32. */
  FLOAT64(3, 64) {
    @Override
    float decode(ByteBuffer from) {
      return (float) from.getDouble();
    }
  };

  private final int formatTag;
  private final int bits;

  SampleEncoding(int formatTag, int bits) {
    this.formatTag = formatTag;
    this.bits = bits;
  }

  /** WAVE format tag: 1 for integers, 3 for IEEE floating point. */
  int formatTag() {
    return formatTag;
  }

  /** Bits of one sample as stored. */
  public int bits() {
    return bits;
  }

  /** Bytes of one sample as stored. */
  public int bytes() {
    return bits / 8;
  }

  /** Reads the next sample of a little-endian buffer. */
  abstract float decode(ByteBuffer from);

  /** The encoding with this tag and sample size, if it is one of these. */
  static Optional<SampleEncoding> of(int formatTag, int bits) {
    return Arrays.stream(values())
        .filter(encoding -> encoding.formatTag == formatTag && encoding.bits == bits)
        .findFirst();
  }

  /** All encodings in words, for messages. */
  static String known() {
    return Arrays.stream(values())
        .map(e -> (e.formatTag == 1 ? "PCM " : "float ") + e.bits)
        .collect(Collectors.joining(", "));
  }
}
