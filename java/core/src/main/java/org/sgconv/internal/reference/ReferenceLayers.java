package org.sgconv.internal.reference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.sgconv.internal.host.Heads;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LayerOperations;
import org.sgconv.spi.LinearGradientOperands;
import org.sgconv.spi.LinearOperands;
import org.sgconv.spi.NormOperations;
import org.sgconv.tensor.Tensor;

/** Every operation as its definition says, on arrays of whole tensors in float64. */
final class ReferenceLayers implements LayerOperations {

  /** Arrays that one operation has at a time, at most, each of its largest tensor's size. */
  private static final long ARRAYS = 6;

  private final NormOperations norms = new ReferenceNorms();

  /** Runs an operation whose largest tensor is this, with the library's own failure of memory. */
  static void run(String what, Tensor largest, Runnable operation) {
    ReferenceBackend.arrayLength("number of elements", largest.elementCount());
    long bytes = ARRAYS * Double.BYTES * largest.elementCount();
    String purpose = what + " of " + largest;
    HeapMemory.require(purpose, bytes);
    HeapMemory.guarded(purpose, bytes, operation);
  }

  @Override
  public void gelu(Tensor x, Dropout dropout, Tensor y) {
    run(
        "gelu",
        x,
        () -> {
          double[] values = x.toDoubleArray();
          for (int i = 0; i < values.length; i++) {
            values[i] = DropoutMask.factor(dropout, i) * Gelu.value(values[i]);
          }
          Rows.writeFrom(values, y, 0);
        });
  }

  @Override
  public void geluBackward(Tensor x, Dropout dropout, Tensor dy, Tensor dx) {
    run(
        "gradient of gelu",
        x,
        () -> {
          double[] values = x.toDoubleArray();
          double[] gradient = dy.toDoubleArray();
          for (int i = 0; i < values.length; i++) {
            gradient[i] *= DropoutMask.factor(dropout, i) * Gelu.derivative(values[i]);
          }
          Rows.writeFrom(gradient, dx, 0);
        });
  }

  @Override
  public void add(Tensor x, Tensor branch, Dropout tied, Tensor sum) {
    run(
        "sum",
        x,
        () -> {
          double[] values = dropped(branch, tied);
          double[] others = x.toDoubleArray();
          for (int i = 0; i < values.length; i++) {
            values[i] += others[i];
          }
          Rows.writeFrom(values, sum, 0);
        });
  }

  @Override
  public void dropRows(Tensor x, Dropout tied, Tensor y) {
    run("dropout", x, () -> Rows.writeFrom(dropped(x, tied), y, 0));
  }

  private static double[] dropped(Tensor x, Dropout tied) {
    double[] values = x.toDoubleArray();
    long length = x.dim(2);
    for (int i = 0; i < values.length; i++) {
      values[i] *= DropoutMask.factor(tied, i / length);
    }
    return values;
  }

  @Override
  public void linear(LinearOperands operands) {
    run("linear map", larger(operands.x(), operands.y()), () -> LinearMap.forward(operands));
  }

  @Override
  public void linearBackward(LinearGradientOperands operands) {
    run(
        "gradient of a linear map",
        larger(operands.x(), operands.dy()),
        () -> LinearMap.backward(operands));
  }

  private static Tensor larger(Tensor a, Tensor b) {
    return a.elementCount() > b.elementCount() ? a : b;
  }

  @Override
  public NormOperations norms() {
    return norms;
  }

  @Override
  public void embed(MemorySegment tokens, Tensor table, Tensor y) {
    run(
        "embedding",
        y,
        () -> {
          int hidden = (int) y.dim(1);
          int length = (int) y.dim(2);
          double[] rows = table.toDoubleArray();
          double[] out = new double[(int) y.elementCount()];
          for (int i = 0; i < out.length; i++) {
            int token = tokenOf(tokens, i, hidden, length);
            out[i] = rows[token * hidden + i / length % hidden];
          }
          Rows.writeFrom(out, y, 0);
        });
  }

