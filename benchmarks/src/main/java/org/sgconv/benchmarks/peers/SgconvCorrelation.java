package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import org.sgconv.Backend;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.signal.Mean;
import org.sgconv.signal.NormalizedCorrelator;
import org.sgconv.tensor.Tensor;

/** Normalized correlation with this library, into a tensor that is there. */
final class SgconvCorrelation implements SignalPeer {

  private final NormalizedCorrelator correlator;
  private final Tensor channels;
  private final Tensor scores;

  SgconvCorrelation(Backend backend, SignalInputs inputs) {
    BenchmarkCase what = inputs.what();
    Workload shape = what.shape();
    try (Tensor templates =
        Tensor.wrap(inputs.kernels(), what.type(), shape.hidden(), shape.lags())) {
      correlator = NormalizedCorrelator.of(backend, templates, Mean.REMOVED);
    }
    channels = Tensor.wrap(inputs.signals(), what.type(), what.inputRows(), shape.length());
    scores = Tensor.zeros(what.type(), what.inputRows(), shape.hidden(), what.outputLength());
  }

  @Override
  public void run() {
    correlator.apply(channels, scores);
  }

  @Override
  public MemorySegment result() {
    return scores.segment();
  }

  @Override
  public void close() {
    scores.close();
    channels.close();
    correlator.close();
  }
}
