package org.sgconv.cli.run;

import java.io.IOException;
import org.sgconv.ConvolutionMode;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.ErrorBound;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.Tolerance;
import org.sgconv.signal.ImpulseResponse;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Computes stretches of a {@link ResponseRun} once more in float64 and measures how far the run is
 * from that: of some channels the beginning, the end and what is evenly between them. The bound is
 * that of the whole channel, since that is what a transform may carry.
 */
public final class ResponseCheck {

  /** Stretches of a channel. */
  private static final int STRETCHES = 4;

  private static final int LONGEST = 1 << 16;

  private final ResponseRun run;
  private final ImpulseResponse response;
  private final int stretch;
  private final int stretches;

  /** Of a run that was computed. */
  public ResponseCheck(ResponseRun run) {
    this.run = run;
    this.response = run.kernel().response();
    long frames = run.output().frameCount();
    this.stretch = (int) Math.min(LONGEST, frames);
    this.stretches = (int) Math.min(STRETCHES, (frames + stretch - 1) / stretch);
  }

  /** Samples of a stretch. */
  public int stretch() {
    return stretch;
  }

  /** How many stretches of a channel are checked. */
  public int stretches() {
    return stretches;
  }

  /**
   * Measures some channels, evenly spread.
   *
   * @param channels at most so many
   */
  public Deviation measure(int channels) throws IOException {
    int all = run.output().channelCount();
    int count = Math.min(channels, all);
    Deviation worst = Deviation.NONE;
    for (int i = 0; i < count; i++) {
      int channel = (int) EvenSpread.at(i, count, all - 1L);
      worst = worst.worst(measureChannel(channel).inRow(channel));
    }
    return worst;
  }

  private Deviation measureChannel(int channel) throws IOException {
    ErrorBound bound = bound(channel);
    long frames = run.output().frameCount();
    long last = frames - stretch;
    double squares = 0;
    Deviation worst = Deviation.NONE;
    for (int i = 0; i < stretches; i++) {
      long at = EvenSpread.at(i, stretches, last);
      Deviation found =
          Tolerance.of(DType.FLOAT32).measure(exact(channel, at), bound, actual(channel, at));
      worst = worst.worst(found);
      squares += found.relative() * found.relative();
    }
    // Of the whole channel, as far as its parts tell.
    double relative = Math.sqrt(squares * frames / ((double) stretch * stretches));
    return new Deviation(
        worst.fraction(),
        relative,
        worst.leavesRange(),
        worst.row(),
        worst.element(),
        worst.expected(),
        worst.actual());
  }

  private double[] actual(int channel, long at) throws IOException {
    float[][] samples = new float[run.output().channelCount()][stretch];
    run.output().read(at, stretch, samples);
    return wide(samples[channel]);
  }

  /** The channels of signal and response that are heard in an output channel. */
  private int[][] paths(int output) {
    int last = run.signal().rowCount() - 1;
    return switch (response.channelCount()) {
      case 1 -> new int[][] {{output, 0}};
      case 2 -> new int[][] {{Math.min(output, last), output}};
      default -> new int[][] {{0, output}, {last, 2 + output}};
    };
  }

  private double[] exact(int channel, long at) {
    int lags = response.length();
    long first = at + response.lead() - (lags - 1);
    double[][] rows = signal(first, lags - 1 + stretch);
    double[] exact = new double[stretch];
    double wet = (float) run.mix();
    double dry = (float) (1 - run.mix());
    for (int[] path : paths(channel)) {
      double[] heard = convolved(rows[path[0]], response.channel(path[1]));
      for (int i = 0; i < stretch; i++) {
        exact[i] += wet * heard[lags - 1 + i];
      }
    }
    double[] own = rows[Math.min(channel, rows.length - 1)];
    for (int i = 0; i < stretch; i++) {
      exact[i] += dry * own[lags - 1 - response.lead() + i];
    }
    return exact;
  }

  private static double[] convolved(double[] signal, float[] kernel) {
    try (Tensor k = Tensor.of(kernel, 1, 1, kernel.length);
        Tensor u = Tensor.of(signal, 1, 1, signal.length)) {
      return ExactConvolution.builder(ConvolutionMode.CAUSAL, k, u).build().output().values(0);
    }
  }

  /** Rows of the signal from a sample on, silent before its start and after its end. */
  private double[][] signal(long first, int count) {
    float[][] read = new float[run.signal().rowCount()][count];
    long from = Math.max(0, first);
    long to = Math.min(first + count, run.signal().form().length());
    int before = (int) (from - first);
    double[][] rows = new double[read.length][count];
    if (from >= to) {
      return rows;
    }
    run.signal().read(from, (int) (to - from), read);
    for (int r = 0; r < rows.length; r++) {
      for (int i = 0; i < to - from; i++) {
        rows[r][before + i] = read[r][i];
      }
    }
    return rows;
  }

  private ErrorBound bound(int channel) {
    double wet = run.mix();
    double squares = 0;
    double operands = 0;
    for (int[] path : paths(channel)) {
      double kernelNorm = norm(response.channel(path[1]));
      double carried = wet * run.signalNorm(path[0]) * kernelNorm;
      squares += carried * carried;
      operands = Math.max(operands, Math.max(run.signalNorm(path[0]), kernelNorm));
    }
    double dry = (1 - wet) * run.signalNorm(Math.min(channel, run.signal().rowCount() - 1));
    double carried = Math.max(run.output().norm(channel), Math.sqrt(squares + dry * dry));
    double peak = Math.max(run.output().peak(), (1 - wet) * run.signalPeak());
    int lags = (int) Math.min(run.output().frameCount(), Integer.MAX_VALUE);
    return ErrorBound.ofProducts(lags, carried, peak, operands);
  }

  private static double norm(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }

  private static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
