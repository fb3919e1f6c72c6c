package org.sgconv.signal;

/**
 * Where the rows of a signal come from. Of a group of rows, stretches are asked for one after
 * another, from the first sample to the last, each once.
 *
 * @param <X> what reading may throw
 */
@FunctionalInterface
interface RowInput<X extends Exception> {

  /**
   * Fills the block.
   *
   * @param firstRow the row of the signal that the block's first row is of
   * @param from index of the first sample
   */
  void read(long firstRow, long from, RowBlock into) throws X;
}
