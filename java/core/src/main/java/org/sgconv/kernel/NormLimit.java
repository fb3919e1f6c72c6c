package org.sgconv.kernel;

import java.util.Locale;
import org.sgconv.InvalidArgumentException;
import org.sgconv.setting.SizeProperty;
import org.sgconv.spi.KernelGeometry;

/**
 * Most lags that a norm is summed over. M doubles with every scale: a few kilobytes of weights can
 * stand for work without end.
 */
final class NormLimit {

  static final String PROPERTY = "sgconv.norm.lags";

  /** Seconds in native code; a kernel of a million lags has room for 4096 rows. */
  static final long DEFAULT_LAGS = 1L << 32;

  private NormLimit() {}

  /**
   * Returns normally only if a norm may look at so many lags.
   *
   * @throws InvalidArgumentException otherwise; it names M, the limit and what to do
   */
  static void require(KernelGeometry geometry, long lags) {
    long limit =
        SizeProperty.parse(
            PROPERTY, System.getProperty(PROPERTY), "lags", DEFAULT_LAGS, "the default of 2^32");
    if (lags > limit) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "the norm of this kernel would be summed over %s lags, C'·H = %d·%d rows of M = %d;"
                  + " expected at most %d: take fewer scales or a smaller initScale, give the norm"
                  + " to KernelParameters.of, or raise -D%s if that much work is meant",
              lags == Long.MAX_VALUE ? "more than 2^63" : String.valueOf(lags),
              geometry.channels(),
              geometry.hidden(),
              geometry.fullLength(),
              limit,
              PROPERTY));
    }
  }
}
