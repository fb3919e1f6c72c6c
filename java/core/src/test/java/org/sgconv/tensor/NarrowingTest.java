package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.InvalidArgumentException;

/** Floats of 16 bits: each of the 65536 patterns, and what lies between two of them. */
class NarrowingTest {

  private static final int PATTERNS = 1 << 16;
  private static final int SIGN = 0x8000;

  /** The value of a pattern by the definition of the format; NaN for all NaNs. */
  private static double value(DType type, int pattern) {
    int fractionBits = type == DType.BFLOAT16 ? 7 : 10;
    int exponentBits = 15 - fractionBits;
    int most = (1 << exponentBits) - 1;
    int bias = most / 2;
    int exponent = (pattern >> fractionBits) & most;
    int fraction = pattern & ((1 << fractionBits) - 1);
    double magnitude;
    if (exponent == most) {
      magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else if (exponent == 0) {
      magnitude = Math.scalb((double) fraction, 1 - bias - fractionBits);
    } else {
      magnitude =
          Math.scalb((double) (fraction + (1 << fractionBits)), exponent - bias - fractionBits);
    }
    return (pattern & SIGN) == 0 ? magnitude : -magnitude;
  }

  private static Tensor allPatterns(DType type, Arena arena) {
    MemorySegment memory = arena.allocate(2L * PATTERNS, 64);
    for (int i = 0; i < PATTERNS; i++) {
      memory.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
    }
    return Tensor.wrap(memory, type, PATTERNS);
  }

  private static int pattern(Tensor tensor, long i) {
    return Short.toUnsignedInt(tensor.segment().getAtIndex(ValueLayout.JAVA_SHORT, i));
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16", "FLOAT16"})
  void everyPatternHasItsValueAndComesBack(DType type) {
    try (Arena arena = Arena.ofConfined();
        Tensor narrow = allPatterns(type, arena);
        Tensor single = narrow.to(DType.FLOAT32);
        Tensor wide = narrow.to(DType.FLOAT64);
        Tensor backFromSingle = single.to(type);
        Tensor backFromWide = wide.to(type);
        Tensor other = narrow.to(type == DType.FLOAT16 ? DType.BFLOAT16 : DType.FLOAT16);
        Tensor copy = narrow.copy()) {
      float[] floats = narrow.toFloatArray();
      double[] doubles = narrow.toDoubleArray();
      for (int i = 0; i < PATTERNS; i++) {
        double expected = value(type, i);
        assertThat(
                new double[] {
                  floats[i], doubles[i], single.getFlat(i), wide.getFlat(i), narrow.getFlat(i)
                })
            .containsExactly(expected, expected, expected, expected, expected);
        assertThat(pattern(copy, i)).isEqualTo(i);
        if (Double.isNaN(expected)) {
          assertThat(backFromSingle.getFlat(i)).isNaN();
          assertThat(backFromWide.getFlat(i)).isNaN();
          assertThat(other.getFlat(i)).isNaN();
        } else {
          assertThat(pattern(backFromSingle, i)).isEqualTo(i);
          assertThat(pattern(backFromWide, i)).isEqualTo(i);
        }
      }
    }
  }

  /**
   * Just below the middle of two neighbours, the middle itself, and just above it, as float and as
   * double: the middle goes to the even pattern. The neighbour of the largest number is as far away
   * as if the exponents went on, and is infinity.
   */
  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16", "FLOAT16"})
  void whatLiesBetweenGoesToTheNearest(DType type) {
    int infinity = type == DType.BFLOAT16 ? 0x7f80 : 0x7c00;
    List<Float> floats = new ArrayList<>();
    List<Integer> patterns = new ArrayList<>();
    try (Tensor target = Tensor.zeros(type, 1)) {
      for (int sign = 0; sign <= SIGN; sign += SIGN) {
        for (int low = 0; low < infinity; low++) {
          double from = value(type, low);
          double to = low + 1 < infinity ? value(type, low + 1) : 2 * from - value(type, low - 1);
          double middle = (from + to) / 2;
          int even = (low & 1) == 0 ? low : low + 1;
          double signed = sign == 0 ? 1 : -1;
          narrow(target, signed * Math.nextDown(middle), low | sign);
          narrow(target, signed * middle, even | sign);
          narrow(target, signed * Math.nextUp(middle), (low + 1) | sign);
          float near = (float) (signed * middle);
          assertThat((double) near).isEqualTo(signed * middle);
          floats.addAll(List.of((float) signed * Math.nextDown(Math.abs(near)), near));
          floats.add((float) signed * Math.nextUp(Math.abs(near)));
          patterns.addAll(List.of(low | sign, even | sign, (low + 1) | sign));
        }
      }
    }
    float[] values = new float[floats.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats.get(i);
    }
    try (Tensor single = Tensor.of(values, values.length);
        Tensor narrowed = single.to(type)) {
      for (int i = 0; i < values.length; i++) {
        assertThat(pattern(narrowed, i)).as("%s", values[i]).isEqualTo(patterns.get(i));
      }
    }
  }

  private static void narrow(Tensor target, double value, int expected) {
    target.setFlat(0, value);
    assertThat(pattern(target, 0)).as("%s", value).isEqualTo(expected);
    target.fill(value);
    assertThat(pattern(target, 0)).as("%s", value).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16", "FLOAT16"})
  void extremesKeepTheirSign(DType type) {
    try (Tensor target = Tensor.zeros(type, 5)) {
      double[] values = {Double.MAX_VALUE, -Double.MAX_VALUE, Double.MIN_VALUE, -0.0, Double.NaN};
      for (int i = 0; i < values.length; i++) {
        target.set(values[i], i);
      }
      assertThat(target.toDoubleArray())
          .containsExactly(
              Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0, Double.NaN);
    }
  }

  /** Signalling NaNs and NaNs whose payload is in the bits that are cut off. */
  @Test
  void everyFloatNaNStaysNaN() {
    try (Tensor single = Tensor.zeros(DType.FLOAT32, 1)) {
      for (int bits : new int[] {0x7f800001, 0xff800001, 0x7f80ffff, 0x7fffffff, 0xffffffff}) {
        single.segment().setAtIndex(ValueLayout.JAVA_INT, 0, bits);
        for (DType type : new DType[] {DType.BFLOAT16, DType.FLOAT16}) {
          try (Tensor narrow = single.to(type)) {
            assertThat(narrow.get(0)).isNaN();
          }
        }
      }
    }
  }

  @Test
  void kernelsAreWide() {
    assertThat(DType.BFLOAT16.kernelType()).isEqualTo(DType.FLOAT32);
    assertThat(DType.FLOAT16.kernelType()).isEqualTo(DType.FLOAT32);
    assertThat(DType.FLOAT32.kernelType()).isEqualTo(DType.FLOAT32);
    assertThat(DType.FLOAT64.kernelType()).isEqualTo(DType.FLOAT64);
  }

  @Test
  void memoryOf16BitsIsAlignedTo2Bytes() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(16, 8);
      assertThatCode(() -> Tensor.wrap(memory.asSlice(2, 6), DType.FLOAT16, 3).close())
          .doesNotThrowAnyException();
      assertThatThrownBy(() -> Tensor.wrap(memory.asSlice(1, 6), DType.FLOAT16, 3))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("multiple of 2");
    }
  }
}
