package org.sgconv.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.ExactResult;
import org.sgconv.oracle.SignalClass;
import org.sgconv.oracle.Tolerance;

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

  /** Lengths of {@link #everyClassOfSignals}: direct sums, and transforms of several depths. */
  default List<Integer> signalLengths() {
    return List.of(17, 256, 1000, 4097);
  }

  /** What a check on uniform numbers does not see, and what a check may wrongly refuse. */
  @TestFactory
  default Stream<DynamicTest> everyClassOfSignals() {
    Backend backend = backend();
    List<DynamicTest> tests = new ArrayList<>();
    for (SignalClass signals : SignalClass.values()) {
      for (int length : signalLengths()) {
        for (ConvolutionMode mode : ConvolutionMode.values()) {
          boolean gates = signals.takesGates() && tests.size() % 2 == 0;
          ConvolutionCase at =
              new ConvolutionCase(mode, 2, 1 + length % 2, 1, length, gates, gates, gates, false);
          String what = signals.id() + " " + at;
          tests.add(
              dynamicTest(
                  what,
                  () ->
                      check(
                          backend,
                          label(what),
                          Operands.of(at, signals, type(), Seed.random(what)))));
        }
      }
    }
    return tests.stream();
  }

  /** A NaN or an infinity spoils its own row of every result and no other. */
  @Test
  default void whatIsNotFiniteStaysInItsRow() {
    for (int length : List.of(31, 1023)) {
      for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
        ConvolutionCase at = ConvolutionCase.plain(ConvolutionMode.CAUSAL, 2, 2, 3, length);
        Operands operands = Operands.random(at, type(), Seed.random("not finite " + at));
        int row = 4; // b = 1, h = 1
        operands.u()[row * length + length / 2] = bad;
        ConvolutionRun run = ConvolutionRun.of(backend(), type(), operands);
        ExactConvolution exact = operands.exact();
        String what = label(at) + " with " + bad;
        // y's rows of h = 1 in the second batch are unspecified, the gradient of kernel h = 1 is.
        assertOnlyUnspecified(what + " y", tolerance(), exact.output(), run.y(), Set.of(7, 10));
        assertOnlyUnspecified(
            what + " dk", kernelTolerance(), exact.kernelGradient(), run.dk(), Set.of(1, 4));
        assertOnlyUnspecified(what + " du", tolerance(), exact.inputGradient(), run.du(), Set.of());
      }
    }
  }

  private static void assertOnlyUnspecified(
      String what, Tolerance tolerance, ExactResult exact, double[] actual, Set<Integer> rows) {
    int length = exact.rowLength();
    for (int r = 0; r < exact.rowCount(); r++) {
      double[] found = Arrays.copyOfRange(actual, r * length, (r + 1) * length);
      Deviation deviation = tolerance.measure(exact.values(r), exact.bound(r), found);
      assertThat(deviation.isAccepted()).as(what + " row " + r + deviation.describe()).isTrue();
      assertThat(deviation.leavesRange()).as(what + " row " + r).isEqualTo(rows.contains(r));
    }
  }

  /** One test for each case. */
  default Stream<DynamicTest> tests(List<ConvolutionCase> cases) {
    Backend backend = backend();
    return cases.stream().map(at -> dynamicTest(at.toString(), () -> check(backend, at)));
  }

  private void check(Backend backend, ConvolutionCase at) {
    check(backend, label(at), Operands.random(at, type(), Seed.random(at)));
  }

  /** Fails unless this backend computes every result of these operands. */
  default void check(Backend backend, String what, Operands operands) {
    ConvolutionRun run = ConvolutionRun.of(backend, type(), operands);
    run.check(this, what, operands.exact());
  }
}
