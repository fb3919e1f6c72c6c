package org.sgconv.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.sgconv.cli.audio.Sound;
import org.sgconv.cli.plot.ConvolutionPlot;
import org.sgconv.cli.report.OutputFile;
import org.sgconv.cli.run.LayerRun;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.cli.signal.SignalWriter;
import org.sgconv.tensor.Tensor;

/**
 * What a run with a layer leaves behind.
 *
 * @param kernel what the kernel is, in words
 */
record LayerResult(SignalForm signal, LayerRun run, String kernel) implements RunResult {

  /** Every output row as a channel, batch by batch. */
  @Override
  public Sound sound() {
    Tensor y = run.output();
    Tensor rows = y.reshape(y.dim(0) * y.dim(1), y.dim(2));
    return SignalWriter.soundOf(rows, signal.sampleRate().orElseThrow());
  }

  /** Output, kernel and gradients. */
  @Override
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("y", run.output());
    tensors.put("kernel", run.kernel());
    tensors.put("grad.u", run.inputGradient());
    tensors.put("grad.kernel", run.kernelGradient());
    tensors.put("grad.skip", run.skipGradient());
    tensors.put("grad.weights", run.weightGradient());
    run.decayGradient().ifPresent(decay -> tensors.put("grad.decay", decay));
    return tensors;
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of(
        "signal",
        signal.name(),
        "kernel",
        kernel,
        "loss",
        "sum(y^2)/2",
        "sgconv.version",
        Version.text());
  }

  @Override
  public void plot(Path file) {
    ConvolutionPlot plot = new ConvolutionPlot(title(), signal.sampleRate());
    float[] input = firstRow(run.input());
    float[] lags = firstRow(run.kernel());
    float[] output = firstRow(run.output());
    OutputFile.write(file, out -> plot.write(input, lags, 0, output, out));
  }

  private String title() {
    long rows = run.output().dim(0) * run.output().dim(1);
    return signal.name()
        + ", kernel "
        + run.layer().name()
        + ": "
        + Quantities.length(signal)
        + (rows == 1 ? "" : ", first of " + rows + " rows");
  }

  private static float[] firstRow(Tensor tensor) {
    return tensor.slice(0).slice(0).toFloatArray();
  }
}
