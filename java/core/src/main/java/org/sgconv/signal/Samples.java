package org.sgconv.signal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Arrays of samples, checked and made. */
final class Samples {

  /** Elements of the longest array that every JVM makes. */
  static final int MOST_OF_ARRAY = Integer.MAX_VALUE - 8;

  private Samples() {}

  /**
   * Returns normally only if there are samples and all are finite.
   *
   * @param name what they are, for the message
   */
  static void require(String name, float[] values) {
    require(name, values, Sharing.NONE);
  }

  /** As {@link #require(String, float[])}, by several threads. */
  static void require(String name, float[] values, Sharing sharing) {
    requireSome(name, values.length);
    AtomicBoolean finite = new AtomicBoolean(true);
    sharing.each(
        (long) Float.BYTES * values.length,
        (from, to) -> {
          if (!areFinite(values, (int) (from / Float.BYTES), (int) (to / Float.BYTES))) {
            finite.set(false);
          }
        });
    for (int i = 0; !finite.get() && i < values.length; i++) {
      requireFinite(name, values[i], i);
    }
  }

  private static boolean areFinite(float[] values, int from, int to) {
    float largest = 0; // NaN if one is; the JVM vectorizes this, and no loop with a branch
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return Float.isFinite(largest);
  }

  /** As {@link #require(String, float[])}. */
  static void require(String name, double[] values) {
    require(name, values, Sharing.NONE);
  }

  /** As {@link #require(String, double[])}, by several threads. */
  static void require(String name, double[] values, Sharing sharing) {
    requireSome(name, values.length);
    AtomicBoolean finite = new AtomicBoolean(true);
    sharing.each(
        (long) Double.BYTES * values.length,
        (from, to) -> {
          if (!areFinite(values, (int) (from / Double.BYTES), (int) (to / Double.BYTES))) {
            finite.set(false);
          }
        });
    for (int i = 0; !finite.get() && i < values.length; i++) {
      requireFinite(name, values[i], i);
    }
  }

  private static boolean areFinite(double[] values, int from, int to) {
    double largest = 0;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return Double.isFinite(largest);
  }

  private static void requireSome(String name, int length) {
    if (length == 0) {
      throw new InvalidArgumentException("the " + name + " is empty: give it one sample at least");
    }
  }

  /**
   * Returns normally only if a tensor is FLOAT32 or FLOAT64.
   *
   * @param name what it holds, for the message
   */
  static void requireType(String name, Tensor tensor) {
    if (tensor.type().kernelType() != tensor.type()) {
      throw new TypeMismatchException(
          name + " are " + tensor.type() + ", expected FLOAT32 or FLOAT64: convert them with to()");
    }
  }

  /**
   * Returns normally only if all samples in memory are finite.
   *
   * @param where they are, for the message
   * @param from index of the first
   */
  static void requireFinite(MemorySegment samples, DType type, String where, long from) {
    long count = samples.byteSize() / type.byteSize();
    if (type == DType.FLOAT64) {
      double largest = 0;
      for (long i = 0; i < count; i++) {
        largest = Math.max(largest, Math.abs(samples.getAtIndex(ValueLayout.JAVA_DOUBLE, i)));
      }
      for (long i = 0; !Double.isFinite(largest) && i < count; i++) {
        requireFinite("signal" + where, samples.getAtIndex(ValueLayout.JAVA_DOUBLE, i), from + i);
      }
    } else {
      float largest = 0;
      for (long i = 0; i < count; i++) {
        largest = Math.max(largest, Math.abs(samples.getAtIndex(ValueLayout.JAVA_FLOAT, i)));
      }
      for (long i = 0; !Float.isFinite(largest) && i < count; i++) {
        requireFinite("signal" + where, samples.getAtIndex(ValueLayout.JAVA_FLOAT, i), from + i);
      }
    }
  }

  private static void requireFinite(String name, double value, long index) {
    if (!Double.isFinite(value)) {
      throw new InvalidArgumentException(
          "the "
              + name
              + " holds "
              + value
              + " at index "
              + index
              + ": every sample must be finite; replace it, for example by 0 or by its"
              + " neighbors' mean");
    }
  }

  /**
   * Returns normally only if samples may be of that type.
   *
   * @param what they are, for the message
   */
  static void requireType(String what, DType type) {
    if (type.kernelType() != type) {
      throw new TypeMismatchException(
          what + " is of " + type + ", expected FLOAT32 or FLOAT64: convert the samples");
    }
  }

  static float[] reversed(float[] values) {
    float[] reversed = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      reversed[i] = values[values.length - 1 - i];
    }
    return reversed;
  }

  static double[] reversed(double[] values) {
    double[] reversed = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      reversed[i] = values[values.length - 1 - i];
    }
    return reversed;
  }

  static double[] widened(float[] values) {
    double[] wide = newDoubles(values.length);
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  /** Returns normally only if a result fits exactly. */
  static void requireLength(int length, Stretch stretch) {
    if (length != stretch.count()) {
      throw new ShapeMismatchException(
          "the array for the result has "
              + length
              + " elements, expected "
              + stretch.count()
              + ", of a signal of "
              + stretch.samples()
              + " with a kernel of "
              + stretch.lags());
    }
  }

  static float[] newFloats(Stretch stretch) {
    return newFloats(stretch.arrayLength());
  }

  /**
   * An array for samples.
   *
   * @throws HostMemoryException if the Java heap has no room for it
   */
  static float[] newFloats(int length) {
    try {
      return new float[length];
    } catch (OutOfMemoryError error) {
      throw noHeap(length, Float.BYTES, error);
    }
  }

  static double[] newDoubles(Stretch stretch) {
    return newDoubles(stretch.arrayLength());
  }

  /** As {@link #newFloats(int)}. */
  static double[] newDoubles(int length) {
    try {
      return new double[length];
    } catch (OutOfMemoryError error) {
      throw noHeap(length, Double.BYTES, error);
    }
  }

  private static HostMemoryException noHeap(int length, int bytes, OutOfMemoryError error) {
    return new HostMemoryException(
        length + " samples on the Java heap (raise -Xmx)", (long) bytes * length, error);
  }
}
