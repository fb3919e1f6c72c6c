package org.sgconv.benchmarks.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.sgconv.benchmarks.model.Output;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.tensor.DType;

/**
 * Convolution through any real transform, one row at a time so that a row stays in its core's
 * cache: pad, transform, multiply, transform back, store. The skip is added to k[0] and the
 * transform's gain is folded into the kernel's spectrum, so neither costs a pass.
 */
final class RowConvolution implements ConvolutionPeer {

  private static final long ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final Signals signals;
  private final Workload work;
  private final RowTransform transform;
  private final RowPool pool;
  private final TransformRow[] signalRows;
  private final TransformRow[] gradientRows;
  private final TransformRow[] sumRows;
  private final SpectrumArithmetic spectrum;
  private final DType type;
  private final int spectrumSize;
  private final MemorySegment spectra;
  private final MemorySegment y;
  private final MemorySegment du;
  private final MemorySegment dk;
  private final MemorySegment dskip;

  /** Takes ownership of {@code transform}. */
  RowConvolution(Signals signals, RowTransform transform, int threads) {
    this.signals = signals;
    this.work = signals.workload();
    this.transform = transform;
    this.pool = new RowPool(threads);
    this.type = transform.type();
    this.spectrum = SpectrumArithmetic.of(type);
    this.spectrumSize = transform.spectrumSize();
    this.signalRows = rows(threads);
    this.gradientRows = rows(threads);
    this.sumRows = rows(threads);
    this.spectra = values((long) work.hidden() * spectrumSize);
    this.y = values(Output.SIGNAL.size(work));
    this.du = values(Output.INPUT_GRADIENT.size(work));
    this.dk = values(Output.KERNEL_GRADIENT.size(work));
    this.dskip = values(Output.SKIP_GRADIENT.size(work));
  }

  private TransformRow[] rows(int threads) {
    TransformRow[] rows = new TransformRow[threads];
    for (int t = 0; t < threads; t++) {
      rows[t] = transform.newRow();
    }
    return rows;
  }

  private MemorySegment values(long count) {
    return arena.allocate(count * type.byteSize(), ALIGNMENT);
  }

  @Override
  public void prepare() {
    pool.run(work.hidden(), this::prepareRow);
  }

  private void prepareRow(int thread, int h) {
    TransformRow row = signalRows[thread];
    MemorySegment values = row.values();
    load(signals.kernel(), h, values);
    spectrum.set(values, 0, spectrum.get(values, 0) + spectrum.get(signals.skip(), h));
    row.forward();
    spectrum.scale(values, spectra, spectrumOffset(h), spectrumSize, 1 / transform.gain());
  }

  @Override
  public void forward() {
    pool.run(work.batch() * work.hidden(), this::forwardRow);
  }

  private void forwardRow(int thread, int index) {
    TransformRow row = signalRows[thread];
    load(signals.u(), index, row.values());
    row.forward();
    spectrum.multiply(
        row.values(),
        spectra,
        spectrumOffset(index % work.hidden()),
        spectrumSize,
        transform.packed());
    row.inverse();
    store(row.values(), y, index);
  }

  @Override
  public void backward() {
    pool.run(work.hidden(), this::backwardChannel);
  }

  private void backwardChannel(int thread, int h) {
    TransformRow input = signalRows[thread];
    TransformRow gradient = gradientRows[thread];
    TransformRow sum = sumRows[thread];
    sum.values().fill((byte) 0);
    for (int b = 0; b < work.batch(); b++) {
      int index = b * work.hidden() + h;
      load(signals.u(), index, input.values());
      input.forward();
      load(signals.dy(), index, gradient.values());
      gradient.forward();
      // Two loops and not one: the compiler gives up on a loop over four segments, and then boxes.
      spectrum.accumulate(
          input.values(), gradient.values(), sum.values(), spectrumSize, transform.packed());
      spectrum.multiplyConjugate(
          gradient.values(), spectra, spectrumOffset(h), spectrumSize, transform.packed());
      gradient.inverse();
      store(gradient.values(), du, index);
    }
    sum.inverse();
    spectrum.scale(sum.values(), dk, rowOffset(h), work.length(), 1 / transform.gain());
    spectrum.set(dskip, h, spectrum.get(dk, (long) h * work.length()));
  }

  private void load(MemorySegment from, int row, MemorySegment values) {
    long bytes = (long) work.length() * type.byteSize();
    MemorySegment.copy(from, rowOffset(row), values, 0, bytes);
    values.asSlice(bytes).fill((byte) 0);
  }

  private void store(MemorySegment values, MemorySegment to, int row) {
    MemorySegment.copy(values, 0, to, rowOffset(row), (long) work.length() * type.byteSize());
  }

  private long rowOffset(int row) {
    return (long) row * work.length() * type.byteSize();
  }

  private long spectrumOffset(int h) {
    return (long) h * spectrumSize * type.byteSize();
  }

  @Override
  public MemorySegment result(Output output) {
    return switch (output) {
      case SIGNAL -> y;
      case INPUT_GRADIENT -> du;
      case KERNEL_GRADIENT -> dk;
      case SKIP_GRADIENT -> dskip;
    };
  }

  @Override
  public void close() {
    pool.close();
    transform.close();
    arena.close();
  }
}
