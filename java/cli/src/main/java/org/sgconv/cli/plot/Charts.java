package org.sgconv.cli.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.function.Consumer;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** What all plots look like: colors, fonts, a title over panels. */
public final class Charts {

  /** Size of an image in pixels. */
  public static final int WIDTH = 1440;

  /** Size of an image in pixels. */
  public static final int HEIGHT = 900;

  /** Height of the title. */
  static final int HEADER = 52;

  static final Color INPUT = new Color(0x1F, 0x6F, 0xB4);
  static final Color OUTPUT = new Color(0xC2, 0x41, 0x0C);
  static final Color KERNEL = new Color(0x2E, 0x7D, 0x32);

  private static final Color INK = new Color(0x24, 0x29, 0x2F);
  private static final Color GRID = new Color(0xE3, 0xE7, 0xEB);

  private Charts() {}

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

  /** Writes a PNG with a title, and below it what {@code panels} paints. */
  static void write(String title, Consumer<Graphics2D> panels, OutputStream out)
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
      panels.accept(g);
    } finally {
      g.dispose();
    }
    Png.write(image, out);
  }

  /** Paints a chart into a rectangle. */
  static void paint(Graphics2D g, XYChart chart, int x, int y, int width, int height) {
    Graphics2D panel = (Graphics2D) g.create(x, y, width, height);
    try {
      chart.paint(panel, width, height);
    } finally {
      panel.dispose();
    }
  }

  static XYChart chart(String title, String xAxis, String yAxis) {
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

  static void line(XYChart chart, String name, Curve curve, Color color, float width) {
    XYSeries series = chart.addSeries(name, curve.x(), curve.y());
    series.setMarker(SeriesMarkers.NONE).setLineColor(color);
    series.setLineStyle(SeriesLines.SOLID).setLineWidth(width);
  }

  /** Points without a line, as circles. */
  static void points(XYChart chart, String name, Curve curve, Color color) {
    XYSeries series = chart.addSeries(name, curve.x(), curve.y());
    series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(color);
    series.setLineStyle(SeriesLines.NONE);
  }

  /** A signal over time, from 0 to {@code end}, in the unit of its exponent where that is far. */
  static XYChart wave(
      String name, Curve envelope, String timeAxis, double end, double peak, Color color) {
    // The chart library searches for ticks from 1 on, and does not end where peaks are of 1e-21.
    int exponent = peak == 0 ? 0 : (int) Math.floor(Math.log10(peak));
    boolean plain = exponent >= -3 && exponent <= 5;
    double unit = plain ? 1 : Math.pow(10, exponent);
    String amplitude = plain ? "amplitude" : "amplitude (1e" + exponent + ")";
    XYChart chart = chart(name, timeAxis, amplitude);
    line(chart, name, in(unit, envelope), color, 1f);
    XYStyler styler = chart.getStyler();
    styler.setLegendVisible(false);
    styler.setXAxisMin(0.0).setXAxisMax(end);
    double limit = peak == 0 ? 1 : 1.05 * peak / unit;
    styler.setYAxisMin(-limit).setYAxisMax(limit);
    return chart;
  }

  private static Curve in(double unit, Curve curve) {
    double[] y = curve.y().clone();
    for (int i = 0; i < y.length; i++) {
      y[i] /= unit;
    }
    return new Curve(curve.x(), y);
  }

  private static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }
}
