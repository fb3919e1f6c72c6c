package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.contract.Seed;
import org.sgconv.tensor.DType;

/** Peaks of values that come piece by piece, against their definition. */
class PeakFinderTest {

  private final Random random = Seed.random(getClass());

  /** By the definition. */
  private static List<Peak> expected(float[] values, long firstLag, int most, int apart) {
    List<Peak> maxima = new ArrayList<>();
    for (int i = 0; i < values.length; ) {
      int end = i + 1;
      while (end < values.length && values[end] == values[i]) { // the two zeros are equal
        end++;
      }
      boolean highest = values[i] > Float.NEGATIVE_INFINITY;
      highest &= i == 0 || !(values[i - 1] > values[i]);
      highest &= end == values.length || !(values[end] > values[i]);
      if (highest) {
        maxima.add(new Peak(firstLag + i, values[i] + 0.0));
      }
      i = end;
    }
    maxima.sort(Comparator.comparingDouble(Peak::value).reversed().thenComparingLong(Peak::lag));
    List<Peak> peaks = new ArrayList<>();
    for (Peak peak : maxima) {
      if (peaks.size() < most
          && peaks.stream().allMatch(other -> Math.abs(other.lag() - peak.lag()) >= apart)) {
        peaks.add(peak);
      }
    }
    return peaks;
  }

  private List<Peak> inPieces(float[] values, long firstLag, int most, int apart, int piece) {
    PeakFinder finder = new PeakFinder(DType.FLOAT32, firstLag, most, apart);
    for (int at = 0; at < values.length; ) {
      int count = Math.min(values.length - at, 1 + random.nextInt(piece));
      float[] next = Arrays.copyOfRange(values, at, at + count);
      finder.write(at, List.of(MemorySegment.ofArray(next)));
      at += count;
    }
    return finder.highest(0);
  }

  /** Few different values, so that many are equal. */
  @Test
  void shortSequences() {
    for (int trial = 0; trial < 3000; trial++) {
      float[] values = new float[1 + random.nextInt(60)];
      int levels = 1 + random.nextInt(40);
      for (int i = 0; i < values.length; i++) {
        values[i] =
            random.nextInt(30) == 0 ? Float.NaN : (random.nextInt(2 * levels + 1) - levels) / 8f;
      }
      int apart = 1 + random.nextInt(20);
      int most = 1 + random.nextInt(8);
      int lag = random.nextInt(200) - 100;
      List<Peak> expected = expected(values, lag, most, apart);
      assertThat(Peak.highest(values, lag, most, apart))
          .as("%d: %s, %d apart%s", trial, Arrays.toString(values), apart, Seed.replay())
          .isEqualTo(expected);
      assertThat(inPieces(values, lag, most, apart, 9)).isEqualTo(expected);
    }
  }

