package org.sgconv.cli.run;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Some of the hidden rows of tensors that are (outer, H, inner) in memory: signals and kernels with
 * inner = L, weights with inner = d, norm, skip and decay with inner = 1.
 */
final class HiddenRows {

  private final int hidden;
  private final int[] rows;

  /** About {@code count} of {@code hidden} rows, evenly spread from the first to the last. */
  HiddenRows(int hidden, int count) {
    this.hidden = hidden;
    int samples = Math.min(count, hidden);
    this.rows =
        IntStream.range(0, samples)
            .map(i -> (int) EvenSpread.at(i, samples, hidden - 1L))
            .toArray();
  }

  /** How many rows there are. */
  int count() {
    return rows.length;
  }

  /** A new FLOAT64 tensor of shape {@code dims} with these rows of {@code from}. */
  Tensor select(Tensor from, long inner, long... dims) {
    Tensor selected = Tensor.zeros(DType.FLOAT64, dims);
    long outer = from.elementCount() / (hidden * inner);
    Tensor source = from.reshape(outer * hidden, inner);
    Tensor target = selected.reshape(outer * rows.length, inner);
    for (long o = 0; o < outer; o++) {
      for (int r = 0; r < rows.length; r++) {
        double[] values = source.slice(o * hidden + rows[r]).toDoubleArray();
        target.slice(o * rows.length + r).copyFrom(values);
      }
    }
    return selected;
  }

  /**
   * New FLOAT64 parameters of the kernels of these rows, with a norm only if the whole has one.
   *
   * @param spec of these rows alone
   */
  KernelParameters select(KernelParameters whole, KernelSpec spec) {
    int dim = spec.kernelDim();
    Tensor weights = select(whole.weights(), dim, spec.scales(), spec.channels(), rows.length, dim);
    Tensor decay = select(whole.decay(), 1, rows.length);
    @Nullable Tensor norm =
        whole.norm().map(known -> select(known, 1, spec.channels(), rows.length)).orElse(null);
    return norm == null
        ? KernelParameters.of(spec, weights, decay)
        : KernelParameters.of(spec, weights, decay, norm);
  }
}
