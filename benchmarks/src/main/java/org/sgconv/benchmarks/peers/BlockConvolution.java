package org.sgconv.benchmarks.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.tensor.DType;

/**
 * Signals and kernels by overlap-save through any real transform: a block with the K − 1 samples
 * before it is transformed, multiplied with the kernel's cached spectrum and transformed back; what
 * wraps is not kept. Where one transform holds the whole result nothing wraps, and it is the only
 * block. Blocks of all signals are spread over the threads; a block is transformed once for all
 * kernels that its signal meets.
 */
final class BlockConvolution implements AutoCloseable {

  private static final long ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final BenchmarkCase what;
  private final SignalInputs inputs;
  private final Workload shape;
  private final RowTransform transform;
  private final RowPool pool;
  private final DType type;
  private final SpectrumArithmetic arithmetic;
  private final TransformRow[] rows;
  private final TransformRow[] products;
  private final MemorySegment spectra;

  /** Kernels that every signal meets. */
  private final int kernelsEach;

  /** Where the first result is among all n + K − 1 samples. */
  private final int first;

  /** Samples of a transform that are not kept. */
  private final int discarded;

  private final int blockSize;
  private final int blocks;

  /**
   * Transforms the kernels and takes ownership of {@code transform}.
   *
   * @param kernels (H,K), of a correlation reversed
   * @param pool of the caller's
   */
  BlockConvolution(
      SignalInputs inputs, MemorySegment kernels, RowTransform transform, RowPool pool) {
    this.inputs = inputs;
    this.what = inputs.what();
    this.shape = what.shape();
    this.transform = transform;
    this.pool = pool;
    this.type = transform.type();
    this.arithmetic = SpectrumArithmetic.of(type);
    boolean correlation = what.operation() == Operation.CORRELATE;
    this.kernelsEach = correlation ? shape.hidden() : 1;
    this.first = correlation ? shape.lags() - 1 : 0;
    boolean whole = transform.size() >= (long) shape.length() + shape.lags() - 1;
    this.discarded = whole ? first : shape.lags() - 1;
    this.blockSize = transform.size() - discarded;
    this.blocks = Math.ceilDiv(what.outputLength(), blockSize);
    this.rows = newRows();
    this.products = kernelsEach > 1 ? newRows() : rows;
    this.spectra = arena.allocate(spectrumOffset(shape.hidden()), ALIGNMENT);
    pool.run(shape.hidden(), (thread, h) -> prepare(rows[thread], kernels, h));
  }

  private TransformRow[] newRows() {
    TransformRow[] made = new TransformRow[pool.threads()];
    for (int t = 0; t < made.length; t++) {
      made[t] = transform.newRow();
    }
    return made;
  }

  private void prepare(TransformRow row, MemorySegment kernels, int h) {
    long bytes = (long) shape.lags() * type.byteSize();
    MemorySegment.copy(kernels, h * bytes, row.values(), 0, bytes);
    row.values().asSlice(bytes).fill((byte) 0);
    row.forward();
    arithmetic.scale(
        row.values(), spectra, spectrumOffset(h), transform.spectrumSize(), 1 / transform.gain());
  }

  /** Points of a transform. */
  int size() {
    return transform.size();
  }

  /** Parts that a call consists of. */
  int parts() {
    return Math.multiplyExact(what.inputRows(), blocks);
  }

  /** Results of a part, all but the last of a signal. */
  long resultsOfPart() {
    return (long) blockSize * kernelsEach;
  }

  /**
   * Computes the first parts.
   *
   * @param factors for each signal one for each sample of its results, or null
   */
  void run(int parts, @Nullable MemorySegment factors, MemorySegment results) {
    pool.run(parts, (thread, part) -> run(thread, part, factors, results));
  }

  private void run(int thread, int part, @Nullable MemorySegment factors, MemorySegment results) {
    int signal = part / blocks;
    int at = part % blocks * blockSize;
    int count = Math.min(blockSize, what.outputLength() - at);
    TransformRow row = rows[thread];
    load(row.values(), signal, first + at - discarded);
    row.forward();
    for (int k = 0; k < kernelsEach; k++) {
      int result = signal * kernelsEach + k;
      TransformRow product = products[thread];
      if (kernelsEach > 1) {
        MemorySegment.copy(row.values(), 0, product.values(), 0, row.values().byteSize());
      }
      arithmetic.multiply(
          product.values(),
          spectra,
          spectrumOffset(inputs.kernelOf(result)),
          transform.spectrumSize(),
          transform.packed());
      product.inverse();
      long from = (long) discarded * type.byteSize();
      long to = ((long) result * what.outputLength() + at) * type.byteSize();
      if (factors == null) {
        MemorySegment.copy(product.values(), from, results, to, (long) count * type.byteSize());
      } else {
        long factor = ((long) signal * what.outputLength() + at) * type.byteSize();
        arithmetic.multiplyReal(product.values(), from, factors, factor, results, to, count);
      }
    }
  }

  /** Samples from {@code start} on, which may lie before the signal, with zeros around it. */
  private void load(MemorySegment values, int signal, int start) {
    int from = Math.max(0, start);
    int to = (int) Math.min(shape.length(), (long) start + transform.size());
    long before = (long) (from - start) * type.byteSize();
    long bytes = Math.max(0L, to - from) * type.byteSize();
    values.asSlice(0, before).fill((byte) 0);
    long offset = ((long) signal * shape.length() + from) * type.byteSize();
    MemorySegment.copy(inputs.signals(), offset, values, before, bytes);
    values.asSlice(before + bytes).fill((byte) 0);
  }

  private long spectrumOffset(int h) {
    return (long) h * transform.spectrumSize() * type.byteSize();
  }

  @Override
  public void close() {
    transform.close();
    arena.close();
  }
}
