package org.sgconv.cli.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * One row of a convolution in four panels: input and output over time, the level of the kernel over
 * its lags, and the three spectra.
 */
public final class ConvolutionPlot {

  /** Size of the image in pixels. */
  public static final int WIDTH = 1440;

  /** Size of the image in pixels. */
  public static final int HEIGHT = 900;

  private static final int HEADER = 52;
  private static final int COLUMNS = 560;
  private static final int LAG_BANDS_PER_OCTAVE = 8;
  private static final double LOWEST_AUDIBLE_HERTZ = 20;
  private static final double DECIBEL_RANGE = 90;
  private static final Color INK = new Color(0x24, 0x29, 0x2F);
  private static final Color GRID = new Color(0xE3, 0xE7, 0xEB);
  private static final Color INPUT = new Color(0x1F, 0x6F, 0xB4);
  private static final Color OUTPUT = new Color(0xC2, 0x41, 0x0C);
  private static final Color KERNEL = new Color(0x2E, 0x7D, 0x32);

  private final String title;
  private final @Nullable Double sampleRate;

  /**
   * Starts a plot.
   *
   * @param title what was convolved with what
   * @param sampleRate samples per second, or null for signals without one
   */
  public ConvolutionPlot(String title, @Nullable Double sampleRate) {
    this.title = title;
    this.sampleRate = sampleRate;
  }

  /**
   * Returns normally only if text can be drawn on this machine.
   *
   * @throws FontsMissingException if not
   */
  public static void requireFonts() {
    try {
      BufferedImage probe = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
      Graphics2D g = probe.createGraphics();
      try {
        g.getFontMetrics(font(Font.PLAIN, 15)).stringWidth("1");
      } finally {
        g.dispose();
      }
    } catch (RuntimeException | LinkageError | InternalError unusable) {
      // What the font system throws without fontconfig, freetype or any font; it has no type of its
      // own.
      throw new FontsMissingException(unusable);
    }
  }

  /**
   * Writes a PNG of one row: input u, kernel k and output y, all of the same length. Values that
   * are not finite are drawn as 0.
   */
  public void write(float[] input, float[] kernel, float[] output, OutputStream out)
      throws IOException {
    draw(finite(input), finite(kernel), finite(output), out);
  }

  private static float[] finite(float[] row) {
    float[] finite = row.clone();
    for (int i = 0; i < finite.length; i++) {
      finite[i] = Float.isFinite(row[i]) ? row[i] : 0;
    }
    return finite;
  }

  private void draw(float[] input, float[] kernel, float[] output, OutputStream out)
      throws IOException {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    try {
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      g.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      g.setColor(Color.WHITE);
      g.fillRect(0, 0, WIDTH, HEIGHT);
      g.setColor(INK);
      g.setFont(font(Font.BOLD, 22));
      g.drawString(title, (WIDTH - g.getFontMetrics().stringWidth(title)) / 2, 36);
      double peak = Math.max(peak(input), peak(output));
      paint(g, wave("Input", input, peak, INPUT), 0, 0);
      paint(g, wave("Output", output, peak, OUTPUT), 0, 1);
      paint(g, kernelLevels(kernel), 1, 0);
      paint(g, spectra(input, kernel, output), 1, 1);
    } finally {
      g.dispose();
    }
    Png.write(image, out);
  }

  private void paint(Graphics2D g, XYChart chart, int column, int row) {
    int width = WIDTH / 2;
    int height = (HEIGHT - HEADER) / 2;
    Graphics2D panel = (Graphics2D) g.create(column * width, HEADER + row * height, width, height);
    try {
      chart.paint(panel, width, height);
    } finally {
      panel.dispose();
    }
  }

  /** Both waves have one scale: a difference that the eye sees is one. */
  private XYChart wave(String name, float[] signal, double peak, Color color) {
    // The chart library searches for ticks from 1 on, and does not end where peaks are of 1e-21.
    int exponent = peak == 0 ? 0 : (int) Math.floor(Math.log10(peak));
    boolean plain = exponent >= -3 && exponent <= 5;
    double unit = plain ? 1 : Math.pow(10, exponent);
    String amplitude = plain ? "amplitude" : "amplitude (1e" + exponent + ")";
    XYChart chart = chart(name, axis("time", "s", "sample"), amplitude);
    line(chart, name, in(unit, Envelope.ofSignal(signal, COLUMNS, timeStep())), color, 1f);
    XYStyler styler = chart.getStyler();
    styler.setLegendVisible(false);
    styler.setXAxisMin(0.0).setXAxisMax(signal.length * timeStep());
    double limit = peak == 0 ? 1 : 1.05 * peak / unit;
    styler.setYAxisMin(-limit).setYAxisMax(limit);
    return chart;
  }

