package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.tensor.DType;

/** Values in memory, read as float64. */
public final class WideValues {

  private WideValues() {}

  /**
   * A copy of some of them.
   *
   * @param type of the memory: float32 or float64
   * @param first index of the first
   */
  public static double[] of(MemorySegment from, DType type, long first, int count) {
    double[] values = new double[count];
    if (type == DType.FLOAT64) {
      MemorySegment.copy(from, ValueLayout.JAVA_DOUBLE, first * Double.BYTES, values, 0, count);
    } else {
      for (int i = 0; i < count; i++) {
        values[i] = from.getAtIndex(ValueLayout.JAVA_FLOAT, first + i);
      }
    }
    return values;
  }
}
