package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.TypeMismatchException;

/** map, add, scale and transpose, against the same in double, element by element. */
class ArithmeticTest {

  private final long open = Tensor.openCount();

  @AfterEach
  void nothingIsLeft() {
    assertThat(Tensor.openCount()).isEqualTo(open);
  }

  private static Tensor random(DType type, long... dims) {
    SplittableRandom random = new SplittableRandom(5);
    Tensor tensor = Tensor.uninitialized(type, dims);
    for (long i = 0; i < tensor.elementCount(); i++) {
      tensor.setFlat(i, random.nextDouble(-2, 2));
    }
    return tensor;
  }

  /** What that type holds of a value. */
  private static double rounded(DType type, double value) {
    try (Tensor one = Tensor.uninitialized(type)) {
      one.setFlat(0, value);
      return one.getFlat(0);
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void everyElementIsComputedAndRoundedOnce(DType type) {
    try (Tensor a = random(type, 3, 7);
        Tensor relu = a.map(x -> Math.max(x, 0));
        Tensor third = a.scale(1.0 / 3);
        Tensor sum = a.add(third)) {
      for (long i = 0; i < 21; i++) {
        assertThat(relu.getFlat(i)).isEqualTo(Math.max(a.getFlat(i), 0));
        assertThat(third.getFlat(i)).isEqualTo(rounded(type, a.getFlat(i) * (1.0 / 3)));
        assertThat(sum.getFlat(i)).isEqualTo(rounded(type, a.getFlat(i) + third.getFlat(i)));
      }
      assertThat(relu.type()).isEqualTo(type);
      assertThat(relu.shape()).isEqualTo(Shape.of(3, 7));
    }
  }

  @Test
  void resultsMayReplaceOperands() {
    try (Tensor a = Tensor.of(new float[] {1, -2, 3}, 3);
        Tensor b = Tensor.of(new float[] {10, 20, 30}, 3)) {
      a.map(x -> Math.max(x, 0), a);
      assertThat(a.toFloatArray()).containsExactly(1, 0, 3);
      a.add(b, a);
      assertThat(a.toFloatArray()).containsExactly(11, 20, 33);
      b.add(b, b);
      assertThat(b.toFloatArray()).containsExactly(20, 40, 60);
      b.scale(0.5, b);
      assertThat(b.toFloatArray()).containsExactly(10, 20, 30);
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void transposingSwapsTheLastTwoAxes(DType type) {
    try (Tensor signals = random(type, 2, 3, 71);
        Tensor there = signals.transpose();
        Tensor back = there.transpose()) {
      assertThat(there.shape()).isEqualTo(Shape.of(2, 71, 3));
      for (long b = 0; b < 2; b++) {
        for (long h = 0; h < 3; h++) {
          for (long t = 0; t < 71; t++) {
            assertThat(there.get(b, t, h)).isEqualTo(signals.get(b, h, t));
          }
        }
      }
      assertThat(back.toDoubleArray()).isEqualTo(signals.toDoubleArray());
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    try (Tensor a = Tensor.zeros(DType.FLOAT32, 2, 3);
        Tensor other = Tensor.zeros(DType.FLOAT32, 3, 2);
        Tensor wide = Tensor.zeros(DType.FLOAT64, 2, 3);
        Tensor pool = Tensor.zeros(DType.FLOAT32, 12);
        Tensor vector = Tensor.zeros(DType.FLOAT32, 5);
        Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> a.add(other)).isInstanceOf(ShapeMismatchException.class);
      assertThatThrownBy(() -> a.add(wide)).isInstanceOf(TypeMismatchException.class);
      assertThatThrownBy(() -> a.map(x -> x, other)).isInstanceOf(ShapeMismatchException.class);
      assertThatThrownBy(() -> a.map(x -> x, wide)).isInstanceOf(TypeMismatchException.class);
      assertThatThrownBy(() -> a.transpose(a)).isInstanceOf(InvalidArgumentException.class);
      assertThatThrownBy(vector::transpose)
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("no two axes to swap");
      Tensor low = pool.slice(0, 6).reshape(2, 3);
      Tensor shifted = pool.slice(1, 7).reshape(2, 3);
      assertThatThrownBy(() -> low.scale(2, shifted))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("into overlaps this tensor");
      Tensor fixed = Tensor.wrap(arena.allocate(24, 4).asReadOnly(), DType.FLOAT32, 2, 3);
      assertThatThrownBy(() -> a.scale(2, fixed))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("read-only");
      Tensor closed = Tensor.zeros(DType.FLOAT32, 2, 3);
      closed.close();
      assertThatThrownBy(() -> a.add(closed)).isInstanceOf(TensorClosedException.class);
      assertThatThrownBy(closed::transpose).isInstanceOf(TensorClosedException.class);
    }
  }

  /** A function that fails leaves no tensor behind. */
  @Test
  void aFailingFunctionLeavesNothing() {
    try (Tensor a = Tensor.zeros(DType.FLOAT32, 3)) {
      assertThatThrownBy(
              () ->
                  a.map(
                      x -> {
                        throw new ArithmeticException("mine");
                      }))
          .hasMessage("mine");
    }
  }
}
