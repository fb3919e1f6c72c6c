package org.sgconv.cli.plot;

import java.awt.Color;
import java.awt.Graphics2D;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.OptionalInt;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;

/**
 * One row of a convolution in four panels: input and output over time, the level of the kernel over
 * its lags, and the three spectra.
 */
public final class ConvolutionPlot {

  private static final int COLUMNS = 560;
  private static final int LAG_BANDS_PER_OCTAVE = 8;
  private static final double LOWEST_AUDIBLE_HERTZ = 20;
  private static final double DECIBEL_RANGE = 90;
  private final String title;
  private final TimeAxis time;

  /**
   * Starts a plot.
   *
   * @param title what was convolved with what
   * @param sampleRate samples per second, if the signal has one
   */
  public ConvolutionPlot(String title, OptionalInt sampleRate) {
    this.title = title;
    this.time = new TimeAxis(sampleRate);
  }

  /**
   * Writes a PNG of one row: input u, kernel k and output y, each of at least one sample. Values
   * that are not finite are drawn as 0.
   *
   * @param lead samples of the kernel before lag 0
   */
  public void write(float[] input, float[] kernel, int lead, float[] output, OutputStream out)
      throws IOException {
    draw(finite(input), finite(kernel), lead, finite(output), out);
  }

  private static float[] finite(float[] row) {
    float[] finite = row.clone();
    for (int i = 0; i < finite.length; i++) {
      finite[i] = Float.isFinite(row[i]) ? row[i] : 0;
    }
    return finite;
  }

  private void draw(float[] input, float[] kernel, int lead, float[] output, OutputStream out)
      throws IOException {
    double peak = Math.max(peak(input), peak(output));
    double end = Math.max(input.length, output.length) * time.step();
    Charts.write(
        title,
        g -> {
          paint(g, wave("Input", input, end, peak, Charts.INPUT), 0, 0);
          paint(g, wave("Output", output, end, peak, Charts.OUTPUT), 0, 1);
          paint(g, kernelLevels(kernel, lead), 1, 0);
          paint(g, spectra(input, kernel, output), 1, 1);
        },
        out);
  }

  private static void paint(Graphics2D g, XYChart chart, int column, int row) {
    int width = Charts.WIDTH / 2;
    int height = (Charts.HEIGHT - Charts.HEADER) / 2;
    Charts.paint(g, chart, column * width, Charts.HEADER + row * height, width, height);
  }

  /** Both waves have one scale and one time: a difference that the eye sees is one. */
  private XYChart wave(String name, float[] signal, double end, double peak, Color color) {
    Curve envelope = Envelope.ofSignal(signal, COLUMNS, time.step());
    return Charts.wave(name, envelope, time.label("time", "s", "sample"), end, peak, color);
  }

  private XYChart kernelLevels(float[] kernel, int lead) {
    XYChart chart = Charts.chart("Kernel", time.label("lag", "s", "samples"), "RMS level (dB)");
    Curve levels =
        OctaveBands.levels(
            lag -> (double) kernel[lead + lag] * kernel[lead + lag],
            kernel.length - lead,
            LAG_BANDS_PER_OCTAVE,
            time.step());
    Charts.line(chart, "kernel", levels, Charts.KERNEL, 1.8f);
    chart.getStyler().setLegendVisible(false);
    logarithmic(chart);
    limitDecibels(chart, levels);
    return chart;
  }

  private XYChart spectra(float[] input, float[] kernel, float[] output) {
    XYChart chart =
        Charts.chart("Spectrum", time.label("frequency", "Hz", "cycles per sample"), "level (dB)");
    // Input and output share one reference, so that their distance is what the kernel did.
    Curve in = audible(PowerSpectrum.ofSignal(input));
    Curve out = audible(PowerSpectrum.ofSignal(output));
    Curve response = audible(PowerSpectrum.ofResponse(kernel));
    double reference = highest(in);
    Curve shownIn = lowered(in, reference);
    Curve shownOut = lowered(out, reference);
    Charts.line(chart, "input", shownIn, Charts.INPUT, 1.8f);
    Charts.line(chart, "output", shownOut, Charts.OUTPUT, 1.8f);
    Charts.line(chart, "kernel", response, Charts.KERNEL, 1.2f);
    XYStyler styler = chart.getStyler();
    styler.setLegendPosition(LegendPosition.InsideS).setLegendLayout(LegendLayout.Horizontal);
    logarithmic(chart);
    limitDecibels(chart, shownIn, shownOut, response);
    return chart;
  }

  private Curve audible(PowerSpectrum spectrum) {
    Curve all = spectrum.inBands(time.rate());
    if (time.sampleRate().isEmpty()) {
      return all;
    }
    int from = 0;
    while (from < all.x().length - 2 && all.x()[from] < LOWEST_AUDIBLE_HERTZ) {
      from++;
    }
    return new Curve(
        Arrays.copyOfRange(all.x(), from, all.x().length),
        Arrays.copyOfRange(all.y(), from, all.y().length));
  }

  private static void logarithmic(XYChart chart) {
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setXAxisTickLabelsFormattingFunction(ConvolutionPlot::tick);
  }

  /** 0.001, 10, 20k: never in powers of ten. */
  private static String tick(double value) {
    return value >= 1000
        ? BigDecimal.valueOf(value / 1000).stripTrailingZeros().toPlainString() + "k"
        : BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  private static double peak(float[] signal) {
    double peak = 0;
    for (float sample : signal) {
      peak = Math.max(peak, Math.abs(sample));
    }
    return peak;
  }

  /** Shows the upper part of the range in steps of 10 dB: silence must not press the rest flat. */
  private static void limitDecibels(XYChart chart, Curve... curves) {
    double top = Double.NEGATIVE_INFINITY;
    double bottom = Double.POSITIVE_INFINITY;
    for (Curve curve : curves) {
      top = Math.max(top, highest(curve));
      for (double y : curve.y()) {
        bottom = Math.min(bottom, y);
      }
    }
    double max = 10 * Math.ceil((top + 1) / 10);
    double min = Math.max(10 * Math.floor((bottom - 1) / 10), max - DECIBEL_RANGE);
    chart.getStyler().setYAxisMax(max).setYAxisMin(min);
    for (Curve curve : curves) {
      for (int i = 0; i < curve.y().length; i++) {
        curve.y()[i] = Math.max(min, curve.y()[i]);
      }
    }
  }

  private static double highest(Curve curve) {
    double highest = Double.NEGATIVE_INFINITY;
    for (double y : curve.y()) {
      highest = Math.max(highest, y);
    }
    return highest;
  }

  private static Curve lowered(Curve curve, double by) {
    double[] y = curve.y().clone();
    for (int i = 0; i < y.length; i++) {
      y[i] -= by;
    }
    return new Curve(curve.x(), y);
  }
}
