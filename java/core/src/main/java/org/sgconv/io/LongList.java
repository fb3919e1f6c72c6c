package org.sgconv.io;

import java.util.AbstractList;
import java.util.RandomAccess;

/** An unmodifiable list of longs that takes 8 bytes each, not 28. */
final class LongList extends AbstractList<Long> implements RandomAccess {

  private final long[] values;

  /** The array is not copied: it must not change. */
  LongList(long[] values) {
    this.values = values;
  }

  @Override
  public Long get(int index) {
    return values[index];
  }

  @Override
  public int size() {
    return values.length;
  }
}
