package org.sgconv.benchmarks.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
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
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.cli.plot.Png;

/**
 * A chart for each operation: picoseconds a sample of the batch against the length, a line for each
 * contender and type.
 */
public final class Plot {

  private static final int WIDTH = 1000;
  private static final int HEIGHT = 560;
  private static final int COLUMNS = 2;

  private final Results results;

  /** A plot of {@code results}. */
  public Plot(Results results) {
    this.results = results;
  }

  /** Lengths and picoseconds a sample, of one line. */
  private record Line(Contender contender, List<Double> lengths, List<Double> picoseconds) {}

  /** Writes a PNG. */
  public void writeTo(OutputStream out) throws IOException {
    List<Operation> operations =
        results.measurements().stream()
            .filter(Measurement::isComplete)
            .map(measurement -> measurement.what().operation())
            .distinct()
            .sorted()
            .toList();
    int columns = Math.max(1, Math.min(COLUMNS, operations.size()));
    int rows = Math.max(1, Math.ceilDiv(operations.size(), columns));
    BufferedImage image =
        new BufferedImage(columns * WIDTH, rows * HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    for (int i = 0; i < operations.size(); i++) {
      BufferedImage chart = BitmapEncoder.getBufferedImage(chart(operations.get(i)));
      graphics.drawImage(chart, i % columns * WIDTH, i / columns * HEIGHT, null);
    }
    graphics.dispose();
    Png.write(image, out);
  }

  private XYChart chart(Operation operation) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(
                (results.machine().isEmulated() ? "EMULATED DEVICE, times mean nothing: " : "")
                    + operation.id()
                    + ", "
                    + results.machine().title())
            .xAxisTitle("samples L, logarithmic")
            .yAxisTitle("picoseconds a sample of the batch, logarithmic")
            .build();
    chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setLocale(Locale.ROOT);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    lines(operation)
        .forEach(
            (name, line) -> {
              XYSeries series = chart.addSeries(name, line.lengths(), line.picoseconds());
              series.setMarker(SeriesMarkers.CIRCLE);
              if (line.contender().library() == Library.SGCONV) {
                series.setLineWidth(3);
              }
            });
    return chart;
  }

  private Map<String, Line> lines(Operation operation) {
    Map<String, Line> lines = new LinkedHashMap<>();
    for (Measurement each : results.measurements()) {
      if (each.isComplete() && each.what().operation() == operation) {
        Workload shape = each.what().shape();
        Line line =
            lines.computeIfAbsent(
                each.contender() + " " + each.what().typeName(),
                name -> new Line(each.contender(), new ArrayList<>(), new ArrayList<>()));
        line.lengths().add((double) shape.length());
        line.picoseconds().add(1e9 * each.medianMs() / shape.signalSize());
      }
    }
    return lines;
  }
}
