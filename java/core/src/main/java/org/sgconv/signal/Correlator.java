package org.sgconv.signal;

import java.io.IOException;
import java.nio.file.Path;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.io.AtomicFile;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Correlation of signals x of n samples with templates h of K samples: {@code c[τ] = Σ_j x[τ +
 * j]·h[j]} for the lags τ that an {@link Extent} asks for, as {@code scipy.signal.correlate} has
 * it. That is the convolution with the reversed template, with the accuracy and the errors of
 * {@link Convolver}.
 *
 * <p>Where in a signal is a template, and how well does it fit?
 *
 * {@snippet :
 * float[] scores = Correlator.normalized(signal, template);
 * List<Peak> places = Peak.highest(scores, 0, 5, template.length);
 * }
 *
 * <p>Many templates and many channels at once: {@link #of(Backend, Tensor)}, or {@link
 * NormalizedCorrelator}. Signals that do not fit in memory: {@link #apply(SampleSource, SampleSink,
 * Extent, ProgressListener)}, with a {@link PeakFinder} if the places are all that is wanted.
 *
 * @since 0.1.0
 */
public final class Correlator implements AutoCloseable {

  private final FixedKernels kernels;
  private final int rank;

  private Correlator(Backend backend, Tensor reversed, int rank) {
    this.kernels = new FixedKernels("the correlator", backend, reversed);
    this.rank = rank;
  }

  /**
   * A stretch of the correlation of two arrays, in float32: see {@link Convolver#convolve(float[],
   * float[], Extent)}. Index i is lag {@link #firstLag} + i.
   *
   * @param signal n ≥ 1 samples
   * @param template K ≥ 1 samples
   * @throws InvalidArgumentException if one is empty or holds a value that is not finite
   */
  public static float[] correlate(float[] signal, float[] template, Extent extent) {
    Samples.require("template", template);
    return Convolver.convolve(signal, Samples.reversed(template), extent);
  }

  /** As {@link #correlate(float[], float[], Extent)}, in float64. */
  public static double[] correlate(double[] signal, double[] template, Extent extent) {
    Samples.require("template", template);
    return Convolver.convolve(signal, Samples.reversed(template), extent);
  }

  /**
   * The normalized correlation, without means, of every window of a signal with a template: see
   * {@link NormalizedCorrelator}.
   *
   * @param signal n ≥ K samples
   * @param template K ≥ 2 samples that are not all equal
   * @return n − K + 1 scores from −1 to 1; index t is the window that begins at sample t
   * @throws InvalidArgumentException if one is empty or holds a value that is not finite, the
   *     signal is shorter than the template, or the template is constant
   */
  public static float[] normalized(float[] signal, float[] template) {
    try (NormalizedCorrelator correlator =
        NormalizedCorrelator.of(HostBackend.taking(DType.FLOAT64), template, Mean.REMOVED)) {
      return correlator.apply(signal);
    }
  }

  /** As {@link #normalized(float[], float[])}. */
  public static double[] normalized(double[] signal, double[] template) {
    try (NormalizedCorrelator correlator =
        NormalizedCorrelator.of(HostBackend.taking(DType.FLOAT64), template, Mean.REMOVED)) {
      return correlator.apply(signal);
    }
  }

  /**
   * The lag of index 0 of a correlation: by how many samples the template is shifted against the
   * signal there. Index i is that much more. With {@link Extent#SAME}, an odd n and an even K this
   * is one less than {@code scipy.signal.correlation_lags} says, which does not fit what {@code
   * correlate} there returns.
   *
   * @param samples n ≥ 1, of the signal
   * @param template K ≥ 1, of the template
   * @throws InvalidArgumentException if one is below 1
   */
  public static long firstLag(Extent extent, long samples, long template) {
    return extent.first(samples, template) - (template - 1);
  }

  /**
   * Correlations with templates, which are copied.
   *
   * @param templates (K) or (R,K), FLOAT32 or FLOAT64, in any memory
   * @throws ShapeMismatchException if there are more axes
   * @throws InvalidArgumentException if a value is not finite
   * @throws TypeMismatchException if the backend does not take signals of the templates' type
   */
  public static Correlator of(Backend backend, Tensor templates) {
    requireTemplates(templates);
    int axes = templates.shape().rank();
    long length = templates.dim(axes - 1);
    long count = axes == 1 ? 1 : templates.dim(0);
    try (Closer made = Closer.onFailure()) {
      Tensor reversed = made.add(Tensor.uninitialized(templates.type(), count, 1, length));
      for (long r = 0; r < count; r++) {
        try (Tensor from = templates.reshape(count, length).slice(r);
            Tensor into = reversed.slice(r)) {
          if (templates.type() == DType.FLOAT64) {
            into.copyFrom(Samples.reversed(from.toDoubleArray()));
          } else {
            into.copyFrom(Samples.reversed(from.toFloatArray()));
          }
        }
      }
      Tensor there = reversed.moveTo(backend);
      made.keep();
      return new Correlator(backend, there, axes);
    }
  }

  static void requireTemplates(Tensor templates) {
    int rank = templates.shape().rank();
    if (rank > 2) {
      throw new ShapeMismatchException(
          "templates have shape " + templates.shape() + ", expected (K) or (R, K)");
    }
    Samples.requireType("templates", templates);
    TensorCheck.finite("templates", templates);
  }

  static void requireSignals(Tensor signals) {
    if (signals.shape().rank() > 2) {
      throw new ShapeMismatchException(
          "signals have shape " + signals.shape() + ", expected (n) or (channels, n)");
    }
    Samples.requireType("signals", signals);
  }

