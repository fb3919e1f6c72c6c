package org.sgconv.signal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.io.AtomicFile;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Normalized correlation of R templates h of K samples with every window of K samples of H
 * channels: {@code Σ(x − x̄)(h − h̄) / (‖x − x̄‖·‖h − h̄‖)}, from −1 to 1, where 1 means that the
 * window is the template, scaled and shifted.
 *
 * {@snippet :
 * try (NormalizedCorrelator calls = NormalizedCorrelator.of(Backends.cpu(), templates, Mean.REMOVED);
 *     Tensor scores = calls.apply(channels)) { // (R,K) and (H,n) to (H,R,n − K + 1)
 *   ...
 * }
 * }
 *
 * <p>Everything is computed in float64, whatever the types, and what lies outside a window does not
 * enter its score: it is right to 1e-6 next to a spike that is a million times as large, and on an
 * offset that is ten thousand times as large as the signal. A window whose samples are all equal,
 * or with {@link Mean#KEPT} all zero, has the score 0.
 *
 * <p>Long signals are scored in blocks, which threads of {@link
 * java.util.concurrent.ForkJoinPool#commonPool} share, as many as the backend has, or all if it is
 * a device's; scores do not depend on how many these are. The memory of an arena that is confined
 * to a thread keeps all work on that thread.
 *
 * <p>Any number of threads may call {@code apply}; {@link #close} waits for them.
 *
 * @since 0.1.0
 */
public final class NormalizedCorrelator implements AutoCloseable {

  /** Scores of all rows that a piece of a signal has that need not fit in memory. */
  private static final long PIECE = 1L << 20;

  private final FixedKernels kernels;
  private final UnitTemplates templates;
  private final ScoreBlocks blocks;
  private final int rank;

  private NormalizedCorrelator(Backend backend, double[][] rows, Mean mean, int rank) {
    templates = new UnitTemplates(rows, Objects.requireNonNull(mean, "mean"));
    Backend exact =
        LongConvolution.supportedTypes(backend).contains(DType.FLOAT64)
            ? backend
            : HostBackend.taking(DType.FLOAT64);
    kernels = new FixedKernels("the correlator", exact, templates.kernels().moveTo(exact));
    blocks = new ScoreBlocks(kernels, templates, mean);
    this.rank = rank;
  }

  /**
   * Correlations with one template, which is copied.
   *
   * @param backend where products are computed; one that does not take FLOAT64 leaves them to one
   *     of the host that does
   * @param template K ≥ 1 samples
   * @throws InvalidArgumentException if the template is empty, holds a value that is not finite, or
   *     has no norm: with {@link Mean#REMOVED} if all samples are equal, else if all are zero
   */
  public static NormalizedCorrelator of(Backend backend, float[] template, Mean mean) {
    Samples.require("template", template);
    return new NormalizedCorrelator(backend, new double[][] {Samples.widened(template)}, mean, 1);
  }

  /** As {@link #of(Backend, float[], Mean)}. */
  public static NormalizedCorrelator of(Backend backend, double[] template, Mean mean) {
    Samples.require("template", template);
    return new NormalizedCorrelator(backend, new double[][] {template}, mean, 1);
  }

  /**
   * Correlations with templates, which are copied.
   *
   * @param templates (K) or (R,K)
   * @throws ShapeMismatchException if there are more axes
   * @throws InvalidArgumentException as of {@link #of(Backend, float[], Mean)}, with the template's
   *     number
   */
  public static NormalizedCorrelator of(Backend backend, Tensor templates, Mean mean) {
    Correlator.requireTemplates(templates);
    int rank = templates.shape().rank();
    int count = rank == 1 ? 1 : Math.toIntExact(templates.dim(0));
    double[][] rows = new double[count][];
    for (int r = 0; r < count; r++) {
      try (Tensor row = rank == 1 ? templates.reshape(templates.dim(0)) : templates.slice(r)) {
        rows[r] = row.toDoubleArray();
      }
    }
    return new NormalizedCorrelator(backend, rows, mean, rank);
  }

  /**
   * The score of every window of a signal with the one template.
   *
   * @param signal n ≥ K samples
   * @return n − K + 1 scores; index t is the window that begins at sample t
   * @throws InvalidArgumentException if the signal is shorter than the template or holds a value
   *     that is not finite
   * @throws ShapeMismatchException if there are several templates
   */
  public float[] apply(float[] signal) {
    Samples.require("signal", signal, kernels.sharing());
    float[] scores = Samples.newFloats(stretch(signal.length));
    run(signal, scores);
    return scores;
  }

  /** As {@link #apply(float[])}. */
  public double[] apply(double[] signal) {
    Samples.require("signal", signal, kernels.sharing());
    double[] scores = Samples.newDoubles(stretch(signal.length));
    run(signal, scores);
    return scores;
  }

  /**
   * As {@link #apply(float[])}, into an array.
   *
   * @param into takes n − K + 1 scores
   * @throws ShapeMismatchException if {@code into} has another length
   */
  public void apply(float[] signal, float[] into) {
    Samples.require("signal", signal, kernels.sharing());
    Samples.requireLength(into.length, stretch(signal.length));
    run(signal, into);
  }

  /** As {@link #apply(float[], float[])}. */
  public void apply(double[] signal, double[] into) {
    Samples.require("signal", signal, kernels.sharing());
    Samples.requireLength(into.length, stretch(signal.length));
    run(signal, into);
  }

  private void run(float[] signal, float[] scores) {
    run(
        1,
        scores.length,
        true,
        (channel, from, into, count) -> {
          for (int i = 0; i < count; i++) {
            into[i] = signal[(int) from + i];
          }
        },
        (row, to, values, count) -> {
          for (int i = 0; i < count; i++) {
            scores[(int) to + i] = (float) values[i];
          }
        });
  }

  private void run(double[] signal, double[] scores) {
    run(
        1,
        scores.length,
        true,
        (channel, from, into, count) -> System.arraycopy(signal, (int) from, into, 0, count),
        (row, to, values, count) -> System.arraycopy(values, 0, scores, (int) to, count));
  }

  private void run(
      int channels,
      long windows,
      boolean anyThread,
      ScoreBlocks.Reader reader,
      ScoreBlocks.Writer writer) {
    try (FixedKernels.Use _ = kernels.use()) {
      blocks.compute(channels, windows, blocks.size(windows), anyThread, reader, writer);
    }
  }

  private Stretch stretch(long samples) {
    if (templates.count() > 1) {
      throw new ShapeMismatchException(
          "the correlator has "
              + templates.count()
              + " templates, whose scores an array does not hold: give it a tensor");
    }
    return windows(samples);
  }

  private Stretch windows(long samples) {
    if (samples < templates.length()) {
      throw new InvalidArgumentException(
          "the signal has "
              + samples
              + " samples, the template "
              + templates.length()
              + ": no window of the signal is as long as the template");
    }
    return Stretch.of(Extent.VALID, samples, templates.length());
  }

  /**
   * The scores of every window of each channel with each template.
   *
   * @param signals (n) or (H,n) in the host's memory, FLOAT32 or FLOAT64, n ≥ K
   * @return of the signals' type: the shape of the signals without n, then R unless the templates
   *     were given as (K), then n − K + 1
   * @throws InvalidArgumentException if n &lt; K or a sample is not finite
   * @throws ShapeMismatchException if the signals have more than two axes
   * @throws WrongDeviceException if the signals are on a device
   */
  public Tensor apply(Tensor signals) {
    Stretch stretch = stretch(signals);
    try (Closer made = Closer.onFailure()) {
      Tensor scores = made.add(Tensor.uninitialized(signals.type(), shape(signals, stretch)));
      run(signals, stretch, scores);
      made.keep();
      return scores;
    }
  }

  /**
   * As {@link #apply(Tensor)}, into a tensor of the host of the result's shape and type, which
   * shares no memory with the signals.
   */
  public void apply(Tensor signals, Tensor into) {
    Stretch stretch = stretch(signals);
    TensorCheck.type("into", into, signals.type());
    TensorCheck.shape("into", into, shape(signals, stretch));
    TensorCheck.writable("into", into);
    requireOnHost("into", into);
    TensorCheck.disjoint("into", into, "signals", signals);
    run(signals, stretch, into);
  }

  private Stretch stretch(Tensor signals) {
    Correlator.requireSignals(signals);
    requireOnHost("signals", signals);
    TensorCheck.finite("signals", signals);
    return windows(signals.dim(signals.shape().rank() - 1));
  }

  private long[] shape(Tensor signals, Stretch stretch) {
    return Correlator.resultShape(signals, rank == 1 ? 0 : templates.count(), stretch.count());
  }

  private void run(Tensor signals, Stretch stretch, Tensor scores) {
    int channels = Math.toIntExact(signals.elementCount() / stretch.samples());
    try (TensorRows from = new TensorRows(signals, stretch.samples(), kernels.sharing());
        TensorRows to = new TensorRows(scores, stretch.count(), kernels.sharing())) {
      run(channels, stretch.count(), from.isShared() && to.isShared(), from::read, to::write);
    }
  }

  /**
   * The scores of every window of a signal that need not fit in memory: the same, to the bit, as of
   * a tensor of all. Beside templates and plan there is memory for a piece of each channel, of
   * 32,768 samples or eight times the template at least, and R times as much for the scores.
   *
   * <p>Samples are checked as they are read. If anything fails, the sink has a part of the scores:
   * {@link #apply(Path, DType, Path, ProgressListener)} leaves none behind.
   *
   * @param source H channels of n ≥ K samples
   * @param sink takes H·R rows, channel · R + template, of n − K + 1 scores of the source's type,
   *     such as a {@link PeakFinder}
   * @throws InvalidArgumentException if n &lt; K, a sample is not finite (the message has its
   *     index), or the sink is memory that begins within the source's
   * @throws ShapeMismatchException if the sink is memory of another size
   * @throws IOException of the source or the sink
   */
  public void apply(SampleSource source, SampleSink sink, ProgressListener progress)
      throws IOException {
    Correlator.requireChannels(source);
    DType type = source.type();
    Stretch stretch = windows(source.length());
    int channels = source.rows();
    int rows = Math.multiplyExact(channels, templates.count());
    SegmentSamples.requireFit(sink, rows, stretch.count(), type);
    SegmentSamples.requireApart(source, sink);
    int size = blocks.size(stretch.count());
    long piece =
        Math.min(stretch.count(), size * Math.max(1, PIECE / Math.multiplyFull(rows, size)));
    long history = templates.length() - 1L;
    try (FixedKernels.Use _ = kernels.use();
        Tensor samples = Tensor.uninitialized(type, channels, history + piece);
        Tensor scores = Tensor.uninitialized(type, rows, piece);
        TensorRows from = new TensorRows(samples, history + piece, kernels.sharing());
        TensorRows to = new TensorRows(scores, piece, kernels.sharing())) {
      for (long at = 0; at < stretch.count(); at += piece) {
        long count = Math.min(piece, stretch.count() - at);
        long known = at == 0 ? 0 : history;
        from.carry(piece, known);
        read(source, at + known, from.stretch(known, history + count - known).segments());
        blocks.compute(channels, count, size, true, from::read, to::write);
        sink.write(at, to.stretch(0, count).segments());
        progress.progress(rows * (at + count), rows * stretch.count());
      }
    }
  }

  private static void read(SampleSource source, long from, List<MemorySegment> pieces)
      throws IOException {
    source.read(from, pieces);
    for (int r = 0; r < pieces.size(); r++) {
      String where = pieces.size() == 1 ? "" : " of row " + r;
      Samples.requireFinite(pieces.get(r), source.type(), where, from);
    }
  }

  /**
   * The scores of every window of a {@linkplain SampleFile file of samples} with the one template,
   * into another such file, which is there as a whole afterwards or as it was before. The two may
   * be one.
   *
   * @param type of samples and scores: FLOAT32 or FLOAT64
   * @throws ShapeMismatchException if there are several templates
   * @throws org.sgconv.InvalidFileException if the one cannot be read or the other not written
   * @throws InvalidArgumentException if the signal is shorter than the template or a sample is not
   *     finite; the message has its index
   */
  public void apply(Path signal, DType type, Path result, ProgressListener progress) {
    Correlator.requireOneRow(templates.count());
    try (SampleFile source = SampleFile.open(signal, type)) {
      AtomicFile.write(result, out -> apply(source, SampleFile.to(out), progress));
    }
  }

  private static void requireOnHost(String name, Tensor tensor) {
    if (!tensor.isOnHost()) {
      throw new WrongDeviceException(
          name
              + " "
              + tensor
              + " is on "
              + tensor.stream().orElseThrow()
              + ", but scores are computed in float64 in the host's memory: copy it with toHost()");
    }
  }

  /** Templates R. */
  public int templateCount() {
    return templates.count();
  }

  /** Samples K of a template. */
  public int templateLength() {
    return templates.length();
  }

  /**
   * Gives the memory of templates and plans back, once the calls of other threads have returned.
   * Closing it again does nothing.
   *
   * @throws InvalidArgumentException if it is called by a listener, source or sink of a call of
   *     this correlator
   */
  @Override
  public void close() {
    kernels.close();
  }

  @Override
  public String toString() {
    return "NormalizedCorrelator[" + templates.count() + " of " + templates.length() + "]";
  }
}