  private void requireRight(String what, int count, IntToDoubleFunction value) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) value.applyAsDouble(i);
    }
    for (int apart : new int[] {1, 3, 50, 2000, 1_000_000}) {
      for (int most : new int[] {1, 4, 300}) {
        assertThat(inPieces(values, -77, most, apart, 5000))
            .as("%s, %d that are %d apart%s", what, most, apart, Seed.replay())
            .isEqualTo(expected(values, -77, most, apart));
      }
    }
  }

  /** Equal values beside one another are one maximum or none, however many there are. */
  @Test
  void stairsAndPlateaus() {
    float[] values = {3, 2, 2, 1, 1, 2, 2, 3, 3, 3, 0, 0, 0, 0, 1, Float.NaN, 1, 1, 0};
    assertThat(Peak.highest(values, 0, 20, 1))
        .containsExactly(new Peak(0, 3), new Peak(7, 3), new Peak(14, 1), new Peak(16, 1));
    assertThat(Peak.highest(new double[100], 5, 20, 3)).containsExactly(new Peak(5, 0));
    for (int piece = 1; piece < 9; piece++) {
      assertThat(inPieces(values, 0, 20, 1, piece)).isEqualTo(Peak.highest(values, 0, 20, 1));
    }
  }

  /** So long that candidates are looked through on the way. */
  @Test
  void longSequences() {
    requireRight("noise", 60_000, _ -> random.nextGaussian());
    requireRight("few levels", 60_000, _ -> random.nextInt(5));
    requireRight("zeros", 30_000, _ -> 0);
    requireRight("both zeros", 30_000, i -> i % 2 == 0 ? 0.0 : -0.0);
    requireRight("rising", 60_000, i -> i / 100 + i % 2);
    requireRight("falling", 60_000, i -> (60_000 - i) / 100 + i % 2);
    requireRight("swelling", 60_000, i -> i * Math.sin(i));
    requireRight("a high start", 60_000, i -> i < 9 ? 9 - i : random.nextDouble());
  }

  /** However many come: a few for each peak that is wanted, of equal ones 4·most·apart. */
  @Test
  void memoryDoesNotGrow() {
    PeakSearch noise = new PeakSearch(0, 5, 1000);
    PeakSearch all = new PeakSearch(0, Integer.MAX_VALUE, 1000);
    PeakSearch rising = new PeakSearch(0, 5, 1000);
    PeakSearch comb = new PeakSearch(0, 5, 1000);
    int most = 0;
    for (int i = 0; i < 3_000_000; i++) {
      double value = random.nextGaussian();
      noise.add(value);
      all.add(value);
      rising.add(i + 3 * (i % 2));
      comb.add(i % 2);
      most = Math.max(most, Math.max(rising.held(), comb.held()));
    }
    assertThat(noise.held()).isLessThan(1 << 12);
    assertThat(all.held()).isLessThan(2 * 3_000 + (1 << 12));
    assertThat(most).isLessThanOrEqualTo(2 * 4 * 5 * 1000 + (1 << 12));
  }

  @Test
  void rowsAreApart() {
    PeakFinder finder = new PeakFinder(DType.FLOAT64, 10, 1, 2);
    finder.write(0, List.of(row(1, 5, 2), row(3, 2, 1)));
    finder.write(3, List.of(row(9), row(4)));
    assertThat(finder.highest(0)).containsExactly(new Peak(13, 9));
    assertThat(finder.highest(1)).containsExactly(new Peak(13, 4));
    finder.write(4, List.of(row(8), row(6)));
    assertThat(finder.highest(1)).containsExactly(new Peak(14, 6));
  }

  private static MemorySegment row(double... values) {
    return MemorySegment.ofArray(values);
  }

  @Test
  void misuse() {
    assertThatThrownBy(() -> new PeakFinder(DType.FLOAT32, 0, 0, 2))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("0 peaks");
    assertThatThrownBy(() -> new PeakFinder(DType.FLOAT32, 0, 1, 0))
        .isInstanceOf(InvalidArgumentException.class);
    assertThatThrownBy(() -> new PeakFinder(DType.BFLOAT16, 0, 1, 1))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("BFLOAT16");
    PeakFinder uneven = new PeakFinder(DType.FLOAT64, 0, 1, 1);
    assertThatThrownBy(() -> uneven.write(0, List.of(row(1, 2), row(1))))
        .isInstanceOf(ShapeMismatchException.class)
        .hasMessageContaining("rows of 16 and 8 bytes");
    assertThatThrownBy(() -> uneven.write(0, List.of(MemorySegment.ofArray(new byte[9]))))
        .isInstanceOf(ShapeMismatchException.class)
        .hasMessageContaining("multiple of 8");
    PeakFinder bytes = new PeakFinder(DType.FLOAT64, 0, 1, 1);
    bytes.write(0, List.of(MemorySegment.ofArray(new byte[16])));
    assertThat(bytes.highest(0)).containsExactly(new Peak(0, 0));
    PeakFinder finder = new PeakFinder(DType.FLOAT64, 0, 1, 1);
    assertThat(finder.highest(0)).isEmpty();
    assertThatThrownBy(() -> finder.write(1, List.of(row(1))))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("expected those from 0 on");
    finder.write(0, List.of(row(1)));
    assertThatThrownBy(() -> finder.write(1, List.of(row(1), row(2))))
        .isInstanceOf(ShapeMismatchException.class)
        .hasMessageContaining("2 rows have come");
    assertThatThrownBy(() -> finder.highest(1))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("0 to 0");
  }
}
