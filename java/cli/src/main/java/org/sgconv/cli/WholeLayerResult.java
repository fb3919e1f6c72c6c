package org.sgconv.cli;

import java.nio.file.Path;
import java.util.Map;
import org.sgconv.cli.audio.Sound;
import org.sgconv.cli.plot.ConvolutionPlot;
import org.sgconv.cli.report.OutputFile;
import org.sgconv.cli.run.WholeLayerRun;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.cli.signal.SignalWriter;
import org.sgconv.tensor.Tensor;

/**
 * What a run with a whole layer leaves behind.
 *
 * @param layer what the layer is, in words
 */
record WholeLayerResult(SignalForm signal, WholeLayerRun run, String layer) implements RunResult {

  /** Every output row as a channel, batch by batch. */
  @Override
  public Sound sound() {
    Tensor y = run.output();
    Tensor rows = y.reshape(y.dim(0) * y.dim(1), y.dim(2));
    return SignalWriter.soundOf(rows, signal.sampleRate().orElseThrow());
  }

  @Override
  public Map<String, Tensor> tensors() {
    return Map.of("y", run.output());
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of("signal", signal.name(), "layer", layer, "sgconv.version", Version.text());
  }

  /** The first row of input and output, and the kernel of that row. */
  @Override
  public void plot(Path file) {
    ConvolutionPlot plot = new ConvolutionPlot(title(), signal.sampleRate());
    float[] input = firstRow(run.input());
    float[] lags = run.whole().kernel().firstKernel(signal.length());
    float[] output = firstRow(run.output());
    OutputFile.write(file, out -> plot.write(input, lags, 0, output, out));
  }

  private String title() {
    long rows = run.output().dim(0) * run.output().dim(1);
    return signal.name()
        + ", layer "
        + run.whole().kernel().name()
        + ": "
        + Quantities.length(signal)
        + (rows == 1 ? "" : ", first of " + rows + " rows");
  }

  private static float[] firstRow(Tensor tensor) {
    return tensor.slice(0).slice(0).toFloatArray();
  }
}
