package org.sgconv.contract;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.sgconv.ConvolutionMode;

/** The sweep's last length, apart because it takes seconds. */
interface MillionSamples extends ConvolutionSweep {

  int LENGTH = 1_000_000;

  @TestFactory
  default Stream<DynamicTest> millionSamples() {
    return tests(
        List.of(
            ConvolutionCase.plain(ConvolutionMode.CAUSAL, 1, 1, 1, LENGTH).withEverything(),
            ConvolutionCase.plain(ConvolutionMode.BIDIRECTIONAL, 1, 1, 1, LENGTH),
            ConvolutionCase.plain(ConvolutionMode.CIRCULAR, 1, 1, 1, LENGTH)));
  }
}
