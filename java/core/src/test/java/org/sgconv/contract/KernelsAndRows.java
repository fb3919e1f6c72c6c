package org.sgconv.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.conv.RowLengths;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.Tensor;

/** Kernels that are shorter or longer than the signal, and rows of several lengths. */
interface KernelsAndRows extends ConvolutionSweep {

  /** Signal lengths of {@link #everyKernelLengthAndRows}: direct sums, and transforms. */
  default List<Integer> lengthsOfSignals() {
    return List.of(1, 2, 5, 64, 257, 1000);
  }

  /** Every mode and kernel length, plain and with everything, whole rows and ragged ones. */
  @TestFactory
  default Stream<DynamicTest> everyKernelLengthAndRows() {
    List<ConvolutionCase> cases = new ArrayList<>();
    for (int length : lengthsOfSignals()) {
      for (ConvolutionMode mode : ConvolutionMode.values()) {
        boolean linear = mode != ConvolutionMode.CIRCULAR;
        for (int lags : new TreeSet<>(List.of(1, 2, length - 1, length, length + 1, 3 * length))) {
          if (lags < 1 || (!linear && lags > length)) {
            continue;
          }
          ConvolutionCase at =
              ConvolutionCase.plain(mode, 3, 1 + lags % 2, 2, length).withKernelLength(lags);
          cases.add(at);
          cases.add(at.withEverything());
          if (linear) {
            cases.add(at.withRaggedRows());
            cases.add(at.withRaggedRows().withEverything());
          }
        }
      }
    }
    return tests(cases);
  }

  /** A kernel of K lags is the one of L lags whose others are zero. */
  @Test
  default void kernelsOfParametersHaveTheConvolutionsLength() {
    KernelSpec spec = KernelSpec.builder().hidden(2).kernelDim(4).scales(4).build();
    for (int lags : List.of(1, 20, 100)) {
      ConvolutionCase at =
          ConvolutionCase.plain(ConvolutionMode.CAUSAL, 2, 1, 2, 50).withKernelLength(lags);
      Operands operands = Operands.random(at, type(), Seed.random(at));
      try (KernelParameters parameters =
              KernelParameters.random(backend(), spec, type().kernelType(), 1);
          ConvolutionParts parts = new ConvolutionParts(backend(), type(), operands);
          Tensor kernel = KernelSynthesis.on(backend()).forward(parameters, lags);
          KernelSpectrum direct = parts.convolution.prepare(parameters);
          KernelSpectrum inTwoSteps = parts.convolution.prepare(kernel);
          Tensor y = parts.convolution.forward(direct, parts.u);
          Tensor expected = parts.convolution.forward(inTwoSteps, parts.u)) {
        Judged.check(ofBoth(), label(at), expected.toDoubleArray(), y.toDoubleArray());
        try (Tensor written = parts.poisonedKernel(1, 2, lags)) {
          direct.synthesize(parameters, written);
          Judged.check(
              kernelTolerance(), label(at), kernel.toDoubleArray(), written.toDoubleArray());
        }
      }
    }
  }

  /** What one row has is none of another's business, and the same lengths may come again. */
  @Test
  default void rowsEndWhereTheySay() {
    ConvolutionCase at =
        ConvolutionCase.plain(ConvolutionMode.BIDIRECTIONAL, 3, 2, 2, 300)
            .withRaggedRows()
            .withEverything();
    Operands operands = Operands.random(at, type(), Seed.random(at));
    RowLengths lengths = operands.rowLengths().orElseThrow();
    try (ConvolutionParts parts = new ConvolutionParts(backend(), type(), operands);
        KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel, parts.skip);
        Tensor y = parts.convolution.forward(spectrum, parts.u, parts.gates, lengths);
        Tensor again = parts.convolution.forward(spectrum, parts.u, parts.gates, lengths);
        Gradients gradients =
            parts.convolution.backward(spectrum, parts.u, parts.gates, lengths, parts.dy)) {
      Bits.requireSame(label(at), y.toDoubleArray(), again.toDoubleArray());
      requireZerosBeyond(operands, y.toDoubleArray());
      requireZerosBeyond(operands, gradients.input().toDoubleArray());
      requireZerosBeyond(operands, gradients.pre().orElseThrow().toDoubleArray());
      requireZerosBeyond(operands, gradients.post().orElseThrow().toDoubleArray());
      assertThat(Arrays.stream(gradients.kernel().toDoubleArray())).allMatch(Double::isFinite);
    }
  }

  private static void requireZerosBeyond(Operands operands, double[] values) {
    int length = operands.at().length();
    int ofOneSignal = values.length / operands.at().batch();
    for (int i = 0; i < values.length; i++) {
      if (i % length >= operands.lengths()[i / ofOneSignal]) {
        assertThat(values[i]).as("element " + i).isEqualTo(0);
      }
    }
  }

  @Test
  default void lengthsThatDoNotFitAreNamed() {
    ConvolutionCase at = ConvolutionCase.plain(ConvolutionMode.CAUSAL, 2, 1, 3, 10);
    Operands operands = Operands.random(at, type(), Seed.random(at));
    try (ConvolutionParts parts = new ConvolutionParts(backend(), type(), operands);
        KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel)) {
      LongConvolution it = parts.convolution;
      assertThatThrownBy(() -> it.forward(spectrum, parts.u, RowLengths.of(3, 4, 5)))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessage("3 lengths are given for a batch of 2: give one for each row");
      assertThatThrownBy(() -> it.forward(spectrum, parts.u, RowLengths.of(3, 11)))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage("lengths[1] is 11: signals of this convolution have at most 10 samples");
      assertThatThrownBy(
              () -> it.backward(spectrum, parts.u, Gates.none(), RowLengths.of(1), parts.dy))
          .isInstanceOf(ShapeMismatchException.class);
    }
    try (LongConvolution circular =
            LongConvolution.create(backend(), ConvolutionMode.CIRCULAR, 1, 3, 10, type());
        ConvolutionParts parts = new ConvolutionParts(backend(), type(), operands);
        KernelSpectrum spectrum = circular.prepare(parts.kernel)) {
      assertThatThrownBy(() -> circular.forward(spectrum, parts.u, RowLengths.of(10, 10)))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("circular");
    }
  }

  @Test
  default void kernelLengthsOutOfRangeAreNamed() {
    for (long lags : new long[] {Long.MIN_VALUE, 0, (1L << 40) + 1}) {
      assertThatThrownBy(
              () -> LongConvolution.builder(backend()).length(8).kernelLength(lags).build())
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage("kernelLength is " + lags + ": must be from 1 to 1099511627776");
    }
    assertThatThrownBy(
            () ->
                LongConvolution.builder(backend())
                    .mode(ConvolutionMode.CIRCULAR)
                    .length(8)
                    .kernelLength(9)
                    .build())
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("kernelLength is 9: must be at most the signals' length 8");
  }
}
