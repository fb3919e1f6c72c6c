package org.sgconv.contract;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Compares a run with the naive sums: every element where that is cheap, otherwise the first and
 * last and a random sample, since one element costs L operations.
 */
final class OracleCheck {

  /** Terms that may be summed for one tensor. */
  private static final long BUDGET = 1_000_000;

  private final ConvolutionCase at;
  private final NaiveConvolution naive;
  private final Tolerance ofSignals;
  private final Tolerance ofKernels;
  private final String what;
  private final Random random;

  private OracleCheck(Operands operands, BackendUnderTest backend, Random random) {
    this.at = operands.at();
    this.naive = new NaiveConvolution(operands);
    this.ofSignals = backend.tolerance();
    this.ofKernels = backend.kernelTolerance();
    this.what = backend.label(at);
    this.random = random;
  }

  /** Fails unless the run agrees with the definition. */
  static void check(
      Operands operands, ConvolutionRun run, BackendUnderTest backend, Random random) {
    new OracleCheck(operands, backend, random).run(run);
  }

  private void run(ConvolutionRun run) {
    int length = at.length();
    int hidden = at.hidden();
    int heads = at.heads();
    compare(
        ofSignals,
        "y",
        run.y(),
        1,
        i -> {
          int row = i / length;
          return naive.y(row / (heads * hidden), row / hidden % heads, row % hidden, i % length);
        });
    compare(ofSignals, "du", run.du(), heads, i -> naive.du(batch(i), row(i), i % length));
    compare(ofKernels, "dk", run.dk(), at.batch(), i -> naive.dk(batch(i), row(i), i % length));
    if (at.skip()) {
      compare(
          ofKernels, "dskip", run.dskip(), at.batch(), i -> naive.dskip(i / hidden, i % hidden));
    }
    if (at.pre()) {
      compare(ofSignals, "dpre", run.dpre(), heads, i -> naive.dpre(batch(i), row(i), i % length));
    }
    if (at.post()) {
      compare(
          ofSignals, "dpost", run.dpost(), heads, i -> naive.dpost(batch(i), row(i), i % length));
    }
    requireUnusedLagIsZero(run.dk());
  }

  /** Outermost index of element i of a tensor (n, H, L). */
  private int batch(int i) {
    return i / at.length() / at.hidden();
  }

  /** Middle index of element i of a tensor (n, H, L). */
  private int row(int i) {
    return i / at.length() % at.hidden();
  }

  private void compare(
      Tolerance tolerance, String name, double[] actual, int sums, IntToDoubleFunction definition) {
    long cost = (long) sums * at.length();
    int[] places = places(actual.length, Math.max(16, BUDGET / cost));
    double[] expected = IntStream.of(places).mapToDouble(definition).toArray();
    double[] found = IntStream.of(places).mapToDouble(i -> actual[i]).toArray();
    tolerance.check(what + " " + name + " against the definition", expected, found);
  }

  private int[] places(int count, long wanted) {
    if (count <= wanted) {
      return IntStream.range(0, count).toArray();
    }
    IntStream inner = random.ints(wanted - 4, 0, count);
    return IntStream.concat(IntStream.of(0, 1, count - 2, count - 1), inner).toArray();
  }

  /** k'[L−1] pairs no two samples. */
  private void requireUnusedLagIsZero(double[] dk) {
    for (int c = at.heads(); c < at.channels(); c++) {
      for (int h = 0; h < at.hidden(); h++) {
        double value = dk[(c * at.hidden() + h + 1) * at.length() - 1];
        if (value != 0) {
          throw new AssertionError(what + ": gradient of k'[L-1] is " + value + ", expected 0");
        }
      }
    }
  }
}
