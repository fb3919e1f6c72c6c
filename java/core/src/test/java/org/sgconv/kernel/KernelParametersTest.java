package org.sgconv.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.Initialization;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.TypeMismatchException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Shape;
import org.sgconv.tensor.Tensor;

class KernelParametersTest {

  /** Made by a program of its own from the definitions of SplitMix64 and Box–Muller, seed 42. */
  private static final double[] SEED_42 = {
    0.8822489062222688, 1.388473285287707, -0.4508498757188601, 0.6707164409024291
  };

  private final long openBefore = Tensor.openCount();

  @AfterEach
  void nothingLeaks() {
    assertThat(Tensor.openCount()).isEqualTo(openBefore);
  }

  private static KernelSpec.Builder builder() {
    return KernelSpec.builder().hidden(3).heads(2).maxLength(64).kernelDim(8);
  }

  @Test
  void randomHasTheSpecsShape() {
    KernelSpec spec = builder().mode(ConvolutionMode.BIDIRECTIONAL).build();
    try (KernelParameters parameters = KernelParameters.random(spec, DType.FLOAT32, 1)) {
      assertThat(parameters.spec()).isEqualTo(spec);
      assertThat(parameters.type()).isEqualTo(DType.FLOAT32);
      assertThat(parameters.weights().shape()).isEqualTo(Shape.of(4, 4, 3, 8));
      assertThat(parameters.decay().shape()).isEqualTo(Shape.of(3));
      assertThat(parameters.norm()).isEmpty();
      assertThat(parameters.isClosed()).isFalse();
    }
  }

  @Test
  void aSeedGivesTheSameValuesEverywhere() {
    KernelSpec spec = builder().heads(1).hidden(1).maxLength(8).kernelDim(4).scales(1).build();
    try (KernelParameters parameters = KernelParameters.random(spec, DType.FLOAT64, 42)) {
      double[] values = parameters.weights().toDoubleArray();
      assertThat(values).hasSameSizeAs(SEED_42);
      for (int i = 0; i < SEED_42.length; i++) {
        assertThat(values[i]).isCloseTo(SEED_42[i], within(1e-15));
      }
    }
  }

  @Test
  void seedsDifferAndTypesAgree() {
    KernelSpec spec = builder().build();
    try (KernelParameters one = KernelParameters.random(spec, DType.FLOAT64, 1);
        KernelParameters again = KernelParameters.random(spec, DType.FLOAT64, 1);
        KernelParameters single = KernelParameters.random(spec, DType.FLOAT32, 1);
        KernelParameters two = KernelParameters.random(spec, DType.FLOAT64, 2)) {
      assertThat(again.weights().toDoubleArray()).isEqualTo(one.weights().toDoubleArray());
      assertThat(single.weights().toFloatArray()).isEqualTo(one.weights().toFloatArray());
      assertThat(two.weights().toDoubleArray()).isNotEqualTo(one.weights().toDoubleArray());
    }
  }

  @Test
  void multipliersAreEvenlySpaced() {
    KernelSpec spec = builder().hidden(5).decayRange(1, 3).build();
    try (KernelParameters parameters = KernelParameters.random(spec, DType.FLOAT64, 1)) {
      assertThat(parameters.decay().toDoubleArray()).containsExactly(1, 1.5, 2, 2.5, 3);
    }
    KernelSpec single = builder().hidden(1).decayRange(1, 3).build();
    try (KernelParameters parameters = KernelParameters.random(single, DType.FLOAT64, 1)) {
      assertThat(parameters.decay().toDoubleArray()).containsExactly(1);
    }
  }

  @Test
  void exponentsAreDrawnFromTheRange() {
    KernelSpec spec = builder().hidden(200).decay(DecayLaw.POWER).decayRange(0.5, 1.5).build();
    try (KernelParameters parameters = KernelParameters.random(spec, DType.FLOAT64, 1)) {
      double[] exponents = parameters.decay().toDoubleArray();
      for (double exponent : exponents) {
        assertThat(exponent).isBetween(0.5, 1.5);
      }
      // Standard deviation of the mean: 1/sqrt(12·200) = 0.02.
      assertThat(Arrays.stream(exponents).average().orElseThrow()).isCloseTo(1, within(0.1));
      assertThat(Arrays.stream(exponents).distinct().count()).isEqualTo(200);
    }
  }

