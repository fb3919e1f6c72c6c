package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.sgconv.Backends;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** What SciPy says, for every n and K from 1 to 11 and every mode: integers, so no tolerance. */
class ScipyTest {

  private static final class Line {
    final String operation;
    final Extent extent;
    final double[] x;
    final double[] k;
    final double[] values;

    Line(String operation, Extent extent, double[] x, double[] k, double[] values) {
      this.operation = operation;
      this.extent = extent;
      this.x = x;
      this.k = k;
      this.values = values;
    }

    @Override
    public String toString() {
      return operation + " " + extent + " n=" + x.length + " K=" + k.length;
    }
  }

  private static List<Line> lines(String operation) throws IOException {
    try (BufferedReader file =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(ScipyTest.class.getResourceAsStream("/scipy-1-to-11.txt")),
                StandardCharsets.UTF_8))) {
      file.readLine();
      double[] x = numbers(file.readLine(), 2);
      double[] k = numbers(file.readLine(), 2);
      file.readLine();
      List<Line> lines = file.lines().map(line -> line(line, x, k)).toList();
      assertThat(lines).hasSize(2 * 3 * 11 * 11);
      return lines.stream().filter(line -> line.operation.equals(operation)).toList();
    }
  }

  private static Line line(String text, double[] x, double[] k) {
    String[] words = text.split(" ", -1);
    return new Line(
        words[0],
        Extent.valueOf(words[1].toUpperCase(Locale.ROOT)),
        Arrays.copyOf(x, Integer.parseInt(words[2])),
        Arrays.copyOf(k, Integer.parseInt(words[3])),
        numbers(text, 4));
  }

  private static double[] numbers(String line, int from) {
    return Arrays.stream(line.split(" ", -1)).skip(from).mapToDouble(Double::parseDouble).toArray();
  }

  @Test
  void convolveOfArrays() throws IOException {
    for (Line line : lines("convolve")) {
      assertThat(Convolver.convolve(line.x, line.k, line.extent))
          .as("%s", line)
          .containsExactly(line.values);
      float[] result =
          Convolver.convolve(ExactSums.floats(line.x), ExactSums.floats(line.k), line.extent);
      assertThat(ExactSums.doubles(result)).as("%s", line).containsExactly(line.values);
    }
  }

  @Test
  void correlateOfArrays() throws IOException {
    for (Line line : lines("correlate")) {
      assertThat(Correlator.correlate(line.x, line.k, line.extent))
          .as("%s", line)
          .containsExactly(line.values);
      float[] result =
          Correlator.correlate(ExactSums.floats(line.x), ExactSums.floats(line.k), line.extent);
      assertThat(ExactSums.doubles(result)).as("%s", line).containsExactly(line.values);
    }
  }

  /** Index i is the sum of products at lag firstLag + i, by the definition of a lag. */
  @Test
  void lagsAreThoseOfTheSums() throws IOException {
    for (Line line : lines("correlate")) {
      long first = Correlator.firstLag(line.extent, line.x.length, line.k.length);
      for (int i = 0; i < line.values.length; i++) {
        double sum = 0;
        for (int j = 0; j < line.k.length; j++) {
          long at = first + i + j;
          sum += at >= 0 && at < line.x.length ? line.x[(int) at] * line.k[j] : 0;
        }
        assertThat(line.values[i]).as("%s at %d", line, i).isEqualTo(sum);
      }
    }
  }

  @Test
  void correlatorOfTemplatesAndChannels() throws IOException {
    for (Line line : lines("correlate")) {
      double[] templates = Arrays.copyOf(line.k, 2 * line.k.length); // and one of zeros
      try (Tensor both = Tensor.of(templates, 2, line.k.length);
          Correlator correlator = Correlator.of(Backends.reference(), both);
          Tensor signals = Tensor.of(line.x, 1, line.x.length);
          Tensor result = correlator.apply(signals, line.extent)) {
        assertThat(result.shape().matches(1, 2, line.values.length)).isTrue();
        assertThat(result.toDoubleArray())
            .as("%s", line)
            .containsExactly(Arrays.copyOf(line.values, 2 * line.values.length));
      }
    }
  }

  @Test
  void convolverOfTheReference() throws IOException {
    for (Line line : lines("convolve")) {
      try (Convolver convolver = Convolver.of(Backends.reference(), line.k)) {
        assertThat(convolver.apply(line.x, line.extent))
            .as("%s", line)
            .containsExactly(line.values);
        assertThat(convolver.length(line.x.length, line.extent)).isEqualTo(line.values.length);
      }
    }
  }

  /** So many rows that a plan computes them. */
  @Test
  @DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
  void rowsThroughPlans() throws IOException {
    int rows = (int) DirectSums.MOST_PRODUCTS + 1;
    for (Line line : lines("convolve")) {
      int n = line.x.length;
      try (Tensor kernel = Tensor.of(ExactSums.floats(line.k), line.k.length);
          Convolver convolver = Convolver.of(Backends.cpu(), kernel);
          Tensor signals = Tensor.uninitialized(DType.FLOAT32, rows, n)) {
        for (int row = 0; row < rows; row++) {
          try (Tensor one = signals.slice(row)) {
            one.copyFrom(ExactSums.floats(line.x));
          }
        }
        try (Tensor result = convolver.apply(signals, line.extent)) {
          assertThat(result.shape().matches(rows, line.values.length)).isTrue();
          double[] values = result.toDoubleArray();
          double worst = 0;
          for (int i = 0; i < values.length; i++) {
            worst = Math.max(worst, Math.abs(values[i] - line.values[i % line.values.length]));
          }
          assertThat(worst).as("%s", line).isLessThan(1e-3); // of integers up to some hundreds
        }
      }
    }
  }
}
