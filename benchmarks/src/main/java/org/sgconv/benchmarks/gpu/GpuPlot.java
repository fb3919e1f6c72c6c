package org.sgconv.benchmarks.gpu;

import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.sgconv.cli.plot.Png;

/** Picoseconds a sample against the length, forward, a line for each library, path and type. */
public final class GpuPlot {

  private static final int WIDTH = 1400;
  private static final int HEIGHT = 800;

  private final GpuResults results;

  /** A plot of {@code results}. */
  public GpuPlot(GpuResults results) {
    this.results = results;
  }

  /** Writes a PNG. */
  public void writeTo(OutputStream out) throws IOException {
    GpuMachine machine = results.machine();
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(
                (machine.emulated() ? "EMULATED DEVICE, times mean nothing: " : "")
                    + "causal convolution, forward, on "
                    + machine.gpu())
            .xAxisTitle("samples L, logarithmic")
            .yAxisTitle("picoseconds a sample of the batch, logarithmic")
            .build();
    chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setLocale(Locale.ROOT);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    lines().forEach((name, points) -> chart.addSeries(name, column(points, 0), column(points, 1)));
    Png.write(BitmapEncoder.getBufferedImage(chart), out);
  }

  private Map<String, List<double[]>> lines() {
    Map<String, List<double[]>> lines = new LinkedHashMap<>();
    for (GpuMeasurement each : results.measurements()) {
      Double ms = each.medianMs();
      if (ms != null && each.operation().equals(GpuOperation.FORWARD.id())) {
        double samples = (double) each.batch() * each.hidden() * each.length();
        lines
            .computeIfAbsent(
                each.library() + " " + each.path() + " " + each.type(), name -> new ArrayList<>())
            .add(new double[] {each.length(), 1e9 * ms / samples});
      }
    }
    return lines;
  }

  private static double[] column(List<double[]> points, int column) {
    return points.stream().mapToDouble(point -> point[column]).toArray();
  }
}