  @Test
  void cosinesAreShuffledRowsOfEveryFrequencyAndEqualForAllChannels() {
    int hidden = 4;
    int dim = 8;
    KernelSpec spec =
        builder()
            .hidden(hidden)
            .mode(ConvolutionMode.BIDIRECTIONAL)
            .initialization(Initialization.COSINE)
            .build();
    try (KernelParameters parameters = KernelParameters.random(spec, DType.FLOAT64, 3)) {
      Tensor weights = parameters.weights();
      for (int scale = 0; scale < spec.scales(); scale++) {
        boolean[] seen = new boolean[hidden];
        for (int h = 0; h < hidden; h++) {
          seen[frequency(weights, scale, h)] = true;
          for (int channel = 1; channel < spec.channels(); channel++) {
            for (int j = 0; j < dim; j++) {
              assertThat(weights.get(scale, channel, h, j)).isEqualTo(weights.get(scale, 0, h, j));
            }
          }
        }
        assertThat(seen).containsOnly(true);
      }
    }
  }

  /** The f below 4 with row = cos(linspace(0, 2πf, 8)); f and 7 − f alias, so there is one. */
  private static int frequency(Tensor weights, int scale, int row) {
    for (int f = 0; f < 4; f++) {
      boolean equal = true;
      for (int j = 0; j < 8; j++) {
        equal &=
            Math.abs(weights.get(scale, 0, row, j) - Math.cos(2 * Math.PI * f * j / 7)) < 1e-12;
      }
      if (equal) {
        return f;
      }
    }
    throw new AssertionError(
        "scale " + scale + " row " + row + " is no cosine of frequency 0 to 3");
  }

  @Test
  void aSingleCosineSampleIsOne() {
    KernelSpec spec = builder().kernelDim(1).initialization(Initialization.COSINE).build();
    try (KernelParameters parameters = KernelParameters.random(spec, DType.FLOAT64, 3)) {
      assertThat(parameters.weights().toDoubleArray()).containsOnly(1);
    }
  }

  @Test
  void ofOwnsItsTensors() {
    Tensor weights = filled(4, 2, 3, 8);
    Tensor decay = filled(3);
    Tensor norm = filled(2, 3);
    KernelParameters parameters = KernelParameters.of(builder().build(), weights, decay, norm);
    assertThat(parameters.weights()).isSameAs(weights);
    assertThat(parameters.decay()).isSameAs(decay);
    assertThat(parameters.norm()).containsSame(norm);
    parameters.close();
    assertThat(weights.isClosed() && decay.isClosed() && norm.isClosed()).isTrue();
    assertThat(parameters.isClosed()).isTrue();
    parameters.close(); // does nothing
    assertThatThrownBy(() -> parameters.copyTo(Backends.reference()))
        .isInstanceOf(TensorClosedException.class);
  }

  @Test
  void ofRefusesContradictionsAndLeavesTheTensorsToTheCaller() {
    KernelSpec spec = builder().build();
    try (Tensor weights = filled(4, 2, 3, 8);
        Tensor decay = filled(3);
        Tensor norm = filled(2, 3);
        Tensor wrong = filled(4, 2, 3, 7);
        Tensor single = Tensor.zeros(DType.FLOAT32, 3);
        Tensor zeros = Tensor.zeros(DType.FLOAT64, 2, 3)) {
      assertThatThrownBy(() -> KernelParameters.of(spec, wrong, decay, norm))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessage("weights (S,C',H,d) has shape (4, 2, 3, 7), expected (4, 2, 3, 8)");
      assertThatThrownBy(() -> KernelParameters.of(spec, weights, norm, norm))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("decay (H)");
      assertThatThrownBy(() -> KernelParameters.of(spec, weights, decay, decay))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("norm (C',H)");
      assertThatThrownBy(() -> KernelParameters.of(spec, weights, single, norm))
          .isInstanceOf(TypeMismatchException.class);
      assertThatThrownBy(() -> KernelParameters.of(spec, weights, decay, zeros))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("norm of kernel channel 0, row 0 is 0.0");
      weights.set(Double.NaN, 1, 0, 2, 3);
      assertThatThrownBy(() -> KernelParameters.of(spec, weights, decay, norm))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("weights")
          .hasMessageContaining("NaN at (1, 0, 2, 3)");
      weights.fill(1);
      norm.set(Double.POSITIVE_INFINITY, 1, 1);
      assertThatThrownBy(() -> KernelParameters.of(spec, weights, decay, norm))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("norm")
          .hasMessageContaining("Infinity at (1, 1)");
      assertThat(weights.isClosed() || decay.isClosed() || norm.isClosed()).isFalse();
    }
  }

  @Test
  void ofRefusesTensorsThatShareMemory() {
    KernelSpec spec = builder().build();
    try (Tensor weights = filled(4, 2, 3, 8);
        Tensor flat = weights.reshape(192);
        Tensor decay = flat.slice(5, 8)) {
      assertThatThrownBy(() -> KernelParameters.of(spec, weights, decay))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("decay overlaps weights");
    }
  }

  private static Tensor filled(long... dims) {
    Tensor tensor = Tensor.zeros(DType.FLOAT64, dims);
    tensor.fill(2);
    return tensor;
  }
}
