package org.sgconv.benchmarks.peers;

import com.github.psambit9791.jdsp.signal.Convolution;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.sgconv.benchmarks.model.BenchmarkCase;

/**
 * Convolution with jDSP's {@code fastConvolve}, signals spread over threads. Its {@code convolve}
 * is Commons Math's.
 */
final class JdspSignals implements SignalPeer {

  private final SignalInputs inputs;
  private final BenchmarkCase what;
  private final RowPool pool;
  private final double[][] signals;
  private final double[][] kernels;
  private final double[][] results;

  JdspSignals(SignalInputs inputs, int threads) {
    this.inputs = inputs;
    this.what = inputs.what();
    this.pool = new RowPool(Math.min(threads, what.outputRows()));
    this.signals = new double[what.inputRows()][];
    Arrays.setAll(signals, inputs::signal);
    this.kernels = new double[what.shape().hidden()][];
    Arrays.setAll(kernels, inputs::kernel);
    this.results = new double[what.outputRows()][];
  }

  @Override
  public void run() {
    pool.run(
        what.outputRows(),
        (thread, row) ->
            results[row] =
                new Convolution(signals[row], kernels[inputs.kernelOf(row)]).fastConvolve());
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
