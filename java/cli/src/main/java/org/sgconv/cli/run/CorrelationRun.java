package org.sgconv.cli.run;

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
import org.sgconv.signal.ProgressListener;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Normalized correlation of every row of a signal with every template, stretch by stretch: the best
 * lags and what a plot shows are kept, the correlation is not. The signal stays the caller's.
 */
public final class CorrelationRun implements AutoCloseable {

  /** Values of all correlations that are computed at a time, unless templates are long. */
  private static final int STRETCH = 1 << 21;

  /** A stretch is longer than the templates by at least this factor. */
  private static final int STRETCH_TO_TEMPLATE = 4;

  private static final int LONGEST_STRETCH = 1 << 28;

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
  private final PeakFinder[][] finders;
  private final Envelope[][] correlations;
  private final Envelope[] signals;
  private double seconds;

  /**
   * Prepares the templates.
   *
   * @param templates rows of one length, not longer than the signal
   * @param most how many matches are kept
   * @param columns of a plot
   * @throws InvalidArgumentException if a template has no norm
   */
  public CorrelationRun(
      SignalSource signal, float[][] templates, Mean mean, int most, int columns, Backend backend) {
    this.signal = signal;
    this.templates = templates;
    this.mean = mean;
    this.most = most;
    int rows = signal.rowCount();
    finders = new PeakFinder[rows][templates.length];
    correlations = new Envelope[rows][templates.length];
    signals = new Envelope[rows];
    for (int r = 0; r < rows; r++) {
      signals[r] = new Envelope(signal.form().length(), columns);
      for (int t = 0; t < templates.length; t++) {
        finders[r][t] = new PeakFinder(Math.max(1, templateLength() / TEMPLATE_TO_REACH), most);
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

  /** Computes everything. */
  public void compute(ProgressListener progress) {
    long start = System.nanoTime();
    int rows = signal.rowCount();
    long most =
        Math.clamp(
            Math.max(
                STRETCH / ((long) rows * templates.length),
                (long) STRETCH_TO_TEMPLATE * templateLength()),
            1,
            Math.min(lags(), LONGEST_STRETCH));
    for (long at = 0; at < lags(); ) {
      int count = (int) Math.min(most, lags() - at);
      float[][] samples = new float[rows][count + templateLength() - 1];
      signal.read(at, samples[0].length, samples);
      correlate(samples);
      long end = at + count;
      boolean last = end == lags();
      for (int r = 0; r < rows; r++) {
        // Stretches overlap: of each but the last, only what the next does not begin with.
        signals[r].add(samples[r], last ? samples[r].length : count);
      }
      at = end;
      progress.progress(at, lags());
    }
    seconds = (System.nanoTime() - start) * 1e-9;
  }

  private void correlate(float[][] samples) {
    try (Tensor rows = Tensor.uninitialized(DType.FLOAT32, samples.length, samples[0].length)) {
      for (int r = 0; r < samples.length; r++) {
        rows.slice(r).copyFrom(samples[r]);
      }
      try (Tensor scores = correlator.apply(rows)) {
        for (int r = 0; r < samples.length; r++) {
          for (int t = 0; t < templates.length; t++) {
            float[] values = scores.slice(r).slice(t).toFloatArray();
            finders[r][t].add(values);
            correlations[r][t].add(values, values.length);
          }
        }
      }
    }
  }

  /** How long {@link #compute} took, reading included. */
  public double seconds() {
    return seconds;
  }

  /** The best lags of all rows and templates, the highest first; once, after {@link #compute}. */
  public List<Match> matches() {
    List<Match> all = new ArrayList<>();
    for (int r = 0; r < finders.length; r++) {
      for (int t = 0; t < templates.length; t++) {
        for (Peak peak : finders[r][t].peaks()) {
          all.add(new Match(r, t, peak.lag(), peak.value(), 0));
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

  /** The envelope of a row of the signal; once, after {@link #compute}. */
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
