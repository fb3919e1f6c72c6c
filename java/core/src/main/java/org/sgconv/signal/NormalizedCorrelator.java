package org.sgconv.signal;

import java.util.Objects;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.WrongDeviceException;
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
 * <p>Any number of threads may call {@code apply}; {@link #close} waits for them.
 *
 * @since 0.1.0
 */
public final class NormalizedCorrelator implements AutoCloseable {

  /** Scores of a block, for all templates together, unless templates are long. */
  private static final int BLOCK = 1 << 18;

  /** Scores of a block at most, unless a template has more samples than its share of these. */
  private static final int MOST = 1 << 22;

  private final FixedKernels kernels;
  private final UnitTemplates templates;
  private final WindowScores scores;
  private final int rank;

  private NormalizedCorrelator(Backend backend, double[][] rows, Mean mean, int rank) {
    templates = new UnitTemplates(rows, Objects.requireNonNull(mean, "mean"));
    Backend exact =
        LongConvolution.supportedTypes(backend).contains(DType.FLOAT64)
            ? backend
            : HostBackend.taking(DType.FLOAT64);
    kernels = new FixedKernels("the correlator", exact, templates.kernels().moveTo(exact));
    scores = new WindowScores(kernels, templates, mean);
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
    float[] result = Samples.newFloats(stretch(signal.length));
    run(
        signal.length,
        (from, into) -> {
          for (int i = 0; i < into.length; i++) {
            into[i] = signal[(int) from + i];
          }
        },
        (template, to, values, count) -> {
          for (int i = 0; i < count; i++) {
            result[(int) to + i] = (float) values[i];
          }
        });
    return result;
  }

  /** As {@link #apply(float[])}. */
  public double[] apply(double[] signal) {
    Samples.require("signal", signal, kernels.sharing());
    double[] result = Samples.newDoubles(stretch(signal.length));
    run(
        signal.length,
        (from, into) -> System.arraycopy(signal, (int) from, into, 0, into.length),
        (template, to, values, count) -> System.arraycopy(values, 0, result, (int) to, count));
    return result;
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
    Correlator.requireSignals(signals);
    requireOnHost(signals);
    TensorCheck.finite("signals", signals);
    int axes = signals.shape().rank();
    long samples = signals.dim(axes - 1);
    Stretch stretch = windows(samples);
    long channels = axes == 1 ? 1 : signals.dim(0);
    try (Closer made = Closer.onFailure()) {
      Tensor result =
          made.add(
              Tensor.uninitialized(
                  signals.type(),
                  Correlator.resultShape(
                      signals, rank == 1 ? 0 : templates.count(), stretch.count())));
      try (TensorRows from = new TensorRows(signals, samples, kernels.sharing());
          TensorRows to = new TensorRows(result, stretch.count(), kernels.sharing())) {
        for (long channel = 0; channel < channels; channel++) {
          long row = channel;
          run(
              samples,
              (at, into) -> from.read(row, at, into),
              (template, at, values, count) ->
                  to.write(row * templates.count() + template, at, values, count));
        }
      }
      made.keep();
      return result;
    }
  }

  private static void requireOnHost(Tensor signals) {
    if (!signals.isOnHost()) {
      throw new WrongDeviceException(
          "signals "
              + signals
              + " is on "
              + signals.stream().orElseThrow()
              + ", but scores are computed in float64 in the host's memory: copy it with toHost()");
    }
  }

  /** Reads samples of a channel. */
  @FunctionalInterface
  private interface Reader {
    void read(long from, double[] into);
  }

  /** Takes scores of a channel with a template. */
  @FunctionalInterface
  private interface Writer {
    void write(int template, long to, double[] values, int count);
  }

  /** One channel, block by block. */
  private void run(long samples, Reader reader, Writer writer) {
    int length = templates.length();
    long share = Math.max(length, MOST / templates.count());
    long most = Math.max(BLOCK / templates.count(), Math.min(Segmentation.KERNELS * length, share));
    long windows = samples - length + 1;
    for (long at = 0; at < windows; at += most) {
      int count = Math.toIntExact(Math.min(most, windows - at));
      double[] block = new double[count + length - 1];
      reader.read(at, block);
      double[][] result = new double[templates.count()][count];
      scores.score(block, result, 0);
      for (int r = 0; r < result.length; r++) {
        writer.write(r, at, result[r], count);
      }
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
