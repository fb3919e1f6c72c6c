package org.sgconv.signal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntToDoubleFunction;
import org.sgconv.InvalidArgumentException;

/**
 * A place where a correlation is high.
 *
 * @param lag by how many samples the template is shifted against the signal there
 * @param value the correlation
 * @since 0.1.0
 */
public record Peak(long lag, double value) {

  /** Indices from one to before another, with the highest local maximum among them. */
  private record Gap(int from, int to, int best, double value) {}

  /**
   * The highest local maxima that are far enough from one another: the highest of all, then the
   * highest of those that are {@code apart} samples or more from it, and so on. Of equal ones the
   * first counts; what is not a number is none.
   *
   * @param values of a correlation
   * @param firstLag lag of the first value: {@link Correlator#firstLag}, 0 for windows
   * @param most how many are wanted, at least 1
   * @param apart least distance, at least 1; usually the template's length
   * @return the highest first; fewer than wanted if there are no more
   */
  public static List<Peak> highest(float[] values, long firstLag, int most, int apart) {
    return highest(i -> values[i], values.length, firstLag, most, apart);
  }

  /** As {@link #highest(float[], long, int, int)}. */
  public static List<Peak> highest(double[] values, long firstLag, int most, int apart) {
    return highest(i -> values[i], values.length, firstLag, most, apart);
  }

  private static List<Peak> highest(
      IntToDoubleFunction values, int count, long firstLag, int most, int apart) {
    if (most < 1 || apart < 1) {
      throw new InvalidArgumentException(
          most + " peaks are wanted that are " + apart + " samples apart: both must be 1 at least");
    }
    PriorityQueue<Gap> gaps =
        new PriorityQueue<>(
            Comparator.comparingDouble((Gap gap) -> -gap.value).thenComparingInt(Gap::best));
    add(gaps, values, count, 0, count);
    List<Peak> peaks = new ArrayList<>();
    while (peaks.size() < most && !gaps.isEmpty()) {
      Gap gap = gaps.remove();
      peaks.add(new Peak(firstLag + gap.best, gap.value));
      add(gaps, values, count, gap.from, (int) Math.max(gap.from, gap.best - apart + 1L));
      add(gaps, values, count, (int) Math.min(gap.to, (long) gap.best + apart), gap.to);
    }
    return peaks;
  }

  private static void add(
      PriorityQueue<Gap> gaps, IntToDoubleFunction values, int count, int from, int to) {
    int best = -1;
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      double value = values.applyAsDouble(i);
      if (value > highest
          && (i == 0 || !(values.applyAsDouble(i - 1) > value))
          && (i == count - 1 || !(values.applyAsDouble(i + 1) > value))) {
        best = i;
        highest = value;
      }
    }
    if (best >= 0) {
      gaps.add(new Gap(from, to, best, highest));
    }
  }
}
