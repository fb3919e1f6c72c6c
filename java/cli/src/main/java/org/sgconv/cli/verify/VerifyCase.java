package org.sgconv.cli.verify;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.oracle.Deviation;

/** One computation of a backend that is compared with the reference's. */
public sealed interface VerifyCase permits SignalCase, KernelCase {

  /** Most elements of a Java array. */
  long MOST_VALUES = Integer.MAX_VALUE - 8;

  /** Text from which {@link #parse} makes the same case again. */
  String id();

  /** The class of its signals, or {@code kernel}. */
  String signalsId();

  /** Its length in samples. */
  String lengthId();

  /** Cases of one group are one line of the table. */
  Group group();

  /**
   * Computes on both backends and compares. The same seed gives the same operands, whatever other
   * cases there are.
   */
  Map<Result, Deviation> measure(Backend candidate, Backend reference, long seed);

  /**
   * Line of the report that a case belongs to.
   *
   * @param what mode, kind of signals, or kind of kernel
   * @param length in samples, or a word for several
   */
  record Group(String what, String length) {

    static final String VARIOUS = "various";
  }

  /** Results that are compared. */
  enum Result {
    KERNEL("kernel"),
    OUTPUT("y"),
    INPUT_GRADIENT("du"),
    KERNEL_GRADIENT("dk"),
    SKIP_GRADIENT("dD"),
    PRE_GRADIENT("gradient of the gate before"),
    POST_GRADIENT("gradient of the gate after"),
    WEIGHT_GRADIENT("gradient of the weights"),
    DECAY_GRADIENT("gradient of the decay");

    private final String label;

    Result(String label) {
      this.label = label;
    }

    /** In words. */
    public String label() {
      return label;
    }

    /** Whether it is computed by a forward call. */
    public boolean isForward() {
      return this == KERNEL || this == OUTPUT;
    }
  }

  /** Random numbers of this case alone. */
  default SplittableRandom random(long seed) {
    return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + id().hashCode());
  }

  /**
   * Returns normally unless something of a case has more values than a Java array, which the
   * reference computes with.
   *
   * @param name what the user called the case or its sizes
   * @param sizes of the largest of its signals, kernels and gradients
   */
  static void requireArrays(String name, long... sizes) {
    long values = 1;
    for (long size : sizes) {
      values = Math.multiplyHigh(values, size) == 0 ? values * size : Long.MAX_VALUE;
      if (values < 0 || values > MOST_VALUES) {
        throw new InvalidArgumentException(
            String.format(
                Locale.ROOT,
                "'%s' is too large to verify: the reference holds no more than %d values of a signal"
                    + " or gradient",
                name,
                MOST_VALUES));
      }
    }
  }

  /**
   * A size in the id of a case.
   *
   * @throws InvalidArgumentException if it is a number that no array is as long as
   * @throws NumberFormatException if it is no number
   */
  static int size(String id, String text) {
    BigInteger value = new BigInteger(text);
    if (value.signum() > 0) {
      requireArrays(id, value.min(BigInteger.valueOf(Long.MAX_VALUE)).longValue());
    }
    return value.intValueExact();
  }

  /**
   * The case of that id.
   *
   * @throws InvalidArgumentException if it is no id
   */
  static VerifyCase parse(String id) {
    try {
      return id.startsWith(KernelCase.PREFIX) ? KernelCase.parse(id) : SignalCase.parse(id);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException malformed) {
      throw new InvalidArgumentException(
          "'"
              + id
              + "' is no case: expected one as 'sgconv verify' prints it, such as "
              + "causal:4097:2x3x1:noise",
          malformed);
    }
  }
}
