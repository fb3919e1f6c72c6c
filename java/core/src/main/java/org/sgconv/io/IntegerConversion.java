package org.sgconv.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Little-endian integers and booleans of any alignment to and from longs. */
final class IntegerConversion {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

  private IntegerConversion() {}

  /** Fills {@code values}; see {@link #isSound} for what may be in it then. */
  static void read(MemorySegment source, ElementType type, long[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case BOOL, U8 -> Byte.toUnsignedLong(source.get(I8, i));
            case I8 -> source.get(I8, i);
            case U16 -> Short.toUnsignedLong(source.get(I16, 2L * i));
            case I16 -> source.get(I16, 2L * i);
            case U32 -> Integer.toUnsignedLong(source.get(I32, 4L * i));
            case I32 -> source.get(I32, 4L * i);
            case U64, I64 -> source.get(I64, 8L * i);
            default -> throw new IllegalArgumentException(type + " is no integer");
          };
    }
  }

  /**
   * Puts elements {@code first} to {@code first + count} of {@code values} at the target's start.
   */
  static void write(long[] values, int first, int count, ElementType type, MemorySegment target) {
    for (int i = 0; i < count; i++) {
      long value = values[first + i];
      switch (type.bitSize()) {
        case 8 -> target.set(I8, i, (byte) value);
        case 16 -> target.set(I16, 2L * i, (short) value);
        case 32 -> target.set(I32, 4L * i, (int) value);
        default -> target.set(I64, 8L * i, value);
      }
    }
  }

  /** Whether the value is one of that type, a U64 as far as a long goes. */
  static boolean isSound(ElementType type, long value) {
    return switch (type) {
      case BOOL -> value == 0 || value == 1;
      case U8, U16, U32 -> value >= 0 && value >> type.bitSize() == 0;
      case U64 -> value >= 0;
      case I8 -> value == (byte) value;
      case I16 -> value == (short) value;
      case I32 -> value == (int) value;
      case I64 -> true;
      default -> false;
    };
  }
}
