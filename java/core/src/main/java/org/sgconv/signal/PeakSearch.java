package org.sgconv.signal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;

/**
 * The highest peaks, as {@link Peak#highest(float[], long, int, int)} has them, of values that come
 * one by one and are not kept. Kept are local maxima, and from time to time only those of them that
 * may yet be among the peaks: chosen ones, those that what comes next may decide about, and of
 * these not the ones for which it is certain that there will be enough higher peaks. That is no
 * more than 4·most·apart, however many values come, and as a rule far less.
 */
final class PeakSearch {

  /** The order in which peaks are chosen. */
  private static final Comparator<Peak> HIGHEST_FIRST =
      Comparator.comparingDouble(Peak::value).reversed().thenComparingLong(Peak::lag);

  /** Local maxima that are not worth being looked through. */
  private static final int FEW = 1 << 12;

  private final int most;
  private final int apart;

  /** In the order of their lags. */
  private List<Peak> candidates = new ArrayList<>();

  /** Number of candidates at which they are looked through. */
  private int limit = FEW;

  /** What is not higher than that comes too late to be among the peaks. */
  private double floor = Double.NEGATIVE_INFINITY;

  /** Of the next value. */
  private long lag;

  private double last = Double.NaN;

  /** Where the values began that are equal to the last. */
  private long plateau;

  /** Whether the values rose to those, or they are the first after what is not a number. */
  private boolean rose;

  PeakSearch(long firstLag, int most, int apart) {
    if (most < 1 || apart < 1) {
      throw new InvalidArgumentException(
          most + " peaks are wanted that are " + apart + " samples apart: both must be 1 at least");
    }
    this.lag = firstLag;
    this.most = most;
    this.apart = apart;
  }

  /** Takes the next value. */
  void add(double value) {
    if (value != last) {
      if (isPeak(value)) {
        candidates.add(new Peak(plateau, last));
        if (candidates.size() >= limit) {
          reduce();
        }
      }
      rose = !(value < last);
      last = value + 0.0; // no -0: the two zeros are equal
      plateau = lag;
    }
    lag++;
  }

  /**
   * Whether the last value, or the plateau that it ends, is a local maximum that counts.
   *
   * @param next another value
   */
  private boolean isPeak(double next) {
    return last > floor && rose && !(next > last);
  }

  /** The peaks of all that has come, the highest first. */
  List<Peak> highest() {
    List<Peak> all = new ArrayList<>(candidates);
    if (isPeak(Double.NaN)) {
      all.add(new Peak(plateau, last));
    }
    List<Peak> chosen = new ArrayList<>();
    choose(all, Long.MAX_VALUE, chosen, new ArrayList<>());
    return List.copyOf(chosen.subList(0, Math.min(most, chosen.size())));
  }

  /**
   * Chooses peaks, the highest first.
   *
   * @param all in the order of their lags
   * @param known the first lag of what may still come
   * @param chosen takes them, but for those that may be beside a higher one that is still to come,
   *     or beside one of these
   * @param open takes these
   */
  private void choose(List<Peak> all, long known, List<Peak> chosen, List<Peak> open) {
    boolean[] gone = new boolean[all.size()];
    NavigableSet<Long> openLags = new TreeSet<>();
    Integer[] order = new Integer[all.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparing(all::get, HIGHEST_FIRST));
    for (int i : order) {
      if (gone[i]) {
        continue;
      }
      Peak peak = all.get(i);
      if (known < peak.lag() + apart || isBeside(openLags, peak.lag())) {
        open.add(peak);
        openLags.add(peak.lag());
        continue;
      }
      chosen.add(peak);
      for (int j = i; j >= 0 && peak.lag() - all.get(j).lag() < apart; j--) {
        gone[j] = true;
      }
      for (int j = i; j < gone.length && all.get(j).lag() - peak.lag() < apart; j++) {
        gone[j] = true;
      }
    }
  }

  private boolean isBeside(NavigableSet<Long> lags, long at) {
    Long below = lags.floor(at);
    Long above = lags.ceiling(at);
    return (below != null && at - below < apart) || (above != null && above - at < apart);
  }

  /** Lets go of what is certainly no peak. */
  private void reduce() {
    List<Peak> kept = new ArrayList<>();
    choose(candidates, lag, kept, kept);
    kept.sort(Comparator.comparingLong(Peak::lag));
    Peak least = leastThatMatters(kept);
    if (least != null) {
      kept.removeIf(peak -> HIGHEST_FIRST.compare(peak, least) > 0);
      floor = least.value();
    }
    candidates = kept;
    limit = Math.max(FEW, 2 * kept.size());
  }

  /** The lowest candidate that may be a peak of the highest; null if any may. */
  private @Nullable Peak leastThatMatters(List<Peak> kept) {
    Peak even = leastOfCells(kept, 0);
    Peak odd = leastOfCells(kept, 1);
    if (even == null || odd == null) {
      return even == null ? odd : even;
    }
    return HIGHEST_FIRST.compare(even, odd) < 0 ? even : odd;
  }

  /**
   * Of the highest candidates of every other cell of 2·apart lags, the last of the {@code most}
   * highest. Each is a peak, or less than {@code apart} from one that is higher; no two of them
   * from the same one. So there will be as many peaks that are as high.
   */
  private @Nullable Peak leastOfCells(List<Peak> kept, int parity) {
    List<Peak> highest = new ArrayList<>();
    long cell = Long.MIN_VALUE;
    for (Peak peak : kept) {
      long here = Math.floorDiv(peak.lag(), 2L * apart);
      if (Math.floorMod(here, 2) != parity) {
        continue;
      }
      if (here != cell) {
        highest.add(peak);
        cell = here;
      } else if (HIGHEST_FIRST.compare(peak, highest.getLast()) < 0) {
        highest.set(highest.size() - 1, peak);
      }
    }
    if (highest.size() < most) {
      return null;
    }
    highest.sort(HIGHEST_FIRST);
    return highest.get(most - 1);
  }

  /** How many values it holds, for tests. */
  int held() {
    return candidates.size();
  }
}
