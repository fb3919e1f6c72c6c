package org.sgconv.contract;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.oracle.ExactResult;
import org.sgconv.oracle.Tolerance;
import org.sgconv.spi.LayerOperations;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * One operation of layers with the same operands on the reference, in float64, and on the backend
 * under test: what is written must be near the reference, stay within its tensor, have no element
 * left over from before, and be the same bits again, elsewhere in memory and with other numbers of
 * threads.
 */
final class LayerTrial {

  /**
   * Of the bound that convolutions keep: ‖error‖ ≤ 2e-6·‖carried‖ in float32, and 2⁻²⁹ of that in
   * float64. A model's operation rounds what one transform does, and then an activation, a gate or
   * a division by a deviation.
   */
  private static final double ROUNDINGS = 2;

  private final BackendUnderTest under;
  private final String what;
  private final List<Operand> operands = new ArrayList<>();

  /** A tensor of the call, or null for none. */
  @SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
  private record Operand(String name, double[] values, long[] dims, boolean written) {}

  /** An operation on the tensors in the order in which they were named. */
  interface Operation {
    void run(LayerOperations layers, Tensor[] tensors);
  }

  /** What was written, element by element; the first dimension is that of operands. */
  private final List<double[]> terms = new ArrayList<>();

  private boolean masked;

  LayerTrial(BackendUnderTest under, String what) {
    this.under = under;
    this.what = under.label(what);
  }

  /** A tensor that is read; values are rounded to the type under test. */
  int in(String name, double[] values, long... dims) {
    return add(new Operand(name, values, dims, false), null);
  }

  /** A tensor that is read and then written. */
  int inOut(String name, double[] values, long... dims) {
    return add(new Operand(name, values, dims, true), null);
  }

  /** A tensor that is overwritten. */
  int out(String name, long... dims) {
    return add(new Operand(name, new double[0], dims, true), null);
  }

  /** As {@link #out}, of elements that are sums of terms of these magnitudes. */
  int outOf(String name, double[] magnitudes, long... dims) {
    return add(new Operand(name, new double[0], dims, true), magnitudes);
  }

  /** As {@link #inOut}, of elements that are sums of terms of these magnitudes. */
  int inOutOf(String name, double[] values, double[] magnitudes, long... dims) {
    return add(new Operand(name, values, dims, true), magnitudes);
  }

  /** No tensor. */
  int none() {
    return add(new Operand("", new double[0], null, false), null);
  }

  private int add(Operand operand, double[] magnitudes) {
    operands.add(operand);
    terms.add(magnitudes);
    return operands.size() - 1;
  }

  /** From now on elements must also be zero where the reference's are, and nowhere else. */
  LayerTrial masked() {
    masked = true;
    return this;
  }

  /** Runs everything, and returns what the reference has written, in the order of the operands. */
  List<double[]> run(Operation operation) {
    List<double[]> expected = onReference(operation);
    List<double[]> actual = on(under.backend(), true, operation);
    Tolerance tolerance = under.tolerance().times(ROUNDINGS);
    for (int i = 0; i < operands.size(); i++) {
      if (operands.get(i).written()) {
        check(tolerance, i, expected.get(i), actual.get(i));
      }
    }
    same("again", actual, on(under.backend(), false, operation));
    if (under.backendName().equals("cpu")) {
      for (int threads : new int[] {1, 2, 3}) {
        Backend other = under.backend().withThreads(threads);
        same("with " + threads + " threads", actual, on(other, true, operation));
      }
    }
    return expected;
  }

  private void check(Tolerance tolerance, int i, double[] expected, double[] actual) {
    String name = what + ": " + operands.get(i).name();
    double[] magnitudes = terms.get(i);
    double[] carried = new double[expected.length];
    for (int e = 0; e < expected.length; e++) {
      boolean carries = magnitudes != null && !(masked && expected[e] == 0);
      carried[e] = Math.abs(expected[e]) + (carries ? Math.abs(magnitudes[e]) : 0);
    }
    Judged.check(tolerance, name, ExactResult.of(expected, carried, expected.length), actual);
    for (int e = 0; masked && e < expected.length; e++) {
      if ((expected[e] == 0) != (actual[e] == 0)) {
        throw new AssertionError(
            name + ": element " + e + " is " + actual[e] + ", expected " + expected[e]);
      }
    }
  }

  private void same(String when, List<double[]> first, List<double[]> other) {
    for (int i = 0; i < operands.size(); i++) {
      if (operands.get(i).written()) {
        String name = what + ", " + when + ": " + operands.get(i).name();
        Bits.requireSame(name, first.get(i), other.get(i));
      }
    }
  }

  private List<double[]> onReference(Operation operation) {
    Tensor[] tensors = new Tensor[operands.size()];
    try {
      for (int i = 0; i < tensors.length; i++) {
        Operand operand = operands.get(i);
        if (operand.dims() != null) {
          tensors[i] = Tensor.zeros(DType.FLOAT64, operand.dims());
          tensors[i].fill(Double.NaN);
          double[] values = operand.values();
          for (int e = 0; e < values.length; e++) {
            tensors[i].setFlat(e, Operands.in(under.type(), values[e]));
          }
        }
      }
      operation.run(Backends.named("reference").provider().layers(), tensors);
      return Arrays.stream(tensors)
          .map(tensor -> tensor == null ? new double[0] : tensor.toDoubleArray())
          .toList();
    } finally {
      Arrays.stream(tensors).filter(tensor -> tensor != null).forEach(Tensor::close);
    }
  }

  private List<double[]> on(Backend backend, boolean odd, Operation operation) {
    Guarded[] guarded = new Guarded[operands.size()];
    Tensor[] tensors = new Tensor[operands.size()];
    try {
      for (int i = 0; i < tensors.length; i++) {
        Operand operand = operands.get(i);
        if (operand.dims() != null) {
          guarded[i] = Guarded.input(backend, under.type(), odd, operand.values(), operand.dims());
          tensors[i] = guarded[i].tensor();
        }
      }
      operation.run(backend.provider().layers(), tensors);
      List<double[]> values = new ArrayList<>();
      for (int i = 0; i < tensors.length; i++) {
        if (guarded[i] == null) {
          values.add(new double[0]);
        } else {
          guarded[i].requireMarginsIntact(what + ": " + operands.get(i).name());
          values.add(guarded[i].values());
        }
      }
      return values;
    } finally {
      Arrays.stream(guarded).filter(each -> each != null).forEach(Guarded::close);
    }
  }
}
