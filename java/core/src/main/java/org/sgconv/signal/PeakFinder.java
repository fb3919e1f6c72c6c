package org.sgconv.signal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.tensor.DType;

/**
 * A sink of a correlation that keeps its peaks: of each row those that {@link Peak#highest(float[],
 * long, int, int)} finds in an array of the same values, however many come.
 *
 * {@snippet :
 * PeakFinder peaks = new PeakFinder(DType.FLOAT32, 0, 5, templateLength);
 * correlator.apply(source, peaks, ProgressListener.NONE);
 * List<Peak> places = peaks.highest(0);
 * }
 *
 * <p>To keep the correlation as well, write to both in a sink of your own. Memory is for
 * 4·most·apart lags of a row at most, and as a rule for far fewer. For one thread at a time.
 *
 * @since 0.1.0
 */
public final class PeakFinder implements SampleSink {

  private final DType type;
  private final long firstLag;
  private final int most;
  private final int apart;

  /** Made when it is known how many there are. */
  private final List<PeakSearch> rows = new ArrayList<>();

  private long position;

  /**
   * Looks for peaks.
   *
   * @param type of the values that will come: FLOAT32 or FLOAT64, as the source's
   * @param firstLag lag of the first value: {@link Correlator#firstLag}, 0 for windows
   * @param most how many are wanted of each row, at least 1
   * @param apart least distance, at least 1; usually the template's length
   * @throws InvalidArgumentException if {@code most} or {@code apart} is below 1
   * @throws TypeMismatchException if the type is of 16 bits
   */
  public PeakFinder(DType type, long firstLag, int most, int apart) {
    if (type.kernelType() != type) {
      throw new TypeMismatchException(
          "peaks of " + type + " are wanted: correlations are FLOAT32 or FLOAT64");
    }
    this.type = type;
    this.firstLag = firstLag;
    this.most = most;
    this.apart = apart;
    rows.add(new PeakSearch(firstLag, most, apart)); // and so the numbers are checked now
  }

  /**
   * {@inheritDoc}
   *
   * @throws InvalidArgumentException if these are not the next values
   * @throws ShapeMismatchException if there are not as many rows as before, or rows are not of one
   *     size, a whole number of values
   */
  @Override
  public void write(long to, List<MemorySegment> values) {
    if (to != position) {
      throw new InvalidArgumentException(
          "values from " + to + " on have come, expected those from " + position + " on");
    }
    requireEven(values);
    while (to == 0 && rows.size() < values.size()) {
      rows.add(new PeakSearch(firstLag, most, apart));
    }
    if (values.size() != rows.size()) {
      throw new ShapeMismatchException(
          values.size() + " rows have come, expected as many as before: " + rows.size());
    }
    for (int row = 0; row < values.size(); row++) {
      add(values.get(row), rows.get(row));
    }
    position += values.getFirst().byteSize() / type.byteSize();
  }

  private void requireEven(List<MemorySegment> values) {
    for (MemorySegment row : values) {
      if (row.byteSize() % type.byteSize() != 0 || row.byteSize() != values.getFirst().byteSize()) {
        throw new ShapeMismatchException(
            "rows of "
                + values.getFirst().byteSize()
                + " and "
                + row.byteSize()
                + " bytes have come, expected as many in each, a multiple of "
                + type.byteSize());
      }
    }
  }

  private void add(MemorySegment values, PeakSearch search) {
    long count = values.byteSize() / type.byteSize();
    for (long i = 0; i < count; i++) {
      search.add(
          type == DType.FLOAT64
              ? values.getAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, i)
              : values.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i));
    }
  }

  /**
   * The peaks of what has come so far of a row.
   *
   * @param row its number: channel · R + template
   * @return the highest first; fewer than wanted if there are no more
   * @throws InvalidArgumentException if there is no such row
   */
  public List<Peak> highest(int row) {
    if (row < 0 || row >= rows.size()) {
      throw new InvalidArgumentException("row is " + row + ", expected 0 to " + (rows.size() - 1));
    }
    return rows.get(row).highest();
  }
}
