package org.sgconv.internal.reference;

import org.jspecify.annotations.Nullable;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LinearGradientOperands;
import org.sgconv.spi.LinearOperands;
import org.sgconv.tensor.Tensor;

/** The linear map over channels and its gradients, as {@link LinearOperands} writes them. */
final class LinearMap {

  private final int batch;
  private final int inputs;
  private final int length;

  /** M: rows of the weight. */
  private final int rows;

  /** P: channels of y. */
  private final int outputs;

  private final boolean gelu;
  private final Dropout dropout;
  private final boolean glu;
  private final Dropout tied;

  private LinearMap(
      Tensor x, Tensor weight, boolean gelu, Dropout dropout, boolean glu, Dropout tied) {
    this.batch = (int) x.dim(0);
    this.inputs = (int) x.dim(1);
    this.length = (int) x.dim(2);
    this.rows = (int) weight.dim(0);
    this.outputs = glu ? rows / 2 : rows;
    this.gelu = gelu;
    this.dropout = dropout;
    this.glu = glu;
    this.tied = tied;
  }

  static void forward(LinearOperands in) {
    new LinearMap(in.x(), in.weight(), in.gelu(), in.dropout(), in.glu(), in.tied()).run(in);
  }

  static void backward(LinearGradientOperands in) {
    new LinearMap(in.x(), in.weight(), in.gelu(), in.dropout(), in.glu(), in.tied()).run(in);
  }

  private void run(LinearOperands in) {
    double[] a = activated(in.x().toDoubleArray());
    double[] weight = in.weight().toDoubleArray();
    double[] bias = valuesOf(in.bias());
    double[] residual = valuesOf(in.residual());
    double[] z = new double[batch * rows * length];
    double[] y = new double[batch * outputs * length];
    for (int b = 0; b < batch; b++) {
      for (int m = 0; m < rows; m++) {
        int to = (b * rows + m) * length;
        for (int n = 0; n < inputs; n++) {
          int from = (b * inputs + n) * length;
          for (int l = 0; l < length; l++) {
            z[to + l] += weight[m * inputs + n] * a[from + l];
          }
        }
        for (int l = 0; bias != null && l < length; l++) {
          z[to + l] += bias[m];
        }
      }
      for (int p = 0; p < outputs; p++) {
        int row = b * outputs + p;
        double factor = DropoutMask.factor(tied, row);
        for (int l = 0; l < length; l++) {
          double value = z[(b * rows + p) * length + l];
          if (glu) {
            value *= sigmoid(z[(b * rows + outputs + p) * length + l]);
          }
          y[row * length + l] =
              factor * value + (residual == null ? 0 : residual[row * length + l]);
        }
      }
    }
    Tensor saved = in.z();
    if (saved != null) {
      Rows.writeFrom(z, saved, 0);
    }
    Rows.writeFrom(y, in.y(), 0);
  }

  private void run(LinearGradientOperands in) {
    double[] x = in.x().toDoubleArray();
    double[] a = activated(x);
    double[] weight = in.weight().toDoubleArray();
    double[] dz = gradientOfProduct(valuesOf(in.z()), in.dy().toDoubleArray());
    double[] da = new double[a.length];
    double[] dweight = new double[rows * inputs];
    double[] dbias = new double[rows];
    for (int b = 0; b < batch; b++) {
      for (int m = 0; m < rows; m++) {
        int to = (b * rows + m) * length;
        for (int l = 0; l < length; l++) {
          dbias[m] += dz[to + l];
        }
        for (int n = 0; n < inputs; n++) {
          int from = (b * inputs + n) * length;
          for (int l = 0; l < length; l++) {
            da[from + l] += weight[m * inputs + n] * dz[to + l];
            dweight[m * inputs + n] += dz[to + l] * a[from + l];
          }
        }
      }
    }
    Rows.writeFrom(dweight, in.dweight(), 0);
    Tensor biasGradient = in.dbias();
    if (biasGradient != null) {
      Rows.writeFrom(dbias, biasGradient, 0);
    }
    Tensor inputGradient = in.dx();
    if (inputGradient != null) {
      for (int i = 0; i < da.length; i++) {
        da[i] *= DropoutMask.factor(dropout, i) * (gelu ? Gelu.derivative(x[i]) : 1);
      }
      Rows.writeFrom(da, inputGradient, 0);
    }
  }

  private double[] activated(double[] x) {
    double[] a = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      a[i] = DropoutMask.factor(dropout, i) * (gelu ? Gelu.value(x[i]) : x[i]);
    }
    return a;
  }

  private double[] gradientOfProduct(double @Nullable [] z, double[] dy) {
    double[] dz = new double[batch * rows * length];
    for (int row = 0; row < batch * outputs; row++) {
      double factor = DropoutMask.factor(tied, row);
      int first = (row / outputs * rows + row % outputs) * length;
      int second = first + outputs * length;
      for (int l = 0; l < length; l++) {
        double g = factor * dy[row * length + l];
        if (z == null) {
          dz[first + l] = g;
        } else {
          double gate = sigmoid(z[second + l]);
          dz[first + l] = g * gate;
          dz[second + l] = g * z[first + l] * gate * (1 - gate);
        }
      }
    }
    return dz;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double @Nullable [] valuesOf(@Nullable Tensor tensor) {
    return tensor == null ? null : tensor.toDoubleArray();
  }
}
