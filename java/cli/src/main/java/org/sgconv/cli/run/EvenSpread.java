package org.sgconv.cli.run;

/** Some of many, evenly spread, the first and the last among them. */
final class EvenSpread {

  private EvenSpread() {}

  /**
   * The place of one of them.
   *
   * @param index from 0 to {@code count} − 1
   * @param last place, whose first is 0
   */
  static long at(int index, int count, long last) {
    return count == 1 ? 0 : last * index / (count - 1);
  }
}