  @Override
  public void embedBackward(MemorySegment tokens, Tensor dy, Tensor dtable) {
    run(
        "gradient of an embedding",
        dy,
        () -> {
          int hidden = (int) dy.dim(1);
          int length = (int) dy.dim(2);
          double[] gradient = dy.toDoubleArray();
          double[] rows = new double[(int) dtable.elementCount()];
          for (int i = 0; i < gradient.length; i++) {
            int token = tokenOf(tokens, i, hidden, length);
            rows[token * hidden + i / length % hidden] += gradient[i];
          }
          Rows.writeFrom(rows, dtable, 0);
        });
  }

  /** The token at the position of an element of (B,H,L). */
  private static int tokenOf(MemorySegment tokens, int element, int hidden, int length) {
    int position = element / (hidden * length) * length + element % length;
    return (int) tokens.getAtIndex(ValueLayout.JAVA_LONG, position);
  }

  @Override
  public void meanPool(Tensor x, @Nullable MemorySegment lengths, Tensor y) {
    run(
        "pooling",
        x,
        () -> {
          double[] values = x.toDoubleArray();
          double[] out = new double[(int) y.elementCount()];
          for (int row = 0; row < out.length; row++) {
            int count = countOf(x, lengths, row);
            for (int l = 0; l < count; l++) {
              out[row] += values[row * (int) x.dim(2) + l] / count;
            }
          }
          Rows.writeFrom(out, y, 0);
        });
  }

  @Override
  public void meanPoolBackward(Tensor dy, @Nullable MemorySegment lengths, Tensor dx) {
    run(
        "gradient of a pooling",
        dx,
        () -> {
          double[] gradient = dy.toDoubleArray();
          double[] out = new double[(int) dx.elementCount()];
          for (int row = 0; row < gradient.length; row++) {
            int count = countOf(dx, lengths, row);
            for (int l = 0; l < count; l++) {
              out[row * (int) dx.dim(2) + l] = gradient[row] / count;
            }
          }
          Rows.writeFrom(out, dx, 0);
        });
  }

  @Override
  public void lastPosition(Tensor x, @Nullable MemorySegment lengths, Tensor y) {
    run(
        "pooling",
        x,
        () -> {
          double[] values = x.toDoubleArray();
          double[] out = new double[(int) y.elementCount()];
          for (int row = 0; row < out.length; row++) {
            out[row] = values[row * (int) x.dim(2) + countOf(x, lengths, row) - 1];
          }
          Rows.writeFrom(out, y, 0);
        });
  }

  @Override
  public void lastPositionBackward(Tensor dy, @Nullable MemorySegment lengths, Tensor dx) {
    run(
        "gradient of a pooling",
        dx,
        () -> {
          double[] gradient = dy.toDoubleArray();
          double[] out = new double[(int) dx.elementCount()];
          for (int row = 0; row < gradient.length; row++) {
            out[row * (int) dx.dim(2) + countOf(dx, lengths, row) - 1] = gradient[row];
          }
          Rows.writeFrom(out, dx, 0);
        });
  }

  /** How many positions of a row (B,H) of x count. */
  private static int countOf(Tensor x, @Nullable MemorySegment lengths, int row) {
    long count =
        lengths == null ? x.dim(2) : lengths.getAtIndex(ValueLayout.JAVA_LONG, row / x.dim(1));
    return (int) count;
  }

  @Override
  public void pairFeatures(Tensor x, Tensor y) {
    Heads.pairFeatures(x, y);
  }

  @Override
  public void pairFeaturesBackward(Tensor x, Tensor dy, Tensor dx) {
    Heads.pairFeaturesBackward(x, dy, dx);
  }

  @Override
  public void crossEntropy(
      Tensor logits, MemorySegment labels, Tensor losses, @Nullable Tensor dlogits) {
    Heads.crossEntropy(logits, labels, losses, dlogits);
  }

  @Override
  public void transpose(Tensor x, Tensor y) {
    x.transpose(y);
  }
}
