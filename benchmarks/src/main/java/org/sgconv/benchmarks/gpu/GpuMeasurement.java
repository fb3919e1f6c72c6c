package org.sgconv.benchmarks.gpu;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one library did in one case. Numbers are missing where it failed.
 *
 * @param library {@code sgconv} or {@code pytorch}
 * @param path which of the library's ways: {@code fused} and {@code cufft}, or {@code rfft} and
 *     {@code complex}; {@code -} if that could not be told
 * @param medianMs of a call, over samples of many calls each
 * @param calls that were timed
 * @param heldBytes of device memory at the end: signals, spectra and workspace; PyTorch's peak
 * @param partOfLimit least time that the bus needs, at the bandwidth of a copy, over the time taken
 * @param checks of this library: one row of y or du, and one channel of dk and dD, against float64
 * @param repeated of this library: the bits of two runs
 * @param failure why there are no numbers, or null
 */
public record GpuMeasurement(
    String library,
    String path,
    int batch,
    int hidden,
    int length,
    String type,
    String operation,
    @Nullable Double medianMs,
    @Nullable Double leastMs,
    @Nullable Double mostMs,
    @Nullable Integer calls,
    @Nullable Long heldBytes,
    @Nullable Double partOfLimit,
    List<ResultCheck> checks,
    @Nullable RepeatCheck repeated,
    @Nullable String failure) {

  static final String SGCONV = "sgconv";
  static final String PYTORCH = "pytorch";

  static GpuMeasurement failed(String library, String path, GpuCase what, String failure) {
    return of(library, path, what, null, null, null, GpuChecks.NONE, failure);
  }

  /** Our own: without a time if a result is wrong, or another one in another run. */
  static GpuMeasurement judged(
      String path,
      GpuCase what,
      StreamTimer.Times times,
      long heldBytes,
      double bandwidth,
      GpuChecks checks) {
    String failure = checks.failure();
    return failure == null
        ? of(SGCONV, path, what, times, heldBytes, bandwidth, checks, null)
        : of(SGCONV, path, what, null, null, null, checks, failure);
  }

  static GpuMeasurement of(
      String library,
      String path,
      GpuCase what,
      StreamTimer.@Nullable Times times,
      @Nullable Long heldBytes,
      @Nullable Double bandwidth,
      GpuChecks checks,
      @Nullable String failure) {
    return new GpuMeasurement(
        library,
        path,
        what.shape().batch(),
        what.shape().hidden(),
        what.shape().length(),
        what.typeName(),
        what.operation().id(),
        times == null ? null : times.medianMs(),
        times == null ? null : times.leastMs(),
        times == null ? null : times.mostMs(),
        times == null ? null : times.calls(),
        heldBytes,
        times == null || bandwidth == null
            ? null
            : 1e3 * what.leastBytes() / bandwidth / times.medianMs(),
        checks.rows(),
        checks.repeated(),
        failure);
  }

  /** Whether another measurement is of the same case. */
  boolean isOfSameCase(GpuMeasurement other) {
    return batch == other.batch
        && hidden == other.hidden
        && length == other.length
        && type.equals(other.type)
        && operation.equals(other.operation);
  }
}
