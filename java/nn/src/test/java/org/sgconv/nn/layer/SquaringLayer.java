package org.sgconv.nn.layer;

import org.sgconv.nn.Layer;
import org.sgconv.nn.OptimizerHint;
import org.sgconv.nn.Parameter;
import org.sgconv.nn.Pass;
import org.sgconv.nn.StateVisitor;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A mixer as an application may have one: {@code y = factor ⊙ x²}, in plain Java on the host. */
final class SquaringLayer implements Layer {

  private final int hidden;
  private final Parameter factor;

  SquaringLayer(int hidden, double first) {
    this.hidden = hidden;
    Tensor values = Tensor.zeros(DType.FLOAT64, hidden);
    for (int h = 0; h < hidden; h++) {
      values.set(first + h, h);
    }
    factor = Parameter.of(values, OptimizerHint.COMMON);
  }

  Parameter factor() {
    return factor;
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    pass.beginForward(this, x, hidden);
    double[] values = x.toDoubleArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= values[i] * factor.value().get(channel(i, x));
    }
    Tensor y = pass.output(this, x, x.shape().toArray());
    y.copyFrom(values);
    pass.forwardDone(this, x);
    return y;
  }

  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    Tensor x = pass.beginBackward(this, dy, hidden);
    double[] values = x.toDoubleArray();
    double[] gradient = dy.toDoubleArray();
    Tensor ofFactor = factor.overwriteGradient();
    ofFactor.fill(0);
    for (int i = 0; i < values.length; i++) {
      long h = channel(i, x);
      ofFactor.set(ofFactor.get(h) + gradient[i] * values[i] * values[i], h);
      gradient[i] *= 2 * values[i] * factor.value().get(h);
    }
    Tensor dx = pass.gradient(dy, dy, dy.shape().toArray());
    dx.copyFrom(gradient);
    return dx;
  }

  private long channel(long element, Tensor x) {
    return element / x.dim(2) % hidden;
  }

  @Override
  public void visit(StateVisitor visitor) {
    visitor.parameter("factor", factor, hidden);
  }

  @Override
  public void close() {
    factor.close();
  }

  @Override
  public String toString() {
    return "SquaringLayer(" + hidden + ")";
  }
}
