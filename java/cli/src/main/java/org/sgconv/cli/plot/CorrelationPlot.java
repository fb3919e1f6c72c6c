package org.sgconv.cli.plot;

import java.io.IOException;
import java.io.OutputStream;
import java.util.OptionalInt;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.XYStyler;

/** A signal over time, and below it its normalized correlation with its peaks marked. */
public final class CorrelationPlot {

  /** Stretches of a signal whose lowest and highest values are drawn. */
  public static final int COLUMNS = 1200;

  private static final double MARGIN = 1.08;

  private final String title;
  private final TimeAxis time;

  /**
   * Starts a plot.
   *
   * @param sampleRate samples per second, if the signal has one
   */
  public CorrelationPlot(String title, OptionalInt sampleRate) {
    this.title = title;
    this.time = new TimeAxis(sampleRate);
  }

  /** Distance of two samples on the axis of time. */
  public double timeStep() {
    return time.step();
  }

  /**
   * Writes a PNG.
   *
   * @param signal its envelope over time
   * @param length of the signal in samples
   * @param correlation its envelope over the time at which the template begins
   * @param peaks that are marked; none or more
   */
  public void write(Curve signal, long length, Curve correlation, Curve peaks, OutputStream out)
      throws IOException {
    int height = (Charts.HEIGHT - Charts.HEADER) / 2;
    double end = length * timeStep();
    String axis = time.label("time", "s", "sample");
    double highest = 0;
    for (double y : signal.y()) {
      highest = Math.max(highest, Math.abs(y));
    }
    XYChart wave = Charts.wave("Signal", signal, axis, end, highest, Charts.INPUT);
    XYChart values = Charts.chart("Normalized correlation", axis, "correlation");
    Charts.line(values, "correlation", correlation, Charts.KERNEL, 1f);
    if (peaks.x().length > 0) {
      Charts.points(values, "best lags", peaks, Charts.OUTPUT);
    }
    XYStyler styler = values.getStyler();
    styler.setLegendVisible(false);
    styler.setXAxisMin(0.0).setXAxisMax(end).setYAxisMin(-MARGIN).setYAxisMax(MARGIN);
    Charts.write(
        title,
        g -> {
          Charts.paint(g, wave, 0, Charts.HEADER, Charts.WIDTH, height);
          Charts.paint(g, values, 0, Charts.HEADER + height, Charts.WIDTH, height);
        },
        out);
  }
}
