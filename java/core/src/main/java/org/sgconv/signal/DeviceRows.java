package org.sgconv.signal;

import org.sgconv.conv.Gates;
import org.sgconv.device.Stream;
import org.sgconv.spi.DevicePart;
import org.sgconv.spi.TensorAccess;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Convolutions of the rows of a tensor on a device, submitted to its stream and not waited for.
 * Blocks are cut as for the host's memory, but for two things: the samples that a call begins with
 * come from the signal again, which is all there, and more rows are worth a call.
 */
final class DeviceRows {

  /** Results of a call, in all its rows: what keeps every processor of a large device at work. */
  private static final long SAMPLES = 1L << 23;

  private DeviceRows() {}

  /**
   * Convolves.
   *
   * @param signals rows of samples, a multiple of H
   * @param result C rows for each of them
   */
  static void convolve(
      PlanCache plans, Segmentation cut, Stretch stretch, Tensor signals, Tensor result) {
    Stream stream = signals.stream().orElseThrow();
    DType type = signals.type();
    long length = cut.rowLength();
    long rows = signals.elementCount() / stretch.samples();
    try (PlanCache.Plan plan = plans.acquire(length)) {
      int hidden = plan.convolution.hidden();
      int heads = plan.convolution.heads();
      long together = hidden > 1 ? rows : Math.clamp(SAMPLES / (length * heads), 1, rows);
      try (Tensor u = Tensor.uninitialized(stream, type, together / hidden, (long) hidden, length);
          Tensor y =
              Tensor.uninitialized(
                  stream, type, together / hidden, (long) heads * hidden, length)) {
        for (long row = 0; row < rows; row += together) {
          long group = Math.min(together, rows - row);
          try (Tensor in = u.slice(0, group / hidden);
              Tensor out = y.slice(0, group / hidden)) {
            for (long call = 0; call < cut.calls(); call++) {
              fill(in, part(signals, row, group, stretch.samples()), cut, call, stretch.samples());
              plan.convolution.forward(plan.spectrum, in, Gates.none(), out);
              keep(
                  out,
                  part(result, row * heads, group * heads, stretch.count()),
                  cut,
                  call,
                  stretch.count());
            }
          }
        }
      }
    }
  }

  /** Some rows of a tensor that has rows of so many samples. */
  private static DevicePart part(Tensor tensor, long row, long rows, long samples) {
    try (Tensor all = tensor.reshape(tensor.elementCount() / samples, samples);
        Tensor some = all.slice(row, row + rows)) {
      return TensorAccess.devicePart(some);
    }
  }

  /** Fills the rows of a call: what of them is before the signal or behind it is zero. */
  private static void fill(
      Tensor in, DevicePart signals, Segmentation cut, long call, long samples) {
    long bytes = in.type().byteSize();
    long length = cut.rowLength();
    Segmentation.Covered covered = cut.covered(call, 0, samples);
    DevicePart rows = TensorAccess.devicePart(in);
    if (covered.count() < length) {
      rows.zero();
    }
    if (covered.count() > 0) {
      rows.copyRows(
          length * bytes,
          covered.begin() * bytes,
          signals,
          samples * bytes,
          covered.from() * bytes,
          covered.count() * bytes);
    }
  }

  /** Copies what a call is kept for. */
  private static void keep(Tensor out, DevicePart result, Segmentation cut, long call, long count) {
    long bytes = out.type().byteSize();
    long to = call * cut.fresh();
    result.copyRows(
        count * bytes,
        to * bytes,
        TensorAccess.devicePart(out),
        cut.rowLength() * bytes,
        cut.kept() * bytes,
        Math.min(cut.fresh(), count - to) * bytes);
  }
}
