package org.sgconv.contract;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.tensor.DType;

/** Output and gradients over awkward sizes, in every mode, with and without each operand. */
interface ConvolutionSweep extends BackendUnderTest {

  /** Around powers of two, primes, and what is none of these. */
  List<Integer> SHORT_LENGTHS = List.of(1, 2, 3, 5, 17, 255, 256, 257, 997, 1000, 1024);

  List<Integer> LONG_LENGTHS = List.of(4095, 4096, 4097, 14113, 65536);

  /** Every combination of mode, skip and gates; B, C and H from 1 to 5. */
  @TestFactory
  default Stream<DynamicTest> shortSignals() {
    List<ConvolutionCase> cases = new ArrayList<>();
    Random shapes = Seed.random("shapes of short signals");
    for (int length : SHORT_LENGTHS) {
      for (ConvolutionMode mode : ConvolutionMode.values()) {
        for (int options = 0; options < 8; options++) {
          cases.add(
              new ConvolutionCase(
                  mode,
                  1 + shapes.nextInt(5),
                  1 + shapes.nextInt(4),
                  1 + shapes.nextInt(5),
                  length,
                  (options & 1) != 0,
                  (options & 2) != 0,
                  (options & 4) != 0,
                  shapes.nextBoolean()));
        }
      }
    }
    return tests(cases);
  }

  /** Plain and with everything. */
  @TestFactory
  default Stream<DynamicTest> longSignals() {
    List<ConvolutionCase> cases = new ArrayList<>();
    Random shapes = Seed.random("shapes of long signals");
    for (int length : LONG_LENGTHS) {
      int most = length < 10_000 ? 3 : 2;
      for (ConvolutionMode mode : ConvolutionMode.values()) {
        int batch = 1 + shapes.nextInt(most);
        int heads = 1 + shapes.nextInt(most);
        int hidden = 1 + shapes.nextInt(most);
        cases.add(ConvolutionCase.plain(mode, batch, heads, hidden, length));
        cases.add(ConvolutionCase.plain(mode, hidden, batch, heads, length).withEverything());
      }
    }
    return tests(cases);
  }

  /** One test for each case. */
  default Stream<DynamicTest> tests(List<ConvolutionCase> cases) {
    Backend backend = backend();
    return cases.stream().map(at -> dynamicTest(at.toString(), () -> check(backend, at)));
  }

  private void check(Backend backend, ConvolutionCase at) {
    Random random = Seed.random(at);
    Operands operands = Operands.random(at, type(), random);
    ConvolutionRun run = ConvolutionRun.of(backend, type(), operands);
    OracleCheck.check(operands, run, this, random);
    if (!isReference()) {
      ConvolutionRun expected = ConvolutionRun.of(Backends.reference(), DType.FLOAT64, operands);
      run.check(tolerance(), kernelTolerance(), label(at) + " against the reference", expected);
    }
  }
}
