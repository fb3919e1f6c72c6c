package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.spi.TensorCheck;

class TensorTest {

  @Test
  void zerosAreZeroAndAligned() {
    for (DType type : DType.values()) {
      try (Tensor tensor = Tensor.zeros(type, 3, 17)) {
        assertThat(tensor.type()).isEqualTo(type);
        assertThat(tensor.elementCount()).isEqualTo(51);
        assertThat(tensor.byteSize()).isEqualTo(51L * type.byteSize());
        assertThat(tensor.dim(1)).isEqualTo(17);
        assertThat(tensor.segment().address() % 64).isZero();
        assertThat(tensor.toDoubleArray()).containsOnly(0);
        assertThat(tensor).hasToString(type + " (3, 17)");
      }
    }
  }

  @Test
  void keepsArraysInRowMajorOrder() {
    try (Tensor single = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor wide = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2)) {
      assertThat(single.get(1, 0)).isEqualTo(4);
      assertThat(wide.get(1, 0)).isEqualTo(3);
      single.set(-7.5, 0, 2);
      assertThat(single.toFloatArray()).containsExactly(1, 2, -7.5f, 4, 5, 6);
      wide.setFlat(5, 0.1);
      assertThat(wide.getFlat(5)).isEqualTo(0.1);
      assertThat(wide.toDoubleArray()).containsExactly(1, 2, 3, 4, 5, 0.1);
    }
  }

  @Test
  void copiesTheArraysItIsMadeFrom() {
    float[] values = {1, 2};
    try (Tensor tensor = Tensor.of(values, 2)) {
      values[0] = 9;
      assertThat(tensor.get(0)).isEqualTo(1);
    }
  }

  @Test
  void refusesArraysOfAnotherCount() {
    assertThatThrownBy(() -> Tensor.of(new float[5], 2, 3))
        .isInstanceOf(ShapeMismatchException.class)
        .hasMessage("shape (2, 3) has 6 elements, not 5");
    assertThatThrownBy(() -> Tensor.of(new double[0], 1))
        .isInstanceOf(ShapeMismatchException.class);
  }

  @Test
  void refusesPositionsOutOfRange() {
    try (Tensor tensor = Tensor.zeros(DType.FLOAT32, 2, 3)) {
      assertThatThrownBy(() -> tensor.get(2, 0)).isInstanceOf(InvalidArgumentException.class);
      assertThatThrownBy(() -> tensor.set(1, 0, 3)).isInstanceOf(InvalidArgumentException.class);
      assertThatThrownBy(() -> tensor.getFlat(6))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage("element 6 of shape (2, 3): must be from 0 to 5");
      assertThatThrownBy(() -> tensor.setFlat(-1, 0)).isInstanceOf(InvalidArgumentException.class);
    }
  }

  @Test
  void slicesAreViews() {
    try (Tensor tensor = Tensor.of(new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 4, 2);
        Tensor row = tensor.slice(2);
        Tensor middle = tensor.slice(1, 3)) {
      assertThat(row.shape()).isEqualTo(Shape.of(2));
      assertThat(row.toFloatArray()).containsExactly(4, 5);
      assertThat(middle.shape()).isEqualTo(Shape.of(2, 2));
      assertThat(middle.toFloatArray()).containsExactly(2, 3, 4, 5);
      row.set(50, 1);
      assertThat(tensor.get(2, 1)).isEqualTo(50);
      assertThat(middle.get(1, 1)).isEqualTo(50);
      try (Tensor element = row.slice(0)) {
        assertThat(element.shape().rank()).isZero();
        assertThat(element.get()).isEqualTo(4);
        assertThatThrownBy(() -> element.slice(0))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("rank 0");
      }
    }
  }

  @Test
  void refusesSlicesOutOfRange() {
    try (Tensor tensor = Tensor.zeros(DType.FLOAT64, 4, 2)) {
      for (long[] range : new long[][] {{-1, 2}, {2, 2}, {3, 2}, {0, 5}, {4, 5}}) {
        assertThatThrownBy(() -> tensor.slice(range[0], range[1]))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("must be within 0 to 4 and not empty");
      }
      for (long index : new long[] {-1, 4, Long.MAX_VALUE, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> tensor.slice(index)).isInstanceOf(InvalidArgumentException.class);
      }
    }
  }

  @Test
  void reshapeIsAView() {
    try (Tensor tensor = Tensor.of(new double[] {0, 1, 2, 3, 4, 5}, 2, 3);
        Tensor other = tensor.reshape(3, 2)) {
      assertThat(other.get(1, 0)).isEqualTo(2);
      other.set(9, 0, 0);
      assertThat(tensor.get(0, 0)).isEqualTo(9);
      assertThatThrownBy(() -> tensor.reshape(4, 2)).isInstanceOf(ShapeMismatchException.class);
    }
  }

  @Test
  void copiesAndConverts() {
    try (Tensor wide = Tensor.of(new double[] {0.1, -2, 1e-300}, 3);
        Tensor single = wide.to(DType.FLOAT32);
        Tensor back = single.to(DType.FLOAT64);
        Tensor copy = wide.copy()) {
      assertThat(single.toFloatArray()).containsExactly(0.1f, -2, 0);
      assertThat(back.toDoubleArray()).containsExactly(0.1f, -2, 0);
      assertThat(wide.toFloatArray()).containsExactly(0.1f, -2, 0);
      assertThat(single.toDoubleArray()).containsExactly(0.1f, -2, 0);
      wide.set(5, 0);
      assertThat(copy.get(0)).isEqualTo(0.1);
    }
  }

  @Test
  void copyFromNeedsTheSameShapeAndType() {
    try (Tensor target = Tensor.zeros(DType.FLOAT32, 2, 2);
        Tensor same = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
        Tensor flat = Tensor.zeros(DType.FLOAT32, 4);
        Tensor wide = Tensor.zeros(DType.FLOAT64, 2, 2)) {
      target.copyFrom(same);
      assertThat(target.toFloatArray()).containsExactly(1, 2, 3, 4);
      target.copyFrom(new float[] {5, 6, 7, 8});
      assertThat(target.toFloatArray()).containsExactly(5, 6, 7, 8);
      wide.copyFrom(new double[] {1, 2, 3, 4});
      assertThat(wide.toDoubleArray()).containsExactly(1, 2, 3, 4);
      assertThatThrownBy(() -> target.copyFrom(flat))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessage("source has shape (4), expected (2, 2)");
      assertThatThrownBy(() -> target.copyFrom(wide))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessage("source is FLOAT64, expected FLOAT32: convert it with to(FLOAT32)");
      assertThatThrownBy(() -> target.copyFrom(new double[4]))
          .isInstanceOf(TypeMismatchException.class);
      assertThatThrownBy(() -> target.copyFrom(new float[3]))
          .isInstanceOf(ShapeMismatchException.class);
    }
  }

  @Test
  void copyFromAllowsOverlap() {
    try (Tensor tensor = Tensor.of(new float[] {1, 2, 3, 4, 5}, 5);
        Tensor head = tensor.slice(0, 4);
        Tensor tail = tensor.slice(1, 5)) {
      tail.copyFrom(head);
      assertThat(tensor.toFloatArray()).containsExactly(1, 1, 2, 3, 4);
    }
  }

  @Test
  void fills() {
    try (Tensor single = Tensor.zeros(DType.FLOAT32, 3);
        Tensor wide = Tensor.zeros(DType.FLOAT64, 3)) {
      single.fill(0.1);
      wide.fill(0.1);
      assertThat(single.toFloatArray()).containsOnly(0.1f);
      assertThat(wide.toDoubleArray()).containsOnly(0.1);
      single.fill(Double.NaN);
      assertThat(single.get(2)).isNaN();
    }
  }

  @Test
  void knowsOverlap() {
    try (Tensor tensor = Tensor.zeros(DType.FLOAT32, 6);
        Tensor other = Tensor.zeros(DType.FLOAT32, 6);
        Tensor head = tensor.slice(0, 3);
        Tensor tail = tensor.slice(3, 6);
        Tensor middle = tensor.slice(2, 4)) {
      assertThat(tensor.overlaps(tensor)).isTrue();
      assertThat(tensor.overlaps(other)).isFalse();
      assertThat(head.overlaps(tail)).isFalse();
      assertThat(tail.overlaps(head)).isFalse();
      assertThat(middle.overlaps(head)).isTrue();
      assertThat(tail.overlaps(middle)).isTrue();
      assertThatThrownBy(() -> TensorCheck.disjoint("y", middle, "u", head))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage("y overlaps u in memory: give it memory of its own");
    }
  }

  @Test
  void findsTheFirstValueThatIsNotFiniteWhereverItIs() {
    long count = 3 * 4096 + 5;
    for (DType type : DType.values()) {
      try (Tensor tensor = Tensor.zeros(type, count)) {
        assertThat(tensor.firstNonFinite()).isEmpty();
        for (long at : new long[] {count - 1, 2 * 4096, 4096, 4095, 1}) {
          tensor.setFlat(at, at % 2 == 0 ? Double.NaN : Double.NEGATIVE_INFINITY);
          assertThat(tensor.firstNonFinite()).hasValue(at);
        }
      }
    }
  }

  @Test
  void namesTheFirstValueThatIsNotFinite() {
    for (DType type : DType.values()) {
      try (Tensor tensor = Tensor.zeros(type, 2, 3)) {
        TensorCheck.finite("u", tensor);
        tensor.set(Double.NEGATIVE_INFINITY, 1, 2);
        assertThatThrownBy(() -> TensorCheck.finite("u", tensor))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessage("u (2, 3) holds -Infinity at (1, 2): every value must be finite");
        tensor.set(Double.NaN, 0, 1);
        assertThatThrownBy(() -> TensorCheck.finite("u", tensor))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("NaN at (0, 1)");
      }
    }
  }
}
