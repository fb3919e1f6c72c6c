package org.sgconv.benchmarks.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DeviationTest {

  private static Deviation of(double[] values, double[] references) {
    double squares = Arrays.stream(references).map(value -> value * value).sum();
    Deviation.Sum sum = new Deviation.Sum(Math.sqrt(squares / references.length));
    sum.add(values, references);
    return sum.total();
  }

  @Test
  void measuresBothDistances() {
    Deviation deviation = of(new double[] {3, 4.5, 0, 0}, new double[] {3, 4, 0, 0});
    assertThat(deviation.relativeL2()).isCloseTo(0.1, within(1e-15));
    assertThat(deviation.largest()).isCloseTo(0.5 / 2.5, within(1e-15));
  }

  @Test
  void peaksAreMeasuredByThemselves() {
    double[] reference = new double[10_000];
    Arrays.fill(reference, 1);
    reference[0] = 1000; // rms is about 10.05
    double rms = Math.sqrt((1e6 + 9999) / 1e4);
    double[] values = reference.clone();
    values[0] += 0.02;
    assertThat(of(values, reference).largest()).isCloseTo(0.02 / 200, within(1e-12));
    values[0] = reference[0];
    values[1] += 0.02;
    assertThat(of(values, reference).largest()).isCloseTo(0.02 / rms, within(1e-12));
  }

  @Test
  void aZeroReferenceAcceptsZeroOnly() {
    assertThat(of(new double[2], new double[2])).isEqualTo(Deviation.NONE);
    Deviation off = of(new double[] {0, 1e-300}, new double[2]);
    assertThat(Tolerance.FLOAT32.accepts(off)).isFalse();
  }

  @Test
  void neverAcceptsWhatIsNotANumber() {
    Deviation nan = of(new double[] {1, Double.NaN}, new double[] {1, 1});
    assertThat(Tolerance.FLOAT32.accepts(nan)).isFalse();
    assertThat(Tolerance.FLOAT32.accepts(nan.worst(Deviation.NONE))).isFalse();
    assertThat(Tolerance.FLOAT32.accepts(Deviation.NONE.worst(nan))).isFalse();
    assertThat(Tolerance.FLOAT32.accepts(of(new double[] {Double.NaN}, new double[1]))).isFalse();
  }

  @Test
  void oneWrongValueAmongManyIsSeen() {
    double[] reference = new double[1_000_000];
    Arrays.fill(reference, 1);
    double[] values = reference.clone();
    values[77] += 1e-5;
    Deviation deviation = of(values, reference);
    assertThat(deviation.relativeL2()).isLessThan(1e-6);
    assertThat(Tolerance.FLOAT32.accepts(deviation)).isFalse();
  }
}
