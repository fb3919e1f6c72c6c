package org.sgconv.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SeededNormalsTest {

  /** Known answers of SplitMix64 for this seed, as widely published. */
  @Test
  void isSplitMix64() {
    SeededNormals random = new SeededNormals(1234567);
    assertThat(Long.toUnsignedString(random.nextBits())).isEqualTo("6457827717110365317");
    assertThat(Long.toUnsignedString(random.nextBits())).isEqualTo("3203168211198807973");
    assertThat(Long.toUnsignedString(random.nextBits())).isEqualTo("9817491932198370423");
    assertThat(Long.toUnsignedString(random.nextBits())).isEqualTo("4593380528125082431");
    assertThat(Long.toUnsignedString(random.nextBits())).isEqualTo("16408922859458223821");
  }

  @Test
  void uniformsAreInTheUnitInterval() {
    SeededNormals random = new SeededNormals(3);
    double sum = 0;
    int count = 100_000;
    for (int i = 0; i < count; i++) {
      double value = random.nextUniform();
      assertThat(value >= 0 && value < 1).isTrue();
      sum += value;
    }
    // Standard deviation of the mean: 1/sqrt(12·count) = 9e-4.
    assertThat(sum / count).isCloseTo(0.5, within(0.004));
  }

  @Test
  void normalsHaveTheMomentsOfTheNormalDistribution() {
    SeededNormals random = new SeededNormals(11);
    int count = 400_000;
    double[] moment = new double[5];
    double serial = 0;
    double previous = 0;
    for (int i = 0; i < count; i++) {
      double value = random.nextNormal();
      double power = 1;
      for (int p = 1; p <= 4; p++) {
        power *= value;
        moment[p] += power / count;
      }
      serial += previous * value / count;
      previous = value;
    }
    // About five standard deviations of each estimate: sqrt(1, 2, 15, 96)/sqrt(count).
    assertThat(moment[1]).isCloseTo(0, within(0.008));
    assertThat(moment[2]).isCloseTo(1, within(0.012));
    assertThat(moment[3]).isCloseTo(0, within(0.031));
    assertThat(moment[4]).isCloseTo(3, within(0.078));
    assertThat(serial).isCloseTo(0, within(0.008));
  }

  @Test
  void permutationsHoldEveryIndexOnceAndVary() {
    SeededNormals random = new SeededNormals(5);
    int[] first = random.nextPermutation(100);
    int[] second = random.nextPermutation(100);
    assertThat(first).isNotEqualTo(second);
    Arrays.sort(first);
    for (int i = 0; i < 100; i++) {
      assertThat(first[i]).isEqualTo(i);
    }
    assertThat(random.nextPermutation(1)).containsExactly(0);
  }

  @Test
  void permutationsAreEven() {
    SeededNormals random = new SeededNormals(9);
    int[] seen = new int[6];
    int rounds = 60_000;
    for (int i = 0; i < rounds; i++) {
      int[] order = random.nextPermutation(3);
      seen[order[0] * 2 + (order[1] > order[2] ? 1 : 0)]++;
    }
    for (int count : seen) {
      // Each of the six orders: 10000 expected, standard deviation 91.
      assertThat(count).isBetween(9500, 10500);
    }
  }
}
