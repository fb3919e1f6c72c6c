package org.sgconv.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShapeTest {

  @Test
  void kernelSizesAreProductsOfTheirDimensions() {
    KernelShape shape = kernel(2, 3, 5, 7, 1);
    assertThat(shape.weightBytes()).isEqualTo(4 * 7 * 2 * 3 * 5);
    assertThat(shape.decayBytes()).isEqualTo(4 * 3);
    assertThat(shape.normBytes()).isEqualTo(4 * 2 * 3);
    assertThat(shape.kernelBytes(11)).isEqualTo(4 * 2 * 3 * 11);
  }

  @Test
  void convolutionSizesAreProductsOfTheirDimensions() {
    ConvolutionShape causal = new ConvolutionShape(2, 3, 5, 5, ConvolutionShape.Mode.CAUSAL);
    assertThat(causal.signalBytes()).isEqualTo(4 * 3 * 5);
    assertThat(causal.outputBytes()).isEqualTo(4 * 2 * 3 * 5);
    assertThat(causal.kernelBytes()).isEqualTo(4 * 2 * 3 * 5);
    assertThat(causal.skipBytes()).isEqualTo(4 * 2 * 3);
    assertThat(new ConvolutionShape(2, 3, 5, 5, ConvolutionShape.Mode.BIDIRECTIONAL).kernelBytes())
        .isEqualTo(2 * causal.kernelBytes());
    assertThat(new ConvolutionShape(2, 3, 5, 5, ConvolutionShape.Mode.CENTERED).kernelBytes())
        .isEqualTo(causal.kernelBytes());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1, 1, 0, channels is 0",
    "1, -1, 1, 1, 0, hidden is -1",
    "1, 1, 0, 1, 0, dim is 0",
    "1, 1, 1, -9223372036854775808, 0, scales is -9223372036854775808",
    "1, 1, 1, 1, -1, initScale is -1",
  })
  void kernelDimensionsMustBePositive(
      long channels, long hidden, long dim, long scales, long initScale, String message) {
    assertThatThrownBy(() -> kernel(channels, hidden, dim, scales, initScale))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1, heads is 0", "1, 0, 1, hidden is 0", "1, 1, -5, length is -5"})
  void convolutionDimensionsMustBePositive(long heads, long hidden, long length, String message) {
    assertThatThrownBy(
            () -> new ConvolutionShape(heads, hidden, length, length, ConvolutionShape.Mode.CAUSAL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void productsThatOverflowAreRefused() {
    long big = 1L << 40;
    assertThatThrownBy(() -> new ConvolutionShape(1, big, big, big, ConvolutionShape.Mode.CAUSAL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more than memory can hold");
    // 2^61 values are 2^63 bytes, one more than a long holds.
    assertThatThrownBy(
            () -> new ConvolutionShape(1, 1, 1L << 61, 1L << 61, ConvolutionShape.Mode.CAUSAL))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(
            new ConvolutionShape(1, 1, 1L << 60, 1L << 60, ConvolutionShape.Mode.CAUSAL)
                .signalBytes())
        .isEqualTo(1L << 62);
    KernelShape shape = kernel(1, big, 1L << 20, 2, 0);
    assertThatThrownBy(shape::weightBytes).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> shape.kernelBytes(big)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> shape.kernelBytes(0)).hasMessageContaining("length is 0");
  }

  private static KernelShape kernel(
      long channels, long hidden, long dim, long scales, long initScale) {
    return new KernelShape(
        channels,
        hidden,
        dim,
        scales,
        initScale,
        KernelShape.Composition.CONCATENATE,
        KernelShape.Interpolation.LINEAR,
        KernelShape.Decay.GEOMETRIC);
  }
}
