package org.sgconv.benchmarks.gpu;

import org.jspecify.annotations.Nullable;
import org.sgconv.oracle.Deviation;

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
 * @param relativeError of one row of the output against float64, relative to what the transforms
 *     carry; only of forward
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
    @Nullable Double relativeError,
    @Nullable String failure) {

  static final String SGCONV = "sgconv";
  static final String PYTORCH = "pytorch";

  static GpuMeasurement failed(String library, String path, GpuCase what, String failure) {
    return of(library, path, what, null, null, null, null, failure);
  }

  /** Our own: without a time if the error, where there is one, is beyond its bound. */
  static GpuMeasurement judged(
      String path,
      GpuCase what,
      StreamTimer.Times times,
      long heldBytes,
      double bandwidth,
      @Nullable Deviation error) {
    @Nullable Double relative = error == null ? null : error.relative();
    if (error == null || (error.isAccepted() && !error.leavesRange())) {
      return of(SGCONV, path, what, times, heldBytes, bandwidth, relative, null);
    }
    String failure = "wrong: the last row's error is " + error.describe() + "; no time is given";
    return of(SGCONV, path, what, null, null, null, relative, failure);
  }

  static GpuMeasurement of(
      String library,
      String path,
      GpuCase what,
      StreamTimer.@Nullable Times times,
      @Nullable Long heldBytes,
      @Nullable Double bandwidth,
      @Nullable Double relativeError,
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
        relativeError,
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
