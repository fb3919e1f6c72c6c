package org.sgconv.benchmarks.host;

import java.util.Arrays;
import org.sgconv.ConvolutionMode;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.peers.CenteredTemplate;
import org.sgconv.benchmarks.peers.SignalInputs;
import org.sgconv.oracle.ErrorBound;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.ExactResult;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** All results of signals in float64 with the bounds of their errors, one row at a time. */
final class ReferenceSignals {

  private final SignalInputs inputs;
  private final BenchmarkCase what;
  private final ExpectedRows rows;

  ReferenceSignals(SignalInputs inputs, ExpectedRows rows) {
    this.inputs = inputs;
    this.what = inputs.what();
    this.rows = rows;
  }

  void run() {
    for (int row = 0; row < what.outputRows(); row++) {
      double[] signal = inputs.signal(inputs.signalOf(row));
      double[] kernel = inputs.kernel(inputs.kernelOf(row));
      if (what.operation() == Operation.CORRELATE) {
        correlate(row, signal, kernel);
      } else {
        ExactResult exact = all(signal, kernel, what.type());
        rows.set(row, exact.values(0), exact.bound(0));
      }
    }
  }

  /** All n + K − 1 samples: causal once there are zeros behind the signal. */
  private static ExactResult all(double[] signal, double[] kernel, DType results) {
    double[] padded = Arrays.copyOf(signal, signal.length + kernel.length - 1);
    try (Tensor u = Tensor.of(padded, 1, 1, padded.length);
        Tensor k = Tensor.of(kernel, 1, 1, kernel.length)) {
      return ExactConvolution.builder(ConvolutionMode.CAUSAL, k, u)
          .judging(results)
          .build()
          .output();
    }
  }

  /**
   * The centred template takes care of the windows' means. Their norms, which hardly differ in
   * these signals, divide products and bounds. What a norm and a quotient are rounded by is in the
   * bound's part for the largest product: eight half spacings of it, and they need few if a norm's
   * squares are added up with care.
   */
  private void correlate(int row, double[] signal, double[] template) {
    int lags = template.length;
    double[] reversed = CenteredTemplate.of(template);
    for (int i = 0; i < lags / 2; i++) {
      double other = reversed[lags - 1 - i];
      reversed[lags - 1 - i] = reversed[i];
      reversed[i] = other;
    }
    ExactResult products = all(signal, reversed, what.type());
    double[] values = products.values(0);
    double[] norms = WindowNorms.of(signal, lags);
    double[] correlation = new double[norms.length];
    for (int t = 0; t < norms.length; t++) {
      correlation[t] = values[t + lags - 1] / norms[t];
    }
    double least = Arrays.stream(norms).min().orElseThrow();
    ErrorBound bound = products.bound(0);
    rows.set(
        row,
        correlation,
        ErrorBound.of(
            bound.norm() / least, bound.element(0) / least, bound.roundings(), bound.growth()));
  }
}
