package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.apache.commons.math3.transform.DftNormalization;
import org.apache.commons.math3.transform.FastFourierTransformer;
import org.apache.commons.math3.transform.TransformType;
import org.apache.commons.math3.util.MathArrays;
import org.sgconv.benchmarks.model.BenchmarkCase;

/**
 * Convolution with Apache Commons Math, signals spread over threads: either {@code
 * MathArrays.convolve}, or one transform of a whole signal in place, without its Complex objects.
 */
final class CommonsSignals implements SignalPeer {

  private final SignalInputs inputs;
  private final BenchmarkCase what;
  private final RowPool pool;
  private final boolean direct;
  private final double[][] signals;
  private final double[][] kernels;
  private final double[][] results;
  private final double[][][] spectra;
  private final double[][][] rows;

  CommonsSignals(SignalInputs inputs, boolean direct, int threads) {
    this.inputs = inputs;
    this.what = inputs.what();
    this.direct = direct;
    this.pool = new RowPool(Math.min(threads, what.outputRows()));
    this.signals = new double[what.inputRows()][];
    Arrays.setAll(signals, inputs::signal);
    this.kernels = new double[what.shape().hidden()][];
    Arrays.setAll(kernels, inputs::kernel);
    this.results = new double[what.outputRows()][direct ? 0 : what.outputLength()];
    int points = BlockSizes.ceilingPowerOfTwo(what.outputLength());
    this.spectra = new double[direct ? 0 : kernels.length][][];
    Arrays.setAll(spectra, h -> forward(kernels[h], new double[2][points]));
    this.rows = new double[direct ? 0 : pool.threads()][2][points];
  }

  private static double[][] forward(double[] samples, double[][] row) {
    System.arraycopy(samples, 0, row[0], 0, samples.length);
    Arrays.fill(row[0], samples.length, row[0].length, 0);
    Arrays.fill(row[1], 0);
    FastFourierTransformer.transformInPlace(row, DftNormalization.STANDARD, TransformType.FORWARD);
    return row;
  }

  @Override
  public void run() {
    pool.run(
        what.outputRows(),
        (thread, row) -> {
          int kernel = inputs.kernelOf(row);
          if (direct) {
            results[row] = MathArrays.convolve(signals[row], kernels[kernel]);
          } else {
            transform(rows[thread], signals[row], spectra[kernel], results[row]);
          }
        });
  }

  private static void transform(
      double[][] row, double[] signal, double[][] spectrum, double[] result) {
    forward(signal, row);
    double[] re = row[0];
    double[] im = row[1];
    for (int i = 0; i < re.length; i++) {
      double real = re[i] * spectrum[0][i] - im[i] * spectrum[1][i];
      im[i] = re[i] * spectrum[1][i] + im[i] * spectrum[0][i];
      re[i] = real;
    }
    FastFourierTransformer.transformInPlace(row, DftNormalization.STANDARD, TransformType.INVERSE);
    System.arraycopy(re, 0, result, 0, result.length);
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