  private XYChart kernelLevels(float[] kernel) {
    XYChart chart = chart("Kernel", axis("lag", "s", "samples"), "RMS level (dB)");
    Curve levels =
        OctaveBands.levels(
            lag -> (double) kernel[lag] * kernel[lag],
            kernel.length,
            LAG_BANDS_PER_OCTAVE,
            timeStep());
    line(chart, "kernel", levels, KERNEL, 1.8f);
    chart.getStyler().setLegendVisible(false);
    logarithmic(chart);
    limitDecibels(chart, levels);
    return chart;
  }

  private XYChart spectra(float[] input, float[] kernel, float[] output) {
    XYChart chart = chart("Spectrum", axis("frequency", "Hz", "cycles per sample"), "level (dB)");
    // Input and output share one reference, so that their distance is what the kernel did.
    Curve in = audible(PowerSpectrum.ofSignal(input));
    Curve out = audible(PowerSpectrum.ofSignal(output));
    Curve response = audible(PowerSpectrum.ofResponse(kernel));
    double reference = highest(in);
    Curve shownIn = lowered(in, reference);
    Curve shownOut = lowered(out, reference);
    line(chart, "input", shownIn, INPUT, 1.8f);
    line(chart, "output", shownOut, OUTPUT, 1.8f);
    line(chart, "kernel", response, KERNEL, 1.2f);
    XYStyler styler = chart.getStyler();
    styler.setLegendPosition(LegendPosition.InsideS).setLegendLayout(LegendLayout.Horizontal);
    logarithmic(chart);
    limitDecibels(chart, shownIn, shownOut, response);
    return chart;
  }

  private Curve audible(PowerSpectrum spectrum) {
    if (sampleRate == null) {
      return spectrum.inBands(1);
    }
    Curve all = spectrum.inBands(sampleRate);
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

  private static Curve in(double unit, Curve curve) {
    double[] y = curve.y().clone();
    for (int i = 0; i < y.length; i++) {
      y[i] /= unit;
    }
    return new Curve(curve.x(), y);
  }

  private static Curve lowered(Curve curve, double by) {
    double[] y = curve.y().clone();
    for (int i = 0; i < y.length; i++) {
      y[i] -= by;
    }
    return new Curve(curve.x(), y);
  }

  private static void line(XYChart chart, String name, Curve curve, Color color, float width) {
    XYSeries series = chart.addSeries(name, curve.x(), curve.y());
    series.setMarker(SeriesMarkers.NONE).setLineColor(color);
    series.setLineStyle(SeriesLines.SOLID).setLineWidth(width);
  }

  private static XYChart chart(String title, String xAxis, String yAxis) {
    XYChart chart = new XYChartBuilder().title(title).xAxisTitle(xAxis).yAxisTitle(yAxis).build();
    XYStyler styler = chart.getStyler();
    styler.setChartBackgroundColor(Color.WHITE).setPlotBackgroundColor(Color.WHITE);
    styler.setPlotBorderColor(GRID).setChartFontColor(INK);
    styler.setChartTitleBoxVisible(false).setChartTitleFont(font(Font.BOLD, 18));
    styler.setLegendFont(font(Font.PLAIN, 15)).setLegendBorderColor(GRID);
    styler.setChartPadding(12);
    styler.setPlotGridLinesColor(GRID).setPlotGridLinesStroke(new BasicStroke(1f));
    styler.setAxisTitleFont(font(Font.PLAIN, 16)).setAxisTickLabelsFont(font(Font.PLAIN, 15));
    styler.setAxisTickMarksColor(GRID).setAxisTicksLineVisible(false);
    styler.setAntiAlias(true);
    styler.setLocale(Locale.ROOT);
    return chart;
  }

  private double timeStep() {
    return sampleRate == null ? 1 : 1 / sampleRate;
  }

  private String axis(String quantity, String unit, String unitWithoutRate) {
    return quantity + " (" + (sampleRate == null ? unitWithoutRate : unit) + ")";
  }

  private static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }
}
