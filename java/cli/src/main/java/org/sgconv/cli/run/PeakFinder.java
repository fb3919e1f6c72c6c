package org.sgconv.cli.run;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.sgconv.signal.Peak;

/**
 * The highest values of a sequence that comes piece by piece and is not kept, each the highest
 * within a distance on either side of it; of equal ones the first. Values of 0 and below are none.
 */
final class PeakFinder {

  private static final Comparator<Peak> LOWEST_FIRST =
      Comparator.comparingDouble(Peak::value)
          .thenComparing(Comparator.comparingLong(Peak::lag).reversed());

  private final long reach;
  private final int most;

  /** Values, falling: those that no later one exceeds so far. */
  private final ArrayDeque<Peak> falling = new ArrayDeque<>();

  private final PriorityQueue<Peak> best = new PriorityQueue<>(LOWEST_FIRST);
  private long position;

  /**
   * Looks for peaks.
   *
   * @param reach on either side, ≥ 1
   * @param most how many are kept, ≥ 1
   */
  PeakFinder(long reach, int most) {
    this.reach = reach;
    this.most = most;
  }

  /** Takes the next values: all of an array. */
  void add(float[] values) {
    for (float value : values) {
      while (!falling.isEmpty() && falling.getLast().value() < value) {
        falling.removeLast();
      }
      if (value > 0) {
        falling.addLast(new Peak(position, value));
      }
      judge(position - reach);
      position++;
    }
  }

  /** Keeps the value at a place if it is a peak: all within reach of it have come. */
  private void judge(long place) {
    while (!falling.isEmpty() && falling.getFirst().lag() < place - reach) {
      falling.removeFirst();
    }
    if (!falling.isEmpty() && falling.getFirst().lag() == place) {
      best.add(falling.getFirst());
      if (best.size() > most) {
        best.remove();
      }
    }
  }

  /** The peaks, the highest first; once, when every value has come. */
  List<Peak> peaks() {
    for (long place = Math.max(0, position - reach); place < position; place++) {
      judge(place);
    }
    return best.stream().sorted(LOWEST_FIRST.reversed()).toList();
  }
}
