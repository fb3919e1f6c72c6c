package org.sgconv.benchmarks.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.cli.plot.Png;

/**
 * A chart for each type: million samples a second of every contender in every case of signals, side
 * by side.
 */
final class SignalPlot {

  private static final int WIDTH = 1600;
  private static final int HEIGHT = 640;

  private final Results results;

  SignalPlot(Results results) {
    this.results = results;
  }

  /** Writes a PNG. */
  void writeTo(OutputStream out) throws IOException {
    List<String> types =
        complete().stream().map(m -> m.what().typeName()).distinct().sorted().toList();
    BufferedImage image =
        new BufferedImage(WIDTH, Math.max(1, types.size()) * HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    for (int i = 0; i < types.size(); i++) {
      graphics.drawImage(BitmapEncoder.getBufferedImage(chart(types.get(i))), 0, i * HEIGHT, null);
    }
    graphics.dispose();
    Png.write(image, out);
  }

  private List<Measurement> complete() {
    return results.measurements().stream().filter(Measurement::isComplete).toList();
  }

  private CategoryChart chart(String type) {
    List<Measurement> ofType =
        complete().stream().filter(m -> m.what().typeName().equals(type)).toList();
    List<BenchmarkCase> cases = ofType.stream().map(Measurement::what).distinct().toList();
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("signals in " + type + ", " + results.machine().title())
            .xAxisTitle("B,H,L,K")
            .yAxisTitle("million samples a second, logarithmic")
            .build();
    chart.getStyler().setYAxisLogarithmic(true);
    // Bars would begin at zero otherwise, which has no logarithm.
    double least =
        ofType.stream().mapToDouble(Measurement::millionSamplesPerSecond).min().orElseThrow();
    chart.getStyler().setYAxisMin(Math.pow(10, Math.floor(Math.log10(least))));
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setLocale(Locale.ROOT);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setAvailableSpaceFill(0.85);
    chart.getStyler().setXAxisLabelRotation(12);
    List<String> names =
        cases.stream().map(what -> what.operation().id() + " " + what.shape()).toList();
    for (Contender contender : contenders(ofType)) {
      chart
          .addSeries(contender.toString(), names, throughputs(ofType, cases, contender))
          .setFillColor(color(contender));
    }
    return chart;
  }

  /** This library first, others in the order in which they are listed everywhere. */
  private static List<Contender> contenders(List<Measurement> measurements) {
    return measurements.stream()
        .map(Measurement::contender)
        .distinct()
        .sorted(Comparator.comparing(Contender::library).thenComparing(Contender::way))
        .toList();
  }

  /** The same in every chart; black and grey for this library. */
  private Color color(Contender contender) {
    List<Contender> all = contenders(complete());
    if (!contender.library().isPeer()) {
      return contender.way().isEmpty() ? Color.BLACK : Color.GRAY;
    }
    return Color.getHSBColor((float) all.indexOf(contender) / all.size(), 0.65f, 0.9f);
  }

  /** A value for each case, null where the contender has none. */
  private static List<@Nullable Double> throughputs(
      List<Measurement> ofType, List<BenchmarkCase> cases, Contender contender) {
    List<@Nullable Double> values = new ArrayList<>();
    for (BenchmarkCase what : cases) {
      values.add(
          ofType.stream()
              .filter(m -> m.contender().equals(contender) && m.what().equals(what))
              .map(Measurement::millionSamplesPerSecond)
              .findFirst()
              .orElse(null));
    }
    return values;
  }
}
