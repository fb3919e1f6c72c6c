package org.sgconv.contract;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.sgconv.spi.Dropout;

/**
 * What layers and models compute beside convolutions, every operation forward and backward in
 * awkward sizes, against the reference.
 */
interface LayerContract extends LinearContract, NormContract {

  /** Rules that leave out nothing, elements here and there, and nearly everything. */
  List<Dropout> DROPOUTS =
      List.of(
          Dropout.NONE,
          new Dropout(0.25, 0x80000001, 5, 3),
          new Dropout(0.97, -1, -2, 0x7FFF_FFFF_FFFF_FFFFL));

  /** GELU and its gradient, with every dropout. */
  @TestFactory
  default Stream<DynamicTest> gelus() {
    return signals().stream().map(at -> dynamicTest(at.toString(), () -> gelu(at)));
  }

  private void gelu(Signals at) {
    Draw draw = new Draw(this, at);
    double[] values = new double[at.count()];
    // From far below to far above what the function bends in; its slope is steepest near 0.
    Arrays.setAll(values, i -> Operands.in(type(), 6 * draw.residual[i] + (i % 7 == 0 ? 5 : 0)));
    for (Dropout dropout : DROPOUTS) {
      LayerTrial forward = new LayerTrial(this, "gelu " + at + " " + dropout).masked();
      int x = forward.in("x", values, at.dims());
      double most = 1 / (1 - dropout.probability());
      // 1 + erf of what is far below 0 is a small difference of large numbers.
      int y = forward.outOf("y", times(most, values), at.dims());
      forward.run((ops, t) -> ops.gelu(t[x], dropout, t[y]));
      LayerTrial backward = new LayerTrial(this, "gradient of gelu " + at + " " + dropout).masked();
      int x2 = backward.in("x", values, at.dims());
      int dy = backward.in("dy", draw.dy, at.dims());
      int dx = backward.outOf("dx", times(most, draw.dy), at.dims());
      backward.run((ops, t) -> ops.geluBackward(t[x2], dropout, t[dy], t[dx]));
    }
  }

  /** Sums with a branch whose rows are left out, into a third tensor and into each of the two. */
  @TestFactory
  default Stream<DynamicTest> sums() {
    return signals().stream().map(at -> dynamicTest(at.toString(), () -> sum(at)));
  }

  private void sum(Signals at) {
    Draw draw = new Draw(this, at);
    for (Dropout tied : DROPOUTS) {
      LayerTrial apart = new LayerTrial(this, "sum " + at + " " + tied);
      int x = apart.in("x", draw.x, at.dims());
      int branch = apart.in("branch", draw.dy, at.dims());
      int sum = apart.outOf("sum", draw.x, at.dims());
      apart.run((ops, t) -> ops.add(t[x], t[branch], tied, t[sum]));
      LayerTrial intoFirst = new LayerTrial(this, "sum into x " + at + " " + tied);
      int x1 = intoFirst.inOutOf("x", draw.x, draw.x, at.dims());
      int branch1 = intoFirst.in("branch", draw.dy, at.dims());
      intoFirst.run((ops, t) -> ops.add(t[x1], t[branch1], tied, t[x1]));
      LayerTrial intoBranch = new LayerTrial(this, "sum into branch " + at + " " + tied);
      int x2 = intoBranch.in("x", draw.x, at.dims());
      int branch2 = intoBranch.inOutOf("branch", draw.dy, draw.x, at.dims());
      intoBranch.run((ops, t) -> ops.add(t[x2], t[branch2], tied, t[branch2]));
      LayerTrial rows = new LayerTrial(this, "rows " + at + " " + tied).masked();
      int from = rows.in("x", draw.dy, at.dims());
      int to = rows.out("y", at.dims());
      rows.run((ops, t) -> ops.dropRows(t[from], tied, t[to]));
      LayerTrial inPlace = new LayerTrial(this, "rows in place " + at + " " + tied).masked();
      int here = inPlace.inOut("y", draw.dy, at.dims());
      inPlace.run((ops, t) -> ops.dropRows(t[here], tied, t[here]));
    }
  }

  /** Embeddings; some tokens occur often and some never. */
  @TestFactory
  default Stream<DynamicTest> embeddings() {
    return signals().stream().map(at -> dynamicTest(at.toString(), () -> embedding(at)));
  }

