package org.sgconv.benchmarks.cpu;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;
import org.sgconv.cli.plot.Png;

/**
 * The results as bars, by case. Forward with a cached spectrum, steps and synthesis only, as far as
 * the run has them: the other operations lie in between.
 */
public final class CpuPlot {

  private static final int WIDTH = 1600;
  private static final int HEIGHT = 800;

  private final CpuResults results;

  /** A plot of {@code results}. */
  public CpuPlot(CpuResults results) {
    this.results = results;
  }

  /** Writes a PNG. */
  public void writeTo(OutputStream out) throws IOException {
    List<BenchmarkCase> cases = cases();
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(
                "Median time of an operation, "
                    + results.machine().cpu()
                    + ", "
                    + results.plan().threads()
                    + " threads")
            .yAxisTitle("ms, logarithmic")
            .build();
    chart.getStyler().setYAxisLogarithmic(true);
    // Bars on a logarithmic axis start at a power of ten below the shortest.
    chart.getStyler().setYAxisMin(Math.pow(10, Math.floor(Math.log10(leastMs()) - 0.1)));
    chart.getStyler().setXAxisLabelRotation(30);
    chart.getStyler().setXAxisMaxLabelCount(Math.max(2, cases.size()));
    chart.getStyler().setAvailableSpaceFill(0.9);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setLocale(Locale.ROOT);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    List<String> names = cases.stream().map(BenchmarkCase::toString).toList();
    List<Color> colors = new ArrayList<>();
    for (Contender contender : contenders()) {
      colors.add(color(contender));
      List<@Nullable Double> times = new ArrayList<>();
      for (BenchmarkCase what : cases) {
        times.add(time(contender, what));
      }
      chart.addSeries(contender.id(), names, times);
    }
    chart.getStyler().setSeriesColors(colors.toArray(Color[]::new));
    BufferedImage image = BitmapEncoder.getBufferedImage(chart);
    Png.write(image, out);
  }

  private double leastMs() {
    return results.measurements().stream()
        .filter(Measurement::isComplete)
        .mapToDouble(Measurement::medianMs)
        .min()
        .orElse(1);
  }

  private List<BenchmarkCase> cases() {
    Set<Operation> shown =
        Set.of(
            Operation.FORWARD,
            Operation.STEP,
            Operation.SYNTHESIS_FORWARD,
            Operation.SYNTHESIS_BACKWARD);
    List<BenchmarkCase> all = results.plan().cases();
    List<BenchmarkCase> some = all.stream().filter(c -> shown.contains(c.operation())).toList();
    return some.isEmpty() ? all : some;
  }

  /** This library stands out; a tuned peer is a paler one. */
  private static Color color(Contender contender) {
    Color color =
        switch (contender.library()) {
          case SGCONV -> new Color(0xC2, 0x41, 0x0C);
          case PYTORCH -> new Color(0x5B, 0x4B, 0x8A);
          case JTRANSFORMS -> new Color(0x8C, 0x6D, 0x46);
          case FFTW -> new Color(0x2E, 0x7D, 0x32);
          case MKL -> new Color(0x1F, 0x6F, 0xB4);
          case JAVA -> new Color(0xA8, 0xAE, 0xB5);
        };
    return contender.tuned()
        ? new Color(color.getRed(), color.getGreen(), color.getBlue(), 0x80)
        : color;
  }

  /** Those that have a time in any case. */
  private Set<Contender> contenders() {
    Set<Contender> contenders = new LinkedHashSet<>();
    for (BenchmarkCase what : cases()) {
      for (Measurement measurement : results.of(what)) {
        if (measurement.isComplete()) {
          contenders.add(measurement.contender());
        }
      }
    }
    return contenders;
  }

  /** Null, which draws no bar, if there is none. */
  private @Nullable Double time(Contender contender, BenchmarkCase what) {
    return results.of(what).stream()
        .filter(m -> m.isComplete() && m.contender().equals(contender))
        .map(Measurement::medianMs)
        .findFirst()
        .orElse(null);
  }
}
