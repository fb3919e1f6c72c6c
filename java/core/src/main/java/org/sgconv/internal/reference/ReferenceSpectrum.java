package org.sgconv.internal.reference;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A copy of kernel (C',H,K) and skip (C,H); the reference keeps no transforms. */
final class ReferenceSpectrum implements PlanSpectrum {

  final ConvolutionGeometry geometry;
  final Tensor kernel;
  final Tensor skip;

  ReferenceSpectrum(ConvolutionGeometry geometry, DType type) {
    this.geometry = geometry;
    try (Closer made = Closer.onFailure()) {
      skip = made.add(Tensor.zeros(type, geometry.heads(), geometry.hidden()));
      kernel = Tensor.zeros(type, geometry.channels(), geometry.hidden(), geometry.kernelLength());
      made.keep();
    }
  }

  /** Bytes of one, without making it; Long.MAX_VALUE for more. */
  static long byteSize(ConvolutionGeometry geometry, DType type) {
    long bytesOfColumn = (long) geometry.hidden() * type.byteSize();
    try {
      long lags = Math.multiplyExact(geometry.channels(), geometry.kernelLength());
      return Math.multiplyExact(Math.addExact(lags, geometry.heads()), bytesOfColumn);
    } catch (ArithmeticException more) {
      return Long.MAX_VALUE;
    }
  }

  /** Replaces the skip (C,H); null for none. */
  void foldIn(@Nullable Tensor values) {
    if (values == null) {
      skip.fill(0);
    } else {
      skip.copyFrom(values);
    }
  }

  /** g of head {@code head} and hidden channel {@code channel}. */
  Lags lags(int head, int channel) {
    int length = (int) geometry.length();
    Lags lags = new Lags(geometry.mode(), length, geometry.kernelLength());
    double[] forward = kernelRow(head, channel, lags.first(), lags.count());
    double[] backward =
        geometry.mode().directions() == 2
            ? kernelRow(geometry.heads() + head, channel, 0, -lags.lowest())
            : new double[0];
    double d = Rows.read(skip, (long) head * geometry.hidden() + channel, 1)[0];
    lags.addKernel(forward, backward, d);
    return lags;
  }

  /** Values of a row of the kernel. */
  private double[] kernelRow(int kernelChannel, int channel, long first, int count) {
    long row = (long) kernelChannel * geometry.hidden() + channel;
    return Rows.readFrom(kernel, row * geometry.kernelLength() + first, count);
  }

  @Override
  public void close() {
    kernel.close();
    skip.close();
  }
}