  /** Channels, if the signals have such an axis, templates, unless 0, and lags. */
  static long[] resultShape(Tensor signals, long templates, long count) {
    if (signals.shape().rank() == 1) {
      return templates == 0 ? new long[] {count} : new long[] {templates, count};
    }
    long channels = signals.dim(0);
    return templates == 0 ? new long[] {channels, count} : new long[] {channels, templates, count};
  }

  /**
   * A stretch of the correlation of each channel with each template, where the signals are: see
   * {@link Convolver#apply(Tensor, Extent)}.
   *
   * @param signals (n) or (H,n), of the templates' type
   * @return the shape of the signals without n, then R unless the templates were given as (K), then
   *     as many lags as the extent says
   * @throws ShapeMismatchException if the signals have more than two axes
   * @throws org.sgconv.device.WrongDeviceException if the signals are neither in the host's memory
   *     nor where the backend computes
   */
  public Tensor apply(Tensor signals, Extent extent) {
    Stretch stretch = stretch(signals, extent);
    try (Closer made = Closer.onFailure()) {
      Tensor result = made.add(kernels.newResult(signals, shape(signals, stretch)));
      kernels.convolve(stretch, signals, result);
      made.keep();
      return result;
    }
  }

  /**
   * As {@link #apply(Tensor, Extent)}, into a tensor of the result's shape, which is where the
   * signals are and shares no memory with them.
   */
  public void apply(Tensor signals, Extent extent, Tensor into) {
    Stretch stretch = stretch(signals, extent);
    TensorCheck.type("into", into, type());
    TensorCheck.shape("into", into, shape(signals, stretch));
    TensorCheck.writable("into", into);
    kernels.requirePlace(into, signals);
    TensorCheck.disjoint("into", into, "signals", signals);
    kernels.convolve(stretch, signals, into);
  }

  private Stretch stretch(Tensor signals, Extent extent) {
    requireSignals(signals);
    TensorCheck.type("signals", signals, type());
    kernels.requirePlace(signals);
    return Stretch.of(extent, signals.dim(signals.shape().rank() - 1), kernels.lags());
  }

  private long[] shape(Tensor signals, Stretch stretch) {
    return resultShape(signals, rank == 1 ? 0 : kernels.heads(), stretch.count());
  }

  /**
   * A stretch of the correlation of a signal that need not fit in memory, block by block: of one
   * channel the same values, to the bit, as of an array or a tensor; of several within the bound of
   * {@link org.sgconv.oracle.ErrorBound}, since blocks of many channels may be cut at other places.
   * Beside templates and plan there is memory for one block of about two million samples, or eight
   * times the template, of all channels together, and R times as much for the results.
   *
   * <p>Samples are checked as they are read. If anything fails, the sink has a part of the result:
   * {@link #apply(Path, Path, Extent, ProgressListener)} leaves none behind.
   *
   * @param source H channels of {@link #type()}
   * @param sink takes H·R rows, channel · R + template, such as a {@link PeakFinder}
   * @throws InvalidArgumentException if a sample is not finite; the message has its index; or if
   *     the sink's memory begins within the source's
   * @throws TypeMismatchException if the source has another type
   * @throws ShapeMismatchException if the sink is memory of another size
   * @throws IOException of the source or the sink
   */
  public void apply(SampleSource source, SampleSink sink, Extent extent, ProgressListener progress)
      throws IOException {
    if (source.type() != type()) {
      throw new TypeMismatchException(
          "the source has " + source.type() + ", expected " + type() + " as the correlator");
    }
    requireChannels(source);
    Stretch stretch = Stretch.of(extent, source.length(), kernels.lags());
    SegmentSamples.requireFit(sink, source.rows() * kernels.heads(), stretch.count(), type());
    SegmentSamples.requireApart(source, sink);
    Convolver.stream(kernels, stretch, source, sink, progress);
  }

  /**
   * A stretch of the correlation of a {@linkplain SampleFile file of samples}, of {@link #type()},
   * with the one template, into another such file, which is there as a whole afterwards or as it
   * was before. The two may be one.
   *
   * @throws ShapeMismatchException if there are several templates
   * @throws org.sgconv.InvalidFileException if the one cannot be read or the other not written
   * @throws InvalidArgumentException if a sample is not finite; the message has its index
   */
  public void apply(Path signal, Path result, Extent extent, ProgressListener progress) {
    requireOneRow(kernels.heads());
    try (SampleFile source = SampleFile.open(signal, type())) {
      AtomicFile.write(result, out -> apply(source, SampleFile.to(out), extent, progress));
    }
  }

  /** Returns normally only if there is a channel, of samples that are computed with. */
  static void requireChannels(SampleSource source) {
    Samples.requireType("the source", source.type());
    if (source.rows() < 1) {
      throw new ShapeMismatchException(
          "the source has " + source.rows() + " rows, expected 1 at least");
    }
  }

  /** Returns normally only if the results of one channel are a row, as a file has it. */
  static void requireOneRow(long templates) {
    if (templates > 1) {
      throw new ShapeMismatchException(
          "the correlator has "
              + templates
              + " templates, whose results are as many rows, which a file of samples has not: give it"
              + " a SampleSink");
    }
  }

  /** Samples K of a template. */
  public long templateLength() {
    return kernels.lags();
  }

  /** Element type of signals, templates and results: FLOAT32 or FLOAT64. */
  public DType type() {
    return kernels.type();
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
    return "Correlator[" + kernels + "]";
  }
}
