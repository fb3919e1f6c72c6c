package org.sgconv.signal;

import java.util.List;
import org.sgconv.InvalidArgumentException;

/**
 * A place where a correlation is high.
 *
 * @param lag by how many samples the template is shifted against the signal there
 * @param value the correlation
 * @since 0.1.0
 */
public record Peak(long lag, double value) {

  /**
   * The highest local maxima that are far enough from one another: the highest of all, then the
   * highest of those that are {@code apart} samples or more from it, and so on. Equal values beside
   * one another are one maximum, at the first of them, if no higher value is beside them; the ends
   * of the array and what is not a number end them. Of equal maxima the first counts. {@link
   * PeakFinder} finds the same in values that come piece by piece.
   *
   * @param values of a correlation
   * @param firstLag lag of the first value: {@link Correlator#firstLag}, 0 for windows
   * @param most how many are wanted, at least 1
   * @param apart least distance, at least 1; usually the template's length
   * @return the highest first; fewer than wanted if there are no more
   * @throws InvalidArgumentException if {@code most} or {@code apart} is below 1
   */
  public static List<Peak> highest(float[] values, long firstLag, int most, int apart) {
    PeakSearch search = new PeakSearch(firstLag, most, apart);
    for (float value : values) {
      search.add(value);
    }
    return search.highest();
  }

  /** As {@link #highest(float[], long, int, int)}. */
  public static List<Peak> highest(double[] values, long firstLag, int most, int apart) {
    PeakSearch search = new PeakSearch(firstLag, most, apart);
    for (double value : values) {
      search.add(value);
    }
    return search.highest();
  }
}
