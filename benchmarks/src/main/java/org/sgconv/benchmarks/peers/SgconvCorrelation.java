package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.signal.Mean;
import org.sgconv.signal.NormalizedCorrelator;
import org.sgconv.tensor.Tensor;

/** Normalized correlation with this library, which makes a tensor of scores in each call. */
final class SgconvCorrelation implements SignalPeer {

  private final NormalizedCorrelator correlator;
  private final Tensor channels;
  private @Nullable Tensor scores;

  SgconvCorrelation(Backend backend, SignalInputs inputs) {
    BenchmarkCase what = inputs.what();
    Workload shape = what.shape();
    try (Tensor templates =
        Tensor.wrap(inputs.kernels(), what.type(), shape.hidden(), shape.lags())) {
      correlator = NormalizedCorrelator.of(backend, templates, Mean.REMOVED);
    }
    channels = Tensor.wrap(inputs.signals(), what.type(), what.inputRows(), shape.length());
  }

  @Override
  public void run() {
    closeScores();
    scores = correlator.apply(channels);
  }

  private void closeScores() {
    Tensor before = scores;
    if (before != null) {
      before.close();
    }
  }

  @Override
  public MemorySegment result() {
    Tensor made = scores;
    if (made == null) {
      throw new IllegalStateException("nothing was computed");
    }
    return made.segment();
  }

  @Override
  public void close() {
    closeScores();
    channels.close();
    correlator.close();
  }
}
