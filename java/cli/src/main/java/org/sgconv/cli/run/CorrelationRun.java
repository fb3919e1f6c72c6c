package org.sgconv.cli.run;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.cli.plot.Curve;
import org.sgconv.cli.plot.Envelope;
import org.sgconv.cli.signal.SignalSource;
import org.sgconv.signal.Mean;
import org.sgconv.signal.NormalizedCorrelator;
import org.sgconv.signal.Peak;
import org.sgconv.signal.PeakFinder;
import org.sgconv.signal.ProgressListener;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Normalized correlation of every row of a signal with every template, piece by piece: the best
 * lags and what a plot shows are kept, the correlation is not. The signal stays the caller's.
 */
public final class CorrelationRun implements AutoCloseable {

  /** Two lags of one pair of rows are apart by more than this part of the template. */
  private static final int TEMPLATE_TO_REACH = 2;

  private static final Comparator<Match> BEST_FIRST =
      Comparator.comparingDouble(Match::value)
          .reversed()
          .thenComparingInt(Match::row)
          .thenComparingInt(Match::template)
          .thenComparingLong(Match::sample);

  /**
   * Where a template is found.
   *
   * @param row of the signal
   * @param template its number
   * @param sample of the signal at which it begins
   * @param value of the correlation, −1 to 1
   * @param error how far that is from two passes in float64
   */
  public record Match(int row, int template, long sample, double value, double error) {}

  private final SignalSource signal;
  private final float[][] templates;
  private final Mean mean;
  private final int most;
  private final NormalizedCorrelator correlator;
  private final PeakFinder peaks;

  /** Of each row and template, and of each row; none where nothing is drawn. */
  private final Envelope[][] correlations;

  private final Envelope[] signals;
  private double seconds;

  /**
   * Prepares the templates.
   *
   * @param templates rows of one length, not longer than the signal
   * @param most how many matches are kept
   * @param columns of a plot, or 0 if there will be none
   * @throws InvalidArgumentException if a template has no norm
   */
  public CorrelationRun(
      SignalSource signal, float[][] templates, Mean mean, int most, int columns, Backend backend) {
    this.signal = signal;
    this.templates = templates;
    this.mean = mean;
    this.most = most;
    int rows = columns > 0 ? signal.rowCount() : 0;
    int apart = Math.max(1, templateLength() / TEMPLATE_TO_REACH) + 1;
    peaks = new PeakFinder(DType.FLOAT32, 0, most, apart);
    correlations = new Envelope[rows][templates.length];
    signals = new Envelope[rows];
    for (int r = 0; r < rows; r++) {
      signals[r] = new Envelope(signal.form().length(), columns);
      for (int t = 0; t < templates.length; t++) {
        correlations[r][t] = new Envelope(lags(), columns);
      }
    }
    try (Tensor values = Tensor.uninitialized(DType.FLOAT32, templates.length, templateLength())) {
      for (int t = 0; t < templates.length; t++) {
        values.slice(t).copyFrom(templates[t]);
      }
      correlator = NormalizedCorrelator.of(backend, values, mean);
    }
  }

  private int templateLength() {
    return templates[0].length;
  }

  /** Places at which a template can begin: n − K + 1. */
  public long lags() {
    return signal.form().length() - templateLength() + 1;
  }

  /**
   * Computes everything.
   *
   * @throws org.sgconv.InvalidFileException if the signal cannot be read, or a value is not finite
   */
  public void compute(ProgressListener progress) throws IOException {
    long start = System.nanoTime();
    correlator.apply(new WatchedRows(signal, this::see), this::take, progress);
    seconds = (System.nanoTime() - start) * 1e-9;
  }

  private void see(int row, float[] samples) {
    if (signals.length > 0) {
      signals[row].add(samples, samples.length);
    }
  }

  private void take(long at, List<MemorySegment> scores) {
    peaks.write(at, scores);
    if (correlations.length == 0) {
      return;
    }
    for (int row = 0; row < scores.size(); row++) {
      float[] values = scores.get(row).toArray(ValueLayout.JAVA_FLOAT);
      correlations[row / templates.length][row % templates.length].add(values, values.length);
    }
  }

  /** How long {@link #compute} took, reading included. */
  public double seconds() {
    return seconds;
  }

  /** The best lags of all rows and templates, the highest first; once, after {@link #compute}. */
  public List<Match> matches() {
    List<Match> all = new ArrayList<>();
    for (int row = 0; row < signal.rowCount() * templates.length; row++) {
      for (Peak peak : peaks.highest(row)) {
        if (peak.value() > 0) {
          all.add(
              new Match(
                  row / templates.length, row % templates.length, peak.lag(), peak.value(), 0));
        }
      }
    }
    return all.stream().sorted(BEST_FIRST).limit(most).map(this::checked).toList();
  }

  private Match checked(Match match) {
    float[][] window = new float[signal.rowCount()][templateLength()];
    signal.read(match.sample(), templateLength(), window);
    double exact = score(window[match.row()], templates[match.template()]);
    return new Match(
        match.row(),
        match.template(),
        match.sample(),
        match.value(),
        Math.abs(match.value() - exact));
  }

  /** By the definition, in two passes. */
  private double score(float[] window, float[] template) {
    double windowMean = mean == Mean.REMOVED ? mean(window) : 0;
    double templateMean = mean == Mean.REMOVED ? mean(template) : 0;
    double product = 0;
    double windowSquares = 0;
    double templateSquares = 0;
    for (int i = 0; i < window.length; i++) {
      double x = window[i] - windowMean;
      double h = template[i] - templateMean;
      product += x * h;
      windowSquares += x * x;
      templateSquares += h * h;
    }
    double norms = Math.sqrt(windowSquares) * Math.sqrt(templateSquares);
    return norms == 0 ? 0 : product / norms;
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** The envelope of a row of the signal, if there are columns; once, after {@link #compute}. */
  public Curve signalCurve(int row, double step) {
    return signals[row].curve(step);
  }

  /** The envelope of a correlation over the places at which the template begins; once. */
  public Curve correlationCurve(int row, int template, double step) {
    return correlations[row][template].curve(step);
  }

  @Override
  public void close() {
    correlator.close();
  }
}
