package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.sgconv.benchmarks.model.BenchmarkCase;

/**
 * Normalized correlation as it is written down: two loops over every window, one for its mean and
 * one for its product with the template and its norm, in float64; windows are spread over threads.
 */
final class PlainJavaCorrelation implements SignalPeer {

  private static final int PIECE = 1 << 10;

  private final SignalInputs inputs;
  private final BenchmarkCase what;
  private final RowPool pool;
  private final int pieces;
  private final double[][] signals;
  private final double[][] templates;
  private final double[][] results;

  PlainJavaCorrelation(SignalInputs inputs, int threads) {
    this.inputs = inputs;
    this.what = inputs.what();
    this.pool = new RowPool(threads);
    this.pieces = Math.ceilDiv(what.outputLength(), PIECE);
    this.signals = new double[what.inputRows()][];
    Arrays.setAll(signals, inputs::signal);
    this.templates = new double[what.shape().hidden()][];
    Arrays.setAll(templates, h -> CenteredTemplate.of(inputs.kernel(h)));
    this.results = new double[what.outputRows()][what.outputLength()];
  }

  @Override
  public void run() {
    pool.run(
        what.outputRows() * pieces,
        (thread, part) -> {
          int row = part / pieces;
          int start = part % pieces * PIECE;
          double[] signal = signals[inputs.signalOf(row)];
          double[] template = templates[inputs.kernelOf(row)];
          for (int t = start; t < Math.min(what.outputLength(), start + PIECE); t++) {
            results[row][t] = window(signal, t, template);
          }
        });
  }

  private static double window(double[] signal, int start, double[] template) {
    double sum = 0;
    for (int i = 0; i < template.length; i++) {
      sum += signal[start + i];
    }
    double mean = sum / template.length;
    double product = 0;
    double energy = 0;
    for (int i = 0; i < template.length; i++) {
      double value = signal[start + i] - mean;
      product += value * template[i];
      energy += value * value;
    }
    return energy == 0 ? 0 : product / Math.sqrt(energy);
  }

  @Override
  public MemorySegment result() {
    return TypedResults.of(results, what);
  }

  @Override
  public void close() {
    pool.close();
  }
}
