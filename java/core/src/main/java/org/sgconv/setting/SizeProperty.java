package org.sgconv.setting;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidSettingException;

/** System properties that limit a size: bytes of memory, lags of a norm. */
public final class SizeProperty {

  private static final String SUFFIXES = "kmgt";

  private SizeProperty() {}

  /**
   * The value of a property, or {@code absent} without it.
   *
   * @param value a number above 0; k, m, g or t after it stand for 2^10, 2^20, 2^30 and 2^40
   * @param unit what is counted, such as {@code "bytes"}
   * @param absentName what {@code absent} is, for the message
   * @throws InvalidSettingException if it is no such number or does not fit a long
   */
  public static long parse(
      String property, @Nullable String value, String unit, long absent, String absentName) {
    if (value == null) {
      return absent;
    }
    String digits = value.strip();
    int last = digits.length() - 1;
    int suffix = last > 0 ? SUFFIXES.indexOf(Character.toLowerCase(digits.charAt(last))) : -1;
    try {
      long number = Long.parseLong(suffix < 0 ? digits : digits.substring(0, last));
      long size = Math.multiplyExact(number, 1L << (10 * (suffix + 1)));
      if (size > 0) {
        return size;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw new InvalidSettingException(message(property, value, unit, absentName), e);
    }
    throw new InvalidSettingException(message(property, value, unit, absentName));
  }

  private static String message(String property, String value, String unit, String absentName) {
    return String.format(
        Locale.ROOT,
        "-D%s=%s: expected a number of %s above 0, such as 500000000 or 2g, or no such property for"
            + " %s",
        property,
        value,
        unit,
        absentName);
  }
}