  private void embedding(Signals at) {
    Draw draw = new Draw(this, at);
    for (int vocabulary : new int[] {1, 3, 300}) {
      double[] table = draw.values(vocabulary * at.channels(), 0);
      int greatest = Math.max(0, vocabulary - 2);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment tokens =
            integers(arena, draw.random, (long) at.batch() * at.length(), 0, greatest);
        String what = "embedding " + at + " of " + vocabulary;
        LayerTrial forward = new LayerTrial(this, what);
        int rows = forward.in("table", table, vocabulary, at.channels());
        int y = forward.out("y", at.dims());
        forward.run((ops, t) -> ops.embed(tokens, t[rows], t[y]));
        LayerTrial backward = new LayerTrial(this, "gradient of " + what);
        int dy = backward.in("dy", draw.dy, at.dims());
        int dtable = backward.out("dtable", vocabulary, at.channels());
        backward.run((ops, t) -> ops.embedBackward(tokens, t[dy], t[dtable]));
      }
    }
  }

  /** Means and last positions of whole rows and of shorter ones, beyond which there is NaN. */
  @TestFactory
  default Stream<DynamicTest> poolings() {
    return signals().stream().map(at -> dynamicTest(at.toString(), () -> pooling(at)));
  }

  private void pooling(Signals at) {
    Draw draw = new Draw(this, at);
    double[] dy = draw.values(at.batch() * at.channels(), 0);
    for (boolean ragged : new boolean[] {false, true}) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment lengths =
            ragged ? integers(arena, draw.random, at.batch(), 1, at.length()) : null;
        double[] values = draw.x.clone();
        double[] terms = new double[dy.length];
        for (int i = 0; i < values.length; i++) {
          int row = i / at.length();
          long count =
              ragged ? lengths.getAtIndex(ValueLayout.JAVA_LONG, row / at.channels()) : at.length();
          boolean counts = i % at.length() < count;
          values[i] = counts ? values[i] : Double.NaN;
          terms[row] += counts ? Math.abs(values[i]) / count : 0;
        }
        for (boolean last : new boolean[] {false, true}) {
          String what = (last ? "last " : "mean ") + at + (ragged ? " of shorter rows" : "");
          LayerTrial forward = new LayerTrial(this, what);
          int x = forward.in("x", values, at.dims());
          int y = forward.outOf("y", terms, at.batch(), at.channels());
          forward.run(
              (ops, t) -> {
                if (last) {
                  ops.lastPosition(t[x], lengths, t[y]);
                } else {
                  ops.meanPool(t[x], lengths, t[y]);
                }
              });
          LayerTrial backward = new LayerTrial(this, "gradient of " + what).masked();
          int from = backward.in("dy", dy, at.batch(), at.channels());
          int dx = backward.out("dx", at.dims());
          backward.run(
              (ops, t) -> {
                if (last) {
                  ops.lastPositionBackward(t[from], lengths, t[dx]);
                } else {
                  ops.meanPoolBackward(t[from], lengths, t[dx]);
                }
              });
        }
      }
    }
  }

  /** Transposition, and the ends of models. */
  @TestFactory
  default Stream<DynamicTest> transpositionsAndHeads() {
    return signals().stream()
        .map(
            at ->
                dynamicTest(
                    at.toString(),
                    () -> {
                      transposition(at);
                      heads(at);
                    }));
  }

  private void transposition(Signals at) {
    Draw draw = new Draw(this, at);
    LayerTrial trial = new LayerTrial(this, "transposition " + at);
    int x = trial.in("x", draw.x, at.dims());
    int y = trial.out("y", at.batch(), at.length(), at.channels());
    trial.run((ops, t) -> ops.transpose(t[x], t[y]));
  }

  private void heads(Signals at) {
    Draw draw = new Draw(this, at);
    int n = at.batch();
    int hidden = at.channels();
    double[] pairs = draw.values(2 * n * hidden, 0);
    LayerTrial features = new LayerTrial(this, "pairs " + at);
    int x = features.in("x", pairs, 2 * n, hidden);
    int y = features.out("y", n, 4L * hidden);
    features.run((ops, t) -> ops.pairFeatures(t[x], t[y]));
    LayerTrial gradient = new LayerTrial(this, "gradient of pairs " + at);
    double[] sums = new double[pairs.length];
    Arrays.fill(sums, 1);
    int x2 = gradient.in("x", pairs, 2 * n, hidden);
    int dy = gradient.in("dy", draw.values(4 * n * hidden, 0), n, 4L * hidden);
    int dx = gradient.outOf("dx", sums, 2 * n, hidden);
    gradient.run((ops, t) -> ops.pairFeaturesBackward(t[x2], t[dy], t[dx]));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment labels = integers(arena, draw.random, n, 0, hidden - 1);
      LayerTrial loss = new LayerTrial(this, "loss " + at);
      int logits = loss.in("logits", draw.values(n * hidden, 0), n, hidden);
      int losses = loss.outOf("losses", ones(n), n);
      int dlogits = loss.outOf("dlogits", ones(n * hidden), n, hidden);
      loss.run((ops, t) -> ops.crossEntropy(t[logits], labels, t[losses], t[dlogits]));
    }
    LayerTrial running = new LayerTrial(this, "running statistics " + at);
    int mean = running.in("mean", draw.values(hidden, 0), hidden);
    int variance = running.in("variance", draw.values(hidden, 2), hidden);
    double[] ones = ones(hidden);
    int means = running.inOutOf("running mean", draw.values(hidden, 0), ones, hidden);
    int variances = running.inOutOf("running variance", draw.values(hidden, 2), ones, hidden);
    running.run(
        (ops, t) ->
            ops.norms().runningStatistics(t[mean], t[variance], 17, 0.1, t[means], t[variances]));
  }

  private static double[] times(double factor, double[] values) {
    return Arrays.stream(values).map(value -> factor * value).toArray();
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** Random integers between these two, both included. */
  private static MemorySegment integers(
      Arena arena, Random random, long count, long least, long greatest) {
    return arena.allocateFrom(
        ValueLayout.JAVA_LONG,
        LongStream.generate(() -> random.nextLong(least, greatest + 1)).limit(count).toArray());
  }
}
