package org.sgconv.io;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.sgconv.tensor.DType;

/** Element types of the safetensors format, little-endian. */
public enum ElementType {
  /** A byte, 0 or 1. */
  BOOL(1),
  /** Unsigned 8-bit integer. */
  U8(1),
  /** Signed 8-bit integer. */
  I8(1),
  /** 8-bit float, 5 exponent bits. */
  F8_E5M2(1),
  /** 8-bit float, 4 exponent bits. */
  F8_E4M3(1),
  /** 8-bit exponent. */
  F8_E8M0(1),
  /** Signed 16-bit integer. */
  I16(2),
  /** Unsigned 16-bit integer. */
  U16(2),
  /** IEEE 754 binary16. */
  F16(2),
  /** The upper half of a binary32. */
  BF16(2),
  /** Signed 32-bit integer. */
  I32(4),
  /** Unsigned 32-bit integer. */
  U32(4),
  /** IEEE 754 binary32. */
  F32(4),
  /** Two binary32, real and imaginary. */
  C64(8),
  /** Signed 64-bit integer. */
  I64(8),
  /** Unsigned 64-bit integer. */
  U64(8),
  /** IEEE 754 binary64. */
  F64(8);

  private final int byteSize;

  ElementType(int byteSize) {
    this.byteSize = byteSize;
  }

  /** Bytes per element. */
  public int byteSize() {
    return byteSize;
  }

  /** Whether {@link Safetensors#read} takes it. */
  public boolean isReadableAsTensor() {
    return tensorType().isPresent();
  }

  /** What a tensor of that type is stored as. */
  static ElementType of(DType type) {
    return switch (type) {
      case FLOAT32 -> F32;
      case FLOAT64 -> F64;
      case BFLOAT16 -> BF16;
      case FLOAT16 -> F16;
    };
  }

  /** The tensor type of the same values; empty for what is no floating-point type of a tensor. */
  Optional<DType> tensorType() {
    return Arrays.stream(DType.values()).filter(type -> of(type) == this).findFirst();
  }

  /** The type of that name in a header. */
  static Optional<ElementType> named(String name) {
    return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
  }

  /** All names, for messages. */
  static String names() {
    return Arrays.stream(values()).map(ElementType::name).collect(Collectors.joining(", "));
  }
}
