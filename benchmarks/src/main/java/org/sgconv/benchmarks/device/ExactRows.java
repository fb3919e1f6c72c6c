package org.sgconv.benchmarks.device;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.sgconv.ConvolutionMode;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Output;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.ExactResult;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Of a case the last row of y or du, and the last channel of dk and dD, in float64: of one set of
 * operands, for every path that is to compute the same.
 */
final class ExactRows {

  private final Map<Output, ExactResult> exact = new EnumMap<>(Output.class);

  private ExactRows() {}

  /** Takes what the rows depend on from the device and computes them. */
  static ExactRows of(DeviceOperands operands) {
    ExactRows rows = new ExactRows();
    try (Tensor k = channel(operands.kernel());
        Tensor d = last(operands.skip(), 1)) {
      if (operands.what().operation() == Operation.FORWARD) {
        try (Tensor u = lastRow(operands.input())) {
          rows.exact.put(
              Output.SIGNAL,
              ExactConvolution.builder(ConvolutionMode.CAUSAL, k, u).skip(d).build().output());
        }
        return rows;
      }
      try (Tensor u = lastRow(operands.input());
          Tensor dy = lastRow(operands.outputGradient())) {
        rows.exact.put(Output.INPUT_GRADIENT, gradients(k, d, u, dy).inputGradient());
      }
      // Sums over the batch.
      try (Tensor u = channel(operands.input());
          Tensor dy = channel(operands.outputGradient())) {
        ExactConvolution sums = gradients(k, d, u, dy);
        rows.exact.put(Output.KERNEL_GRADIENT, sums.kernelGradient());
        rows.exact.put(Output.SKIP_GRADIENT, sums.skipGradient());
      }
      return rows;
    }
  }

  private static ExactConvolution gradients(Tensor k, Tensor d, Tensor u, Tensor dy) {
    return ExactConvolution.builder(ConvolutionMode.CAUSAL, k, u)
        .skip(d)
        .outputGradient(dy)
        .build();
  }

  /** How far the results on the device are off. */
  Map<Output, Deviation> measure(DeviceOperands operands) {
    Map<Output, Deviation> deviations = new EnumMap<>(Output.class);
    Map<Output, Tensor> results = operands.results();
    exact.forEach(
        (output, rows) -> {
          Tensor result = Objects.requireNonNull(results.get(output));
          try (Tensor actual = last(result, rows.rowLength())) {
            deviations.put(output, Tolerance.of(result.type()).measure(rows, actual));
          }
        });
    return deviations;
  }

  /** The last row of (B,H,L) as (1,1,L). */
  private static Tensor lastRow(Tensor signal) {
    long length = signal.dim(2);
    try (Tensor row = last(signal, length)) {
      return row.reshape(1, 1, length).copy();
    }
  }

  /** This many elements, the last ones, on the host. */
  private static Tensor last(Tensor tensor, long count) {
    long all = tensor.elementCount();
    try (Tensor host = tensor.reshape(all).slice(all - count, all).toHost();
        Tensor wide = host.to(DType.FLOAT64)) {
      return wide.reshape(1, count).copy();
    }
  }

  /** The last channel of (B,H,L) as (B,1,L). */
  private static Tensor channel(Tensor signal) {
    long batch = signal.dim(0);
    long hidden = signal.dim(1);
    long length = signal.dim(2);
    Tensor rows = signal.reshape(batch * hidden, length);
    Tensor channel = Tensor.zeros(DType.FLOAT64, batch, 1, length);
    for (long b = 0; b < batch; b++) {
      try (Tensor host = rows.slice((b + 1) * hidden - 1, (b + 1) * hidden).toHost();
          Tensor wide = host.to(DType.FLOAT64)) {
        channel.slice(b).copyFrom(wide);
      }
    }
    return channel;
  }
}
