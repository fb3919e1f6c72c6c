package org.sgconv.cli.run;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import org.sgconv.Backend;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.cli.audio.SpooledSound;
import org.sgconv.cli.signal.SignalSource;
import org.sgconv.signal.ProgressListener;
import org.sgconv.signal.ResponsePlan;

/**
 * A signal with its impulse response, computed stretch by stretch from one file into another, so
 * that neither has to fit in memory. Owns the result; the signal stays the caller's.
 */
public final class ResponseRun implements AutoCloseable {

  /** Samples of all channels that are computed once more for their time. */
  private static final int TIMED_SAMPLES = 1 << 22;

  private final SignalSource signal;
  private final ResponseKernel kernel;
  private final double mix;
  private final boolean tail;
  private final Timing prepared;
  private final ResponsePlan plan;
  private final SpooledSound output;
  private final double[] squares;
  private float peak;
  private Timing whole = new Timing(0, 0);
  private Timing convolved = new Timing(0, 0);
  private int timedFrames;

  /**
   * Prepares the response.
   *
   * @param mix how much of the response is heard
   * @param tail whether it is heard to its end
   * @throws org.sgconv.InvalidArgumentException if their channels do not fit
   */
  public ResponseRun(
      SignalSource signal, ResponseKernel kernel, double mix, boolean tail, Backend backend)
      throws IOException {
    this.signal = signal;
    this.kernel = kernel;
    this.mix = mix;
    this.tail = tail;
    this.squares = new double[signal.rowCount()];
    int rate = kernel.response().sampleRate();
    int outputs = kernel.response().outputChannels(signal.rowCount());
    try (Closer made = Closer.onFailure()) {
      plan = made.add(kernel.response().on(backend, rate));
      prepared = Timing.of(() -> kernel.response().on(backend, rate).close());
      output = SpooledSound.create(rate, outputs);
      made.keep();
    }
  }

  /** Computes everything, from file to file. */
  public void compute(ProgressListener progress) throws IOException {
    long start = System.nanoTime();
    plan.apply(
        new WatchedRows(signal, this::watch),
        (at, rows) -> {
          float[][] samples =
              rows.stream().map(row -> row.toArray(ValueLayout.JAVA_FLOAT)).toArray(float[][]::new);
          output.append(samples[0].length, samples);
        },
        mix,
        tail,
        progress);
    whole = new Timing((System.nanoTime() - start) * 1e-9, 1);
  }

  /** Computes the first few million samples once more, without files, for their time. */
  public void time() {
    int rows = signal.rowCount();
    timedFrames = (int) Math.max(1, Math.min(signal.form().length(), TIMED_SAMPLES / rows));
    float[][] samples = new float[rows][timedFrames];
    signal.read(0, timedFrames, samples);
    convolved = Timing.of(() -> plan.apply(samples, mix, false));
  }

  /** What the check has to know of the signal. */
  private void watch(int row, float[] samples) {
    for (float sample : samples) {
      squares[row] += (double) sample * sample;
      peak = Math.max(peak, Math.abs(sample));
    }
  }

  /** What is applied. */
  public ResponseKernel kernel() {
    return kernel;
  }

  /** Channels of the result. */
  public int outputChannels() {
    return output.channelCount();
  }

  /** Samples of each channel of the result. */
  public long outputLength() {
    return plan.outputLength(signal.form().length(), tail);
  }

  /** How much of the response is heard. */
  public double mix() {
    return mix;
  }

  /** The signal. */
  public SignalSource signal() {
    return signal;
  }

  /** The result: as many samples as {@link ResponsePlan#outputLength} says. */
  public SpooledSound output() {
    return output;
  }

  /** The norm of a channel of the signal, √Σx². */
  double signalNorm(int channel) {
    return Math.sqrt(squares[channel]);
  }

  /** Largest absolute value of the signal. */
  double signalPeak() {
    return peak;
  }

  /** Making the response ready. */
  public Timing prepared() {
    return prepared;
  }

  /** Computing {@link #timedFrames}. */
  public Timing convolved() {
    return convolved;
  }

  /** Samples of each channel that {@link #convolved} is about. */
  public int timedFrames() {
    return timedFrames;
  }

  /** From file to file. */
  public Timing whole() {
    return whole;
  }

  /** The start of a channel of the result or, if that is shorter, all of it. */
  public float[] outputStart(int channel, int most) throws IOException {
    int count = (int) Math.min(most, output.frameCount());
    float[][] samples = new float[output.channelCount()][count];
    output.read(0, count, samples);
    return samples[channel];
  }

  /** The start of a row of the signal or, if that is shorter, all of it. */
  public float[] signalStart(int row, int most) {
    int count = (int) Math.min(most, signal.form().length());
    float[][] samples = new float[signal.rowCount()][count];
    signal.read(0, count, samples);
    return samples[row];
  }

  @Override
  public void close() throws IOException {
    try {
      plan.close();
    } finally {
      output.close();
    }
  }
}
