package org.sgconv.contract;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.sgconv.ConvolutionMode;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.tensor.Tensor;

/**
 * The CUDA backend's convolutions. On the emulated device each CUDA thread is a fiber, which is
 * slow, so the sweeps are thinner than those of other backends: every length and every mode once,
 * the longest signals plain.
 */
interface CudaContract
    extends KernelsAndRows, ConvolutionLaws, ConvolutionUse, SynthesizedSpectra, Misuse {

  @Override
  default String backendName() {
    return "cuda";
  }

  /** Every length in every mode, the options in turn. */
  @Override
  @TestFactory
  default Stream<DynamicTest> shortSignals() {
    List<ConvolutionCase> cases = new ArrayList<>();
    Random shapes = Seed.random("shapes of short signals");
    int options = 0;
    for (int length : SHORT_LENGTHS) {
      for (ConvolutionMode mode : ConvolutionMode.values()) {
        options++;
        cases.add(
            new ConvolutionCase(
                mode,
                1 + shapes.nextInt(3),
                1 + shapes.nextInt(3),
                1 + shapes.nextInt(3),
                length,
                (options & 1) != 0,
                (options & 2) != 0,
                (options & 4) != 0,
                shapes.nextBoolean()));
      }
    }
    return tests(cases);
  }

  /** Every length with everything, the mode in turn. */
  @Override
  @TestFactory
  default Stream<DynamicTest> longSignals() {
    List<ConvolutionCase> cases = new ArrayList<>();
    List<ConvolutionMode> modes = List.of(ConvolutionMode.values());
    for (int i = 0; i < LONG_LENGTHS.size(); i++) {
      ConvolutionMode mode = modes.get(i % modes.size());
      int length = LONG_LENGTHS.get(i);
      cases.add(
          ConvolutionCase.plain(mode, 1, 1, length < 10_000 ? 2 : 1, length).withEverything());
    }
    return tests(cases);
  }

  /** Few, as each has every mode and kernel length. */
  @Override
  default List<Integer> lengthsOfSignals() {
    return List.of(1, 5, 64, 257);
  }

  /** Few, as each mode has every class. */
  @Override
  default List<Integer> signalLengths() {
    return List.of(17, 256, 1000);
  }

  /**
   * More than one block of threads takes: just beyond it, and where rows do not fill their size.
   */
  @TestFactory
  default Stream<DynamicTest> signalsBeyondABlock() {
    return tests(
        List.of(
            ConvolutionCase.plain(ConvolutionMode.CAUSAL, 2, 1, 1, 16_385),
            ConvolutionCase.plain(ConvolutionMode.CAUSAL, 1, 2, 1, 20_000).withEverything(),
            ConvolutionCase.plain(ConvolutionMode.BIDIRECTIONAL, 2, 2, 2, 20_000).withEverything(),
            ConvolutionCase.plain(ConvolutionMode.CIRCULAR, 1, 1, 2, 24_577).withEverything(),
            ConvolutionCase.plain(ConvolutionMode.BIDIRECTIONAL, 1, 2, 1, 40_000).withEverything(),
            ConvolutionCase.plain(ConvolutionMode.CIRCULAR, 2, 1, 1, 40_000)));
  }

  /** The host's memory, confined or not, is not where this backend computes. */
  @Override
  @Test
  default void confinedMemoryStaysWithItsThread() {
    ConvolutionCase at = CASE;
    Operands operands = Operands.random(at, type(), Seed.random(at));
    try (ConvolutionParts parts = new ConvolutionParts(backend(), type(), operands);
        KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel, parts.skip);
        Tensor host = parts.u.toHost()) {
      assertThatThrownBy(() -> parts.convolution.forward(spectrum, host))
          .isInstanceOf(WrongDeviceException.class)
          .hasMessageContaining("copyTo");
    }
  }
}
