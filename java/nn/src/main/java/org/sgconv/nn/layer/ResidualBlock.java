package org.sgconv.nn.layer;

import java.util.List;
import org.sgconv.InvalidArgumentException;
import org.sgconv.nn.Layer;
import org.sgconv.nn.Norm;
import org.sgconv.nn.Pass;
import org.sgconv.nn.ResidualLayer;
import org.sgconv.nn.StateVisitor;
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
    pass.beginForward(this, x);
    Tensor y = pass.holding(List.of(x), () -> normFirst ? before(x, pass) : after(x, pass));
    pass.forwardDone(this, x);
    return y;
  }

  private Tensor before(Tensor x, Pass pass) {
    Tensor y = pass.output(this, x, x.shape().toArray());
    return mix(normalized(x, pass), x, y, pass);
  }

  private Tensor after(Tensor x, Pass pass) {
    long[] shape = x.shape().toArray();
    Tensor sum = mix(x, x, pass.keep(this, "sum", shape), pass);
    Tensor y = pass.output(this, x, shape);
    norm.forward(sum, y, pass);
    return y;
  }

  /**
   * What the mixer makes of x, or of its norm, without residual and dropout: (B,H,L), of the pass.
   */
  public Tensor mixed(Tensor x, Pass pass) {
    pass.beginForward(this, x);
    return mixer.forward(normFirst ? normalized(x, pass) : x, pass);
  }

  private Tensor normalized(Tensor x, Pass pass) {
    Tensor normalized = pass.keep(this, "normalized", x.shape().toArray());
    norm.forward(x, normalized, pass);
    return normalized;
  }

  /** {@code y = residual + drop(mixer(x))}. */
  private Tensor mix(Tensor x, Tensor residual, Tensor y, Pass pass) {
    Dropout tied = pass.dropout(dropout, site);
    return pass.holding(
        List.of(y),
        () -> {
          if (mixer instanceof ResidualLayer fused) {
            fused.forward(x, residual, tied, y, pass);
          } else {
            Tensor mixed = mixer.forward(x, pass);
            pass.requireLike("the result of " + mixer, mixed, x);
            pass.operations().add(residual, mixed, tied, y);
          }
          return y;
        });
  }

  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    pass.beginBackward(this, dy);
    return pass.holding(
        List.of(dy), () -> normFirst ? beforeBackward(dy, pass) : afterBackward(dy, pass));
  }

  private Tensor beforeBackward(Tensor dy, Pass pass) {
    Tensor mixed = mixBackward(dy, pass);
    Tensor dx = pass.gradient(dy, mixed, dy.shape().toArray());
    norm.backward(mixed, dy, dx, pass);
    return dx;
  }

  private Tensor afterBackward(Tensor dy, Pass pass) {
    long[] shape = dy.shape().toArray();
    Tensor sum = pass.gradient(dy, dy, shape);
    norm.backward(dy, null, sum, pass);
    Tensor mixed = pass.holding(List.of(sum), () -> mixBackward(sum, pass));
    Tensor dx = pass.gradient(sum, mixed, shape);
    pass.operations().add(sum, mixed, Dropout.NONE, dx);
    return dx;
  }

  /** dx of {@link #mix}, without the residual's part. */
  private Tensor mixBackward(Tensor dy, Pass pass) {
    Dropout tied = pass.dropout(dropout, site);
    Tensor mixed;
    if (mixer instanceof ResidualLayer fused) {
      mixed = fused.backward(dy, tied, pass);
    } else {
      mixed = mixer.backward(dropped(dy, tied, pass), pass);
    }
    pass.requireLike("the gradient of " + mixer, mixed, dy);
    return mixed;
  }

  private static Tensor dropped(Tensor dy, Dropout tied, Pass pass) {
    if (!tied.isActive()) {
      return dy;
    }
    Tensor dropped = pass.gradient(dy, dy, dy.shape().toArray());
    pass.operations().dropRows(dy, tied, dropped);
    return dropped;
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
