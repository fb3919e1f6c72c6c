package org.sgconv.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.sgconv.signal.Peak;

class PeakFinderTest {

  /** By the definition. */
  private static List<Peak> expected(float[] values, int reach, int most) {
    List<Peak> peaks = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      boolean highest = values[i] > 0;
      for (int j = Math.max(0, i - reach); j <= Math.min(values.length - 1, i + reach); j++) {
        highest &= j < i ? values[j] < values[i] : values[j] <= values[i];
      }
      if (highest) {
        peaks.add(new Peak(i, values[i]));
      }
    }
    peaks.sort(Comparator.comparingDouble(Peak::value).reversed().thenComparingLong(Peak::lag));
    return peaks.subList(0, Math.min(most, peaks.size()));
  }

  /** Few different values, so that many are equal; in pieces of any size. */
  @Test
  void findsWhatTheDefinitionFinds() {
    SplittableRandom random = new SplittableRandom(5);
    for (int trial = 0; trial < 2000; trial++) {
      float[] values = new float[random.nextInt(1, 60)];
      int levels = random.nextInt(1, 40);
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextInt(-levels, levels + 1) / 8f;
      }
      int reach = random.nextInt(1, 20);
      int most = random.nextInt(1, 8);
      PeakFinder finder = new PeakFinder(reach, most);
      for (int at = 0; at < values.length; ) {
        int count = Math.min(values.length - at, random.nextInt(0, 9));
        finder.add(Arrays.copyOfRange(values, at, at + count));
        at += count;
      }
      assertThat(finder.peaks())
          .as("trial %d: %s, reach %d", trial, Arrays.toString(values), reach)
          .isEqualTo(expected(values, reach, most));
    }
  }
}
