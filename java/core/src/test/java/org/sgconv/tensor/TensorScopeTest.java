package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sgconv.Backends;
import org.sgconv.ClosedException;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.TensorClosedException;
import org.sgconv.conv.LongConvolution;

class TensorScopeTest {

  @Test
  void closesWhatIsMadeInIt() {
    long before = Tensor.openCount();
    List<Tensor> made = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
    try (Arena arena = Arena.ofConfined();
        TensorScope scope = TensorScope.onHost()) {
      made.add(scope.zeros(DType.FLOAT16, 3));
      made.add(scope.of(new float[] {1, 2}, 2));
      made.add(scope.of(new double[] {3}, 1));
      made.add(scope.wrap(arena.allocate(8, 8), DType.FLOAT32, 2));
      made.add(scope.wrap(bytes.asFloatBuffer(), 4));
      made.add(scope.wrap(bytes.asDoubleBuffer(), 2));
      assertThat(made).noneMatch(Tensor::isClosed);
      assertThat(made.get(1).get(1)).isEqualTo(2);
    }
    assertThat(made).allMatch(Tensor::isClosed);
    assertThat(Tensor.openCount()).isEqualTo(before);
  }

  @Test
  void aConvolutionNeedsOneResourceAlone() {
    long before = Tensor.openCount();
    float[] y;
    try (TensorScope scope = TensorScope.on(Backends.reference())) {
      var convolution =
          scope.adopt(
              LongConvolution.create(Backends.reference(), ConvolutionMode.CAUSAL, 1, 1, 3));
      var spectrum = scope.adopt(convolution.prepare(scope.of(new float[] {1, 2, 3}, 1, 1, 3)));
      Tensor u = scope.of(new float[] {1, 0, 1}, 1, 1, 3);
      y = scope.adopt(convolution.forward(spectrum, u)).toFloatArray();
    }
    assertThat(y).containsExactly(1, 2, 4);
    assertThat(Tensor.openCount()).isEqualTo(before);
  }

  @Test
  void whatIsReleasedOutlivesIt() {
    Tensor result;
    try (TensorScope scope = TensorScope.onHost()) {
      scope.zeros(DType.FLOAT32, 1);
      result = scope.release(scope.of(new float[] {7}, 1));
    }
    assertThat(result.get(0)).isEqualTo(7);
    result.close();
  }

  @Test
  void closesTheLastFirstAndAllInSpiteOfFailures() {
    List<String> order = new ArrayList<>();
    TensorScope scope = TensorScope.onHost();
    scope.adopt(() -> order.add("first"));
    scope.adopt(
        () -> {
          order.add("second");
          if (order.size() < 3) {
            throw new IllegalStateException("busy");
          }
        });
    Tensor tensor = scope.zeros(DType.FLOAT32, 1);
    assertThatThrownBy(scope::close).hasMessage("busy");
    assertThat(order).containsExactly("second", "first");
    assertThat(tensor.isClosed()).isTrue();
    scope.close(); // what failed is tried again
    assertThat(order).containsExactly("second", "first", "second", "first");
    scope.close();
    assertThat(order).hasSize(4);
  }

  @Test
  void aClosedScopeKeepsNothingOpen() {
    long before = Tensor.openCount();
    TensorScope scope = TensorScope.onHost();
    scope.close();
    Tensor late = Tensor.zeros(DType.FLOAT32, 1);
    assertThatThrownBy(() -> scope.adopt(late))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("scope is closed");
    assertThatThrownBy(() -> late.get(0)).isInstanceOf(TensorClosedException.class);
    assertThatThrownBy(() -> scope.zeros(DType.FLOAT32, 1)).isInstanceOf(ClosedException.class);
    assertThat(Tensor.openCount()).isEqualTo(before);
  }

  @Test
  void releasesTheResourceItselfAndOnlyWhatItHas() {
    try (Tensor mine = Tensor.zeros(DType.FLOAT32, 1)) {
      try (TensorScope scope = TensorScope.onHost()) {
        scope.adopt(mine);
        scope.adopt(mine);
        assertThat(scope.release(mine)).isSameAs(mine);
        assertThatThrownBy(() -> scope.release(mine))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("does not have FLOAT32 (1)");
        assertThatThrownBy(() -> scope.adopt(null)).hasMessage("resource");
      }
      assertThat(mine.isClosed()).isFalse();
    }
  }

  @Test
  void neitherClosesItselfNorReleasesWhatItCloses() {
    Tensor tensor = Tensor.zeros(DType.FLOAT32, 1);
    TensorScope scope = TensorScope.onHost();
    assertThatThrownBy(() -> scope.adopt(scope))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("cannot close itself");
    scope.adopt(tensor);
    scope.adopt(() -> scope.release(tensor));
    assertThatThrownBy(scope::close).isInstanceOf(ClosedException.class);
    assertThat(tensor.isClosed()).isTrue();
  }
}
