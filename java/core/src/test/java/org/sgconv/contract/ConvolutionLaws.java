package org.sgconv.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.ConvolutionMode;
import org.sgconv.oracle.ExactResult;
import org.sgconv.tensor.DType;

/** What a convolution is, whatever its numbers: no second implementation is asked. */
interface ConvolutionLaws extends BackendUnderTest {

  /** Short enough for direct sums, and long enough for transforms, even and odd. */
  List<Integer> LENGTHS = List.of(31, 256, 1023, 5000);

  /** conv(a·u + b·w) = a·conv(u) + b·conv(w). */
  @ParameterizedTest
  @EnumSource
  default void isLinear(ConvolutionMode mode) {
    for (int length : LENGTHS) {
      Operands one = operands(mode, length, "linear");
      Random random = Seed.random("second signal " + length);
      // Small whole numbers, so that the combination is exact in every type.
      double[] u = whole(random, one.u().length);
      double[] w = whole(random, one.u().length);
      double[] both = new double[u.length];
      Arrays.setAll(both, i -> 2 * u[i] - 3 * w[i]);
      double[] yu = y(with(one, u));
      double[] yw = y(with(one, w));
      double[] actual = y(with(one, both));
      // Each term may be off by as much as its own size allows: the difference counts on top of it.
      double[] terms = new double[yu.length];
      double[] off = new double[yu.length];
      for (int i = 0; i < terms.length; i++) {
        terms[i] = 2 * Math.abs(yu[i]) + 3 * Math.abs(yw[i]) + Math.abs(actual[i]);
        off[i] = terms[i] + actual[i] - (2 * yu[i] - 3 * yw[i]);
      }
      Judged.check(ofBoth(), label(one.at()) + " linearity", terms, off);
    }
  }

  /** Scaling by a power of two scales every result exactly. */
  @ParameterizedTest
  @EnumSource
  default void isHomogeneousToTheLastBit(ConvolutionMode mode) {
    for (int length : LENGTHS) {
      Operands one = operands(mode, length, "homogeneous");
      double scale = type() == DType.FLOAT16 ? 0x1p5 : 0x1p30;
      double[] scaled = Arrays.stream(one.u()).map(value -> value * scale).toArray();
      double[] expected = Arrays.stream(y(one)).map(value -> value * scale).toArray();
      double[] actual = y(with(one, scaled));
      if (type() == DType.FLOAT16) {
        // Its subnormal numbers, which do occur, are rounded more before they are scaled.
        for (int i = 0; i < expected.length; i++) {
          boolean subnormal = Math.abs(expected[i]) < 0x1p-14 * scale;
          expected[i] = subnormal ? actual[i] : expected[i];
        }
      }
      Bits.requireSame(label(one.at()), expected, actual);
    }
  }

  /**
   * An impulse at s gives the kernel at lags t − s. A transform's error is relative to the whole
   * kernel, not to the part that an impulse near the end lets through.
   */
  @ParameterizedTest
  @EnumSource
  default void turnsAnImpulseIntoTheKernel(ConvolutionMode mode) {
    for (int length : LENGTHS) {
      ConvolutionCase at = ConvolutionCase.plain(mode, 3, 2, 3, length);
      Operands any = Operands.random(at, type(), Seed.random("impulse " + at));
      int[] places = {0, length / 3, length - 1};
      double[] u = new double[at.signalCount()];
      for (int i = 0; i < at.batch() * at.hidden(); i++) {
        u[i * length + places[i / at.hidden()]] = 1;
      }
      double[] expected = new double[at.outputCount()];
      for (int i = 0; i < expected.length; i++) {
        int row = i / length % (at.heads() * at.hidden());
        int place = places[i / length / (at.heads() * at.hidden())];
        expected[i] = kernelAtLag(any, row, i % length - place);
      }
      Operands impulses = with(any, u);
      double[] actual = y(impulses);
      ExactResult exact = impulses.exact().output();
      for (int row = 0; row < exact.rowCount(); row++) {
        double[] lags = Arrays.copyOfRange(expected, row * length, (row + 1) * length);
        double[] found = Arrays.copyOfRange(actual, row * length, (row + 1) * length);
        Judged.accepted(
            label(at) + " impulses", tolerance().measure(lags, exact.bound(row), found));
      }
    }
  }

  /** A causal convolution of a delayed signal is the delayed convolution. */
  @ParameterizedTest
  @EnumSource(names = "CAUSAL")
  default void delaysItsOutputWithItsInput(ConvolutionMode mode) {
    for (int length : LENGTHS) {
      Operands one = operands(mode, length, "delay");
      int delay = length / 5 + 1;
      double[] expected = delayed(y(one), length, delay);
      double[] actual = y(with(one, delayed(one.u(), length, delay)));
      Judged.check(ofBoth(), label(one.at()) + " delay " + delay, expected, actual);
    }
  }

