package org.sgconv.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.sgconv.cli.audio.Frames;
import org.sgconv.cli.audio.SpooledSound;
import org.sgconv.cli.plot.ConvolutionPlot;
import org.sgconv.cli.report.OutputFile;
import org.sgconv.cli.run.ResponseRun;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.signal.ImpulseResponse;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/** What a run with an impulse response leaves behind. Owns the tensors that it gives out. */
final class ResponseResult implements RunResult, AutoCloseable {

  /** Samples of a row that a plot shows: 11.6 minutes at 48 kHz. */
  private static final int MOST_DRAWN = 1 << 25;

  private static final int BLOCK = 1 << 20;

  private final ResponseRun run;
  private final TensorScope scope = TensorScope.onHost();

  ResponseResult(ResponseRun run) {
    this.run = run;
  }

  @Override
  public Frames sound() {
    return run.output();
  }

  /** The output (channels, samples), and the response as it was applied. */
  @Override
  public Map<String, Tensor> tensors() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("y", output());
    tensors.put("kernel", kernel());
    return tensors;
  }

  private Tensor output() throws IOException {
    SpooledSound sound = run.output();
    int channels = sound.channelCount();
    Tensor y = scope.adopt(Tensor.uninitialized(DType.FLOAT32, channels, sound.frameCount()));
    float[][] block = new float[channels][(int) Math.min(BLOCK, sound.frameCount())];
    for (long at = 0; at < sound.frameCount(); ) {
      int count = (int) Math.min(block[0].length, sound.frameCount() - at);
      sound.read(at, count, block);
      for (int c = 0; c < channels; c++) {
        float[] part = count == block[c].length ? block[c] : Arrays.copyOf(block[c], count);
        y.slice(c).slice(at, at + count).copyFrom(part);
      }
      at += count;
    }
    return y;
  }

  private Tensor kernel() {
    ImpulseResponse response = run.kernel().response();
    Tensor kernel =
        scope.adopt(
            Tensor.uninitialized(DType.FLOAT32, response.channelCount(), response.length()));
    for (int c = 0; c < response.channelCount(); c++) {
      kernel.slice(c).copyFrom(response.channel(c));
    }
    return kernel;
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of(
        "signal",
        run.signal().form().name(),
        "kernel",
        run.kernel().describe(),
        "kernel.lead",
        String.valueOf(run.kernel().response().lead()),
        "mix",
        String.valueOf(run.mix()),
        "sgconv.version",
        Version.text());
  }

  @Override
  public void plot(Path file) throws IOException {
    SignalForm signal = run.signal().form();
    ConvolutionPlot plot = new ConvolutionPlot(title(signal), signal.sampleRate());
    float[] input = run.signalStart(0, MOST_DRAWN);
    float[] output = run.outputStart(0, MOST_DRAWN);
    ImpulseResponse response = run.kernel().response();
    OutputFile.write(
        file, out -> plot.write(input, response.channel(0), response.lead(), output, out));
  }

  private String title(SignalForm signal) {
    int channels = run.output().channelCount();
    return signal.name()
        + ", response "
        + run.kernel().name()
        + ": "
        + Quantities.length(signal)
        + (channels == 1 ? "" : ", first of " + channels + " channels")
        + (run.output().frameCount() > MOST_DRAWN ? ", its beginning" : "");
  }

  @Override
  public void close() {
    scope.close();
  }
}
