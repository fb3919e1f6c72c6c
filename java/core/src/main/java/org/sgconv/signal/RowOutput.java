package org.sgconv.signal;

/**
 * Where the rows of a result go. Of a group of rows, stretches come one after another, from the
 * first sample to the last, each once, and none before what has been read reaches as far.
 *
 * @param <X> what writing may throw
 */
@FunctionalInterface
interface RowOutput<X extends Exception> {

  /**
   * Takes what is in the block.
   *
   * @param firstRow the row of the result that the block's first row is of
   * @param to index of the first sample
   */
  void write(long firstRow, long to, RowBlock from) throws X;
}
