package org.sgconv.benchmarks.host;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.sgconv.ConvolutionMode;
import org.sgconv.benchmarks.model.Output;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.benchmarks.peers.Signals;
import org.sgconv.benchmarks.peers.WideValues;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.ExactResult;
import org.sgconv.tensor.Tensor;

/**
 * All outputs of a convolution in float64 with the bounds of their errors, one channel at a time,
 * as float64 copies of everything at once would not fit next to the rest.
 */
final class ReferenceConvolution {

  private final Signals signals;
  private final Workload work;
  private final Map<Output, ExpectedRows> outputs;

  /** {@code outputs} has segments for every {@link Output}. */
  ReferenceConvolution(Signals signals, Map<Output, ExpectedRows> outputs) {
    this.signals = signals;
    this.work = signals.workload();
    this.outputs = outputs;
  }

  void run() {
    IntStream.range(0, work.hidden()).parallel().forEach(this::channel);
  }

  private void channel(int h) {
    long l = work.length();
    try (Tensor u = Tensor.of(gather(signals.u(), h), work.batch(), 1, l);
        Tensor dy = Tensor.of(gather(signals.dy(), h), work.batch(), 1, l);
        Tensor kernel = Tensor.of(doubles(signals.kernel(), h * l, work.length()), 1, 1, l);
        Tensor skip = Tensor.of(doubles(signals.skip(), h, 1), 1, 1)) {
      ExactConvolution exact =
          ExactConvolution.builder(ConvolutionMode.CAUSAL, kernel, u)
              .skip(skip)
              .outputGradient(dy)
              .judging(signals.type())
              .build();
      scatter(exact.output(), Output.SIGNAL, h);
      scatter(exact.inputGradient(), Output.INPUT_GRADIENT, h);
      output(Output.KERNEL_GRADIENT).set(h, exact.kernelGradient(), 0);
      output(Output.SKIP_GRADIENT).set(h, exact.skipGradient(), 0);
    }
  }

  /** The channel's rows of all batches, (B,1,L). */
  private double[] gather(MemorySegment from, int h) {
    double[] rows = new double[Math.multiplyExact(work.batch(), work.length())];
    for (int b = 0; b < work.batch(); b++) {
      double[] row = doubles(from, row(b, h) * work.length(), work.length());
      System.arraycopy(row, 0, rows, b * work.length(), row.length);
    }
    return rows;
  }

  private void scatter(ExactResult rows, Output output, int h) {
    for (int b = 0; b < work.batch(); b++) {
      output(output).set(row(b, h), rows, b);
    }
  }

  private ExpectedRows output(Output output) {
    return Objects.requireNonNull(outputs.get(output), output::name);
  }

  private long row(int b, int h) {
    return (long) b * work.hidden() + h;
  }

  private double[] doubles(MemorySegment from, long first, int count) {
    return WideValues.of(from, signals.type(), first, count);
  }
}
