package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.Backend;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.signal.Convolver;
import org.sgconv.signal.Extent;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Signals with this library's {@link Convolver} into results that are there: one signal as an
 * array, several as the rows of a tensor.
 */
final class SgconvSignals implements SignalPeer {

  private final Convolver convolver;
  private final Runnable call;
  private final MemorySegment results;
  private final Runnable closing;

  SgconvSignals(Backend backend, SignalInputs inputs) {
    BenchmarkCase what = inputs.what();
    Workload shape = what.shape();
    try (Tensor kernels =
        shape.hidden() == 1
            ? Tensor.wrap(inputs.kernels(), what.type(), shape.lags())
            : Tensor.wrap(inputs.kernels(), what.type(), shape.hidden(), shape.lags())) {
      convolver = Convolver.of(backend, kernels);
    }
    int count = what.outputLength();
    if (what.outputRows() > 1) {
      Tensor signals = Tensor.wrap(inputs.signals(), what.type(), what.inputRows(), shape.length());
      Tensor into = Tensor.zeros(what.type(), what.outputRows(), count);
      call = () -> convolver.apply(signals, Extent.FULL, into);
      results = into.segment();
      closing =
          () -> {
            signals.close();
            into.close();
          };
    } else if (what.type() == DType.FLOAT64) {
      double[] signal = inputs.signals().toArray(ValueLayout.JAVA_DOUBLE);
      double[] into = new double[count];
      call = () -> convolver.apply(signal, Extent.FULL, into);
      results = MemorySegment.ofArray(into);
      closing = () -> {};
    } else {
      float[] signal = inputs.signals().toArray(ValueLayout.JAVA_FLOAT);
      float[] into = new float[count];
      call = () -> convolver.apply(signal, Extent.FULL, into);
      results = MemorySegment.ofArray(into);
      closing = () -> {};
    }
  }

  @Override
  public void run() {
    call.run();
  }

  @Override
  public MemorySegment result() {
    return results;
  }

  @Override
  public void close() {
    convolver.close();
    closing.run();
  }
}
