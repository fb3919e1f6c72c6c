package org.sgconv.nn.layer;

import org.sgconv.InvalidArgumentException;
import org.sgconv.nn.Layer;
import org.sgconv.nn.Norm;
import org.sgconv.nn.Pass;
import org.sgconv.nn.ResidualLayer;
import org.sgconv.nn.state.StateVisitor;
import org.sgconv.spi.Dropout;
import org.sgconv.tensor.Tensor;

/**
 * A residual around any layer that mixes positions: SGConv, or what an application has of its own
 * (published code, class {@code SequenceResidualBlock}).
 *
 * <pre>{@code
 * before:  y = x + drop(mixer(norm(x)))
 * after:   y = norm(x + drop(mixer(x)))
 * }</pre>
 *
 * The dropout is tied: it leaves out whole rows (b,h).
 *
 * @since 0.1.0
 */
public final class ResidualBlock implements Layer {

  private final Layer mixer;
  private final Norm norm;
  private final boolean normFirst;
  private final double dropout;
  private final int site;

  /**
   * A block of a mixer and a norm, which belong to it from now on.
   *
   * @param mixer (B,H,L) to (B,H,L)
   * @param normFirst whether the norm is before the mixer or after the residual
   * @param dropout from 0 to below 1
   * @param site place of the dropout: another number for each dropout of a model
   * @throws InvalidArgumentException if the dropout is out of range
   */
  public ResidualBlock(Layer mixer, Norm norm, boolean normFirst, double dropout, int site) {
    if (!(dropout >= 0 && dropout < 1)) {
      throw new InvalidArgumentException("dropout is " + dropout + ": must be from 0 to below 1");
    }
    this.mixer = mixer;
    this.norm = norm;
    this.normFirst = normFirst;
    this.dropout = dropout;
    this.site = site;
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    long[] shape = x.shape().toArray();
    Tensor y = pass.output(this, x, shape);
    if (normFirst) {
      Tensor normalized = pass.keep(this, "normalized", shape);
      norm.forward(x, normalized, pass);
      mix(normalized, x, y, pass);
    } else {
      Tensor sum = pass.keep(this, "sum", shape);
      mix(x, x, sum, pass);
      norm.forward(sum, y, pass);
    }
    pass.forwardDone(this, x);
    return y;
  }

  /**
   * What the mixer makes of x, or of its norm, without residual and dropout: (B,H,L), of the pass.
   */
  public Tensor mixed(Tensor x, Pass pass) {
    if (!normFirst) {
      return mixer.forward(x, pass);
    }
    Tensor normalized = pass.keep(this, "normalized", x.shape().toArray());
    norm.forward(x, normalized, pass);
    return mixer.forward(normalized, pass);
  }

  /** {@code y = residual + drop(mixer(x))}. */
  private void mix(Tensor x, Tensor residual, Tensor y, Pass pass) {
    Dropout tied = pass.dropout(dropout, site);
    if (mixer instanceof ResidualLayer fused) {
      fused.forward(x, residual, tied, y, pass);
    } else {
      pass.operations().add(residual, mixer.forward(x, pass), tied, y);
    }
  }

  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    Tensor x = pass.beginBackward(this, dy, dy.dim(1));
    long[] shape = x.shape().toArray();
    if (normFirst) {
      Tensor mixed = mixBackward(dy, pass);
      Tensor dx = pass.gradient(dy, mixed, shape);
      norm.backward(mixed, dy, dx, pass);
      return dx;
    }
    Tensor sum = pass.gradient(dy, dy, shape);
    norm.backward(dy, null, sum, pass);
    Tensor mixed = mixBackward(sum, pass);
    Tensor dx = pass.gradient(sum, mixed, shape);
    pass.operations().add(sum, mixed, Dropout.NONE, dx);
    return dx;
  }

  private Tensor mixBackward(Tensor dy, Pass pass) {
    Dropout tied = pass.dropout(dropout, site);
    if (mixer instanceof ResidualLayer fused) {
      return fused.backward(dy, tied, pass);
    }
    if (!tied.isActive()) {
      return mixer.backward(dy, pass);
    }
    Tensor dropped = pass.scratch("dropped gradient", dy.shape().toArray());
    pass.operations().dropRows(dy, tied, dropped);
    return mixer.backward(dropped, pass);
  }

  @Override
  public void visit(StateVisitor visitor) {
    visitor.child("layer", mixer);
    visitor.child("norm.norm", norm);
  }

  @Override
  public void close() {
    try {
      mixer.close();
    } finally {
      norm.close();
    }
  }

  @Override
  public String toString() {
    return "ResidualBlock(" + mixer + ", " + norm + ")";
  }
}
