package org.sgconv.benchmarks.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.benchmarks.model.Output;
import org.sgconv.benchmarks.model.Workload;

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
  private final int spectrumFloats;
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
    this.spectrumFloats = transform.packed() ? transform.size() : transform.size() + 2;
    this.signalRows = rows(threads);
    this.gradientRows = rows(threads);
    this.sumRows = rows(threads);
    this.spectra = floats((long) work.hidden() * spectrumFloats);
    this.y = floats(Output.SIGNAL.size(work));
    this.du = floats(Output.INPUT_GRADIENT.size(work));
    this.dk = floats(Output.KERNEL_GRADIENT.size(work));
    this.dskip = floats(Output.SKIP_GRADIENT.size(work));
  }

  private TransformRow[] rows(int threads) {
    TransformRow[] rows = new TransformRow[threads];
    for (int t = 0; t < threads; t++) {
      rows[t] = transform.newRow();
    }
    return rows;
  }

  private MemorySegment floats(long count) {
    return arena.allocate(count * Float.BYTES, ALIGNMENT);
  }

  @Override
  public void prepare() {
    pool.run(work.hidden(), this::prepareRow);
  }

  private void prepareRow(int thread, int h) {
    TransformRow row = signalRows[thread];
    MemorySegment values = row.values();
    load(signals.kernel(), h, values);
    float skip = signals.skip().getAtIndex(ValueLayout.JAVA_FLOAT, h);
    values.set(ValueLayout.JAVA_FLOAT, 0, values.get(ValueLayout.JAVA_FLOAT, 0) + skip);
    row.forward();
    SpectrumArithmetic.scale(
        values, spectra, spectrumOffset(h), spectrumFloats, 1f / transform.gain());
  }

  @Override
  public void forward() {
    pool.run(work.batch() * work.hidden(), this::forwardRow);
  }

  private void forwardRow(int thread, int index) {
    TransformRow row = signalRows[thread];
    load(signals.u(), index, row.values());
    row.forward();
    SpectrumArithmetic.multiply(
        row.values(),
        spectra,
        spectrumOffset(index % work.hidden()),
        spectrumFloats,
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
      SpectrumArithmetic.accumulate(
          input.values(), gradient.values(), sum.values(), spectrumFloats, transform.packed());
      SpectrumArithmetic.multiplyConjugate(
          gradient.values(), spectra, spectrumOffset(h), spectrumFloats, transform.packed());
      gradient.inverse();
      store(gradient.values(), du, index);
    }
    sum.inverse();
    SpectrumArithmetic.scale(sum.values(), dk, rowOffset(h), work.length(), 1f / transform.gain());
    dskip.setAtIndex(ValueLayout.JAVA_FLOAT, h, dk.get(ValueLayout.JAVA_FLOAT, rowOffset(h)));
  }

  private void load(MemorySegment from, int row, MemorySegment values) {
    long bytes = (long) work.length() * Float.BYTES;
    MemorySegment.copy(from, rowOffset(row), values, 0, bytes);
    values.asSlice(bytes).fill((byte) 0);
  }

  private void store(MemorySegment values, MemorySegment to, int row) {
    MemorySegment.copy(values, 0, to, rowOffset(row), (long) work.length() * Float.BYTES);
  }

  private long rowOffset(int row) {
    return (long) row * work.length() * Float.BYTES;
  }

  private long spectrumOffset(int h) {
    return (long) h * spectrumFloats * Float.BYTES;
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
