package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import java.util.Locale;
import org.sgconv.bindings.cuda.sgconv_cuda_rows;

/**
 * {@code sgconv_cuda_rows}: the rows (b, h) of signals (B, H, L) that one call works on.
 *
 * @param shape C, H and L
 * @param size N ≥ L, transform size
 * @param batch B of the whole tensors
 */
public record CudaRows(
    ConvolutionShape shape,
    long size,
    long batch,
    long batchFirst,
    long batchCount,
    long hiddenFirst,
    long hiddenCount) {

  private static final long COMPLEX_BYTES = 8;

  /** Checks every range. */
  public CudaRows {
    Sizes.requirePositive("batch", batch);
    Sizes.requirePositive("batchCount", batchCount);
    Sizes.requirePositive("hiddenCount", hiddenCount);
    requireWithin("batch", batchFirst, batchCount, batch);
    requireWithin("hidden", hiddenFirst, hiddenCount, shape.hidden());
    if (size < shape.length()) {
      throw new IllegalArgumentException(
          "size is " + size + ", expected at least the length " + shape.length());
    }
  }

  private static void requireWithin(String name, long first, long count, long all) {
    if (first < 0 || count > all || first > all - count) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s rows %d to %d, expected a part of %d",
              name,
              first,
              first + count,
              all));
    }
  }

  /** Elements of a signal (B, H, L). */
  long elements() {
    return Math.multiplyExact(batch, Math.multiplyExact(shape.hidden(), shape.length()));
  }

  /** Elements of an output (B, C·H, L). */
  long outputElements() {
    return Math.multiplyExact(elements(), shape.heads());
  }

  /** Bytes of the complex rows (batchCount, hiddenCount, N). */
  long complexBytes() {
    return Math.multiplyExact(batchCount * hiddenCount, size * COMPLEX_BYTES);
  }

  /** Bytes of the complex rows of a kernel gradient (hiddenCount, N). */
  long kernelRowBytes() {
    return Math.multiplyExact(hiddenCount, size * COMPLEX_BYTES);
  }

  /** Bytes of a spectrum (C, H, N). */
  long spectrumBytes() {
    return spectrumBytes(shape, size);
  }

  static long spectrumBytes(ConvolutionShape shape, long size) {
    return Math.multiplyExact(
        Math.multiplyExact(shape.heads(), shape.hidden()), Math.multiplyExact(size, COMPLEX_BYTES));
  }

  /** Bytes of the sum of a gate gradient (batchCount, hiddenCount, L). */
  long sumBytes() {
    return batchCount * hiddenCount * shape.length() * Float.BYTES;
  }

  void write(MemorySegment struct) {
    sgconv_cuda_rows.heads(struct, shape.heads());
    sgconv_cuda_rows.hidden(struct, shape.hidden());
    sgconv_cuda_rows.length(struct, shape.length());
    sgconv_cuda_rows.size(struct, size);
    sgconv_cuda_rows.batch_first(struct, batchFirst);
    sgconv_cuda_rows.batch_count(struct, batchCount);
    sgconv_cuda_rows.hidden_first(struct, hiddenFirst);
    sgconv_cuda_rows.hidden_count(struct, hiddenCount);
  }
}