  /** What comes later does not change what was before, by more than a transform's error. */
  @ParameterizedTest
  @EnumSource(names = "CAUSAL")
  default void doesNotLookAhead(ConvolutionMode mode) {
    for (int length : LENGTHS) {
      Operands one = operands(mode, length, "causality");
      int now = length / 2;
      double[] changed = one.u().clone();
      for (int i = 0; i < changed.length; i++) {
        changed[i] = Operands.in(type(), changed[i] + (i % length >= now ? 100 : 0));
      }
      double[] before = y(one);
      double[] after = y(with(one, changed));
      ExactResult exact = with(one, changed).exact().output();
      for (int row = 0; row < exact.rowCount(); row++) {
        int from = row * length;
        double[] then = Arrays.copyOfRange(before, from, from + length);
        double[] found = Arrays.copyOfRange(after, from, from + length);
        System.arraycopy(found, now, then, now, length - now);
        Judged.accepted(label(one.at()), ofBoth().measure(then, exact.bound(row), found));
      }
    }
  }

  /** ⟨conv(u), dy⟩ = ⟨u, du⟩ = ⟨k, dk⟩ + ⟨D, dD⟩, and with gates ⟨pre, dpre⟩ = ⟨post, dpost⟩. */
  @ParameterizedTest
  @EnumSource
  default void hasAdjointGradients(ConvolutionMode mode) {
    for (int length : LENGTHS) {
      ConvolutionCase at = ConvolutionCase.plain(mode, 3, 2, 2, length).withEverything();
      Operands operands = Operands.random(at, type(), Seed.random("adjoint " + at));
      ConvolutionRun run = ConvolutionRun.of(backend(), type(), operands);
      double expected = dot(run.y(), operands.dy());
      double scale = norm(run.y()) * norm(operands.dy());
      double[] products = {
        dot(operands.u(), run.du()),
        dot(operands.kernel(), run.dk()) + dot(operands.skip(), run.dskip()),
        dot(operands.pre(), run.dpre()),
        dot(operands.post(), run.dpost())
      };
      for (double product : products) {
        assertThat(Math.abs(product - expected))
            .as(label(at) + " inner products " + Arrays.toString(products) + ", y·dy " + expected)
            .isLessThanOrEqualTo(relativeNorm() * scale);
      }
    }
  }

  /** Silence in, silence out: exactly. */
  @ParameterizedTest
  @EnumSource
  default void keepsSilence(ConvolutionMode mode) {
    for (int length : LENGTHS) {
      Operands one = operands(mode, length, "silence");
      Operands silent = with(one, new double[one.u().length]);
      ConvolutionRun run = ConvolutionRun.of(backend(), type(), silent);
      assertThat(Arrays.stream(run.y())).as(label(one.at())).allMatch(value -> value == 0);
      assertThat(Arrays.stream(run.dk())).as(label(one.at())).allMatch(value -> value == 0);
    }
  }

  /** Same inputs, same bits, from any thread and any plan. */
  @ParameterizedTest
  @EnumSource
  default void isDeterministic(ConvolutionMode mode) throws InterruptedException {
    for (int length : LENGTHS) {
      ConvolutionCase at = ConvolutionCase.plain(mode, 5, 2, 3, length).withEverything();
      Operands operands = Operands.random(at, type(), Seed.random("determinism " + at));
      ConvolutionRun first = ConvolutionRun.of(backend(), type(), operands);
      ConvolutionRun[] again = new ConvolutionRun[2];
      Thread other = new Thread(() -> again[0] = ConvolutionRun.of(backend(), type(), operands));
      other.start();
      other.join();
      again[1] = ConvolutionRun.of(backend(), type(), operands);
      for (ConvolutionRun run : again) {
        run.requireSameBits(label(at), first);
      }
    }
  }

  private Operands operands(ConvolutionMode mode, int length, String law) {
    ConvolutionCase at = ConvolutionCase.plain(mode, 2, 2, 3, length);
    return Operands.random(at, type(), Seed.random(law + " " + at));
  }

  /** What the norm of an error may be of the norm of the result. */
  private double relativeNorm() {
    return switch (type()) {
      case FLOAT32 -> 1e-6;
      case FLOAT64 -> 1e-12;
      case BFLOAT16 -> 2.5e-3;
      case FLOAT16 -> 4e-4;
    };
  }

  private double[] y(Operands operands) {
    return ConvolutionRun.of(backend(), type(), operands).y();
  }

  private static Operands with(Operands other, double[] u) {
    return other.withInput(u);
  }

  private static double kernelAtLag(Operands operands, int row, int lag) {
    ConvolutionCase at = operands.at();
    int length = at.length();
    double[] k = operands.kernel();
    return switch (at.mode()) {
      case CAUSAL -> lag < 0 ? 0 : k[row * length + lag];
      case BIDIRECTIONAL ->
          lag >= 0 ? k[row * length + lag] : k[(at.heads() * at.hidden() + row) * length - lag - 1];
      case CIRCULAR -> k[row * length + Math.floorMod(lag, length)];
      case CENTERED -> {
        int index = lag + length / 2;
        yield index < 0 || index >= length ? 0 : k[row * length + index];
      }
    };
  }

  private static double[] delayed(double[] rows, int length, int delay) {
    double[] result = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      result[i] = i % length < delay ? 0 : rows[i - delay];
    }
    return result;
  }

  private double[] whole(Random random, int count) {
    int most = type().kernelType() == type() ? 1000 : 51;
    return random.ints(count, -most, most + 1).asDoubleStream().toArray();
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double norm(double[] a) {
    return Math.sqrt(dot(a, a));
  }
}
