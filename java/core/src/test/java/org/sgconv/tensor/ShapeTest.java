package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.sgconv.InvalidArgumentException;

class ShapeTest {

  @Test
  void knowsItsSizes() {
    Shape shape = Shape.of(2, 3, 64);
    assertThat(shape.rank()).isEqualTo(3);
    assertThat(shape.dim(0)).isEqualTo(2);
    assertThat(shape.dim(2)).isEqualTo(64);
    assertThat(shape.elementCount()).isEqualTo(384);
    assertThat(shape.toArray()).containsExactly(2, 3, 64);
    assertThat(shape).hasToString("(2, 3, 64)");
  }

  @Test
  void rankZeroIsOneElement() {
    assertThat(Shape.of().elementCount()).isEqualTo(1);
    assertThat(Shape.of()).hasToString("()");
  }

  @Test
  void equalsByValue() {
    assertThat(Shape.of(2, 3)).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3));
    assertThat(Shape.of(2, 3)).isNotEqualTo(Shape.of(3, 2)).isNotEqualTo(Shape.of(6));
    assertThat(Shape.of(2, 3).matches(2, 3)).isTrue();
    assertThat(Shape.of(2, 3).matches(2, 3, 1)).isFalse();
  }

  @Test
  void isNotChangedThroughArrays() {
    long[] dims = {2, 3};
    Shape shape = Shape.of(dims);
    dims[0] = 9;
    shape.toArray()[1] = 9;
    assertThat(shape).isEqualTo(Shape.of(2, 3));
  }

  @Test
  void refusesSizesBelowOne() {
    assertThatThrownBy(() -> Shape.of(2, 0, 3))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("shape (2, 0, 3): axis 1 is 0, must be ≥ 1");
    assertThatThrownBy(() -> Shape.of(-1))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("axis 0 is -1");
  }

  @Test
  void refusesProductsThatOverflow() {
    assertThat(Shape.of(Long.MAX_VALUE).elementCount()).isEqualTo(Long.MAX_VALUE);
    assertThat(Shape.of(1L << 31, 1L << 31).elementCount()).isEqualTo(1L << 62);
    assertThatThrownBy(() -> Shape.of(1L << 32, 1L << 31))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("(4294967296, 2147483648) has more than 2^63−1 elements");
    assertThatThrownBy(() -> Shape.of(3, Long.MAX_VALUE / 2))
        .isInstanceOf(InvalidArgumentException.class);
  }

  @Test
  void offsetAndIndexAreInverse() {
    Shape shape = Shape.of(3, 4, 5);
    long expected = 0;
    for (long i = 0; i < 3; i++) {
      for (long j = 0; j < 4; j++) {
        for (long k = 0; k < 5; k++) {
          assertThat(shape.positionOf(i, j, k)).isEqualTo(expected);
          assertThat(shape.indexOf(expected)).containsExactly(i, j, k);
          expected++;
        }
      }
    }
  }

  @Test
  void refusesIndicesOutOfRange() {
    Shape shape = Shape.of(3, 4);
    assertThatThrownBy(() -> shape.positionOf(0, 4))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("index (0, 4) of shape (3, 4): entry 1 must be from 0 to 3");
    assertThatThrownBy(() -> shape.positionOf(-1, 0)).isInstanceOf(InvalidArgumentException.class);
    assertThatThrownBy(() -> shape.positionOf(0))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("must have 2 entries");
    assertThatThrownBy(() -> shape.indexOf(12)).isInstanceOf(InvalidArgumentException.class);
    assertThatThrownBy(() -> shape.indexOf(-1)).isInstanceOf(InvalidArgumentException.class);
    assertThatThrownBy(() -> shape.dim(2))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("axis 2");
  }

  /** Their number may come from a file. */
  @Test
  void manyAxesAreNotAllPrinted() {
    long[] ones = new long[1_000_000];
    Arrays.fill(ones, 1);
    assertThat(Shape.of(ones)).hasToString("(" + "1, ".repeat(16) + "... 1000000 axes)");
  }
}
