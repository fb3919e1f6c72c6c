package org.sgconv.io;

import java.util.Arrays;
import java.util.Optional;
import org.sgconv.tensor.DType;

/**
 * Element types of the safetensors format, little-endian. A file may have tensors of others.
 *
 * @since 0.1.0
 */
public enum ElementType {
  /** A byte, 0 or 1. */
  BOOL(8),
  /** 4-bit float, two in a byte. */
  F4(4),
  /** 6-bit float, 2 exponent bits, four in three bytes. */
  F6_E2M3(6),
  /** 6-bit float, 3 exponent bits, four in three bytes. */
  F6_E3M2(6),
  /** Unsigned 8-bit integer. */
  U8(8),
  /** Signed 8-bit integer. */
  I8(8),
  /** 8-bit float, 5 exponent bits. */
  F8_E5M2(8),
  /** 8-bit float, 4 exponent bits. */
  F8_E4M3(8),
  /** 8-bit exponent. */
  F8_E8M0(8),
  /** 8-bit float, 4 exponent bits, no infinity, one zero. */
  F8_E4M3FNUZ(8),
  /** 8-bit float, 5 exponent bits, no infinity, one zero. */
  F8_E5M2FNUZ(8),
  /** Signed 16-bit integer. */
  I16(16),
  /** Unsigned 16-bit integer. */
  U16(16),
  /** IEEE 754 binary16. */
  F16(16),
  /** The upper half of a binary32. */
  BF16(16),
  /** Signed 32-bit integer. */
  I32(32),
  /** Unsigned 32-bit integer. */
  U32(32),
  /** IEEE 754 binary32. */
  F32(32),
  /** Two binary32, real and imaginary. */
  C64(64),
  /** Signed 64-bit integer. */
  I64(64),
  /** Unsigned 64-bit integer. */
  U64(64),
  /** IEEE 754 binary64. */
  F64(64);

  private final int bitSize;

  ElementType(int bitSize) {
    this.bitSize = bitSize;
  }

  /** Bits per element; below 8 where several share a byte. */
  public int bitSize() {
    return bitSize;
  }

  /** Whether {@link Safetensors#read} takes it: F64, F32, F16 and BF16. */
  public boolean isReadableAsTensor() {
    return tensorType().isPresent();
  }

  /**
   * Whether {@link Safetensors#readIntegers} takes it: BOOL and the signed and unsigned integers of
   * 8 to 64 bits.
   */
  public boolean isReadableAsIntegers() {
    return switch (this) {
      case BOOL, U8, I8, U16, I16, U32, I32, U64, I64 -> true;
      default -> false;
    };
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
    for (ElementType type : ALL) {
      if (type.name().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  // values() copies, which a header of 60,000 tensors would do 60,000 times.
  private static final ElementType[] ALL = values();
}
