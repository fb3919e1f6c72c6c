package org.sgconv.contract;

import java.util.Random;

/**
 * Random numbers of the tests. {@code -Dsgconv.test.seed=} sets the seed; every failure names it.
 * {@code random} as the seed takes a new one each run.
 */
public final class Seed {

  static final String PROPERTY = "sgconv.test.seed";
  public static final long VALUE = value();

  private Seed() {}

  /** Random numbers for one case: the same for the same seed and case, in whatever order. */
  public static Random random(Object testCase) {
    return new Random(VALUE * 0x9E3779B97F4A7C15L + testCase.toString().hashCode());
  }

  /** To be put into messages. */
  public static String replay() {
    return " [replay with -D" + PROPERTY + "=" + VALUE + "]";
  }

  private static long value() {
    String text = System.getProperty(PROPERTY, "1");
    long value = text.equals("random") ? System.nanoTime() : Long.parseLong(text);
    System.out.println(PROPERTY + "=" + value);
    return value;
  }
}
