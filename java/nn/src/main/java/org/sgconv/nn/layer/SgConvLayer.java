package org.sgconv.nn.layer;

import org.jspecify.annotations.Nullable;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.nn.Norm;
import org.sgconv.nn.OptimizerHint;
import org.sgconv.nn.Parameter;
import org.sgconv.nn.Pass;
import org.sgconv.nn.PassStateException;
import org.sgconv.nn.PreparedConvolution;
import org.sgconv.nn.ResidualLayer;
import org.sgconv.nn.StateVisitor;
import org.sgconv.nn.state.ParameterSource;
import org.sgconv.nn.state.ParameterSource.Start;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LayerOperations;
import org.sgconv.spi.LinearGradientOperands;
import org.sgconv.spi.LinearOperands;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/**
 * The layer of the paper (SGConv, arXiv 2210.09298, section 4; published code, class {@code
 * GConv}): a long convolution with a structured kernel and a skip, GELU, dropout, a norm if it is
 * asked for, and a linear map over channels that mixes the heads, with a gated linear unit or
 * without.
 *
 * <pre>{@code
 * v = conv(x, k) + D ⊙ x                 (B,C·H,L)
 * z = W·norm(dropout(gelu(v))) + bias    (B,2H,L), or (B,H,L)
 * y = z₁ ⊙ σ(z₂), or z                   (B,H,L)
 * }</pre>
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class SgConvLayer implements ResidualLayer {

  private final SgConvSpec spec;
  private final int site;
  private final KernelState kernel;
  private final Parameter skip;
  private final Parameter weight;
  private final Parameter bias;
  private final @Nullable Norm norm;

  private SgConvLayer(
      SgConvSpec spec,
      int site,
      KernelState kernel,
      Parameter skip,
      Parameter weight,
      Parameter bias,
      @Nullable Norm norm) {
    this.spec = spec;
    this.site = site;
    this.kernel = kernel;
    this.skip = skip;
    this.weight = weight;
    this.bias = bias;
    this.norm = norm;
  }

  /** A layer on its own. */
  public static SgConvLayer create(SgConvSpec spec, ParameterSource source) {
    return create(spec, 0, source);
  }

  /**
   * A layer of a model.
   *
   * @param site place of its dropout: another number for each dropout of the model
   */
  public static SgConvLayer create(SgConvSpec spec, int site, ParameterSource source) {
    KernelSpec kernel = spec.kernel();
    long heads = kernel.heads();
    long hidden = kernel.hidden();
    long inputs = heads * hidden;
    long rows = spec.glu() ? 2 * hidden : hidden;
    String linear = linearName(spec);
    try (TensorScope made = TensorScope.onHost()) {
      Tensor skip = made.adopt(source.tensor("D", Start.NORMAL, 1, heads, hidden));
      Tensor weight =
          made.adopt(source.tensor(linear + "weight", Start.UNIFORM, inputs, rows, inputs));
      Tensor bias = made.adopt(source.tensor(linear + "bias", Start.UNIFORM, inputs, rows));
      KernelParameters parameters = made.adopt(source.kernel(kernel));
      Norm norm = spec.norm() ? made.adopt(norm(spec, inputs, source)) : null;
      KernelState state = new KernelState(parameters, spec.kernelHint(), spec.fixedDecay());
      if (norm != null) {
        made.release(norm);
      }
      made.release(parameters);
      return new SgConvLayer(
          spec,
          site,
          state,
          Parameter.of(made.release(skip), OptimizerHint.COMMON),
          Parameter.of(made.release(weight), OptimizerHint.COMMON),
          Parameter.of(
              made.release(bias),
              spec.transposed() ? OptimizerHint.undecayed() : OptimizerHint.COMMON),
          norm);
    }
  }

  private static Norm norm(SgConvSpec spec, long channels, ParameterSource source) {
    ParameterSource place = source.child("norm").child("norm");
    int count = Math.toIntExact(channels);
    return spec.transposed() ? ScalarNorm.create(count, place) : LayerNorm.create(count, place);
  }

  private static String linearName(SgConvSpec spec) {
    return spec.glu() ? "output_linear.0." : "output_linear.";
  }

  /** What it is made of. */
  public SgConvSpec spec() {
    return spec;
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = pass.output(this, x, x.shape().toArray());
    forward(x, null, Dropout.NONE, pass, y);
    return y;
  }

  @Override
  public void forward(Tensor x, Tensor residual, Dropout tied, Tensor y, Pass pass) {
    forward(x, residual, tied, pass, y);
  }

  private void forward(Tensor x, @Nullable Tensor residual, Dropout tied, Pass pass, Tensor y) {
    pass.beginForward(this, x, kernel.spec().hidden());
    pass.requireResult("y", y, "x", x);
    if (residual != null) {
      pass.requireLike("the residual", residual, x);
    }
    LayerOperations operations = pass.operations();
    Tensor v = convolved(x, pass);
    Norm inner = norm;
    boolean fused = inner == null && !hasTiedDropout(pass);
    Tensor in = v;
    if (!fused) {
      in = activated(v, pass);
      if (inner != null) {
        Tensor normalized = pass.keep(this, "normalized inside", v.shape().toArray());
        inner.forward(in, normalized, pass);
        in = normalized;
      }
    }
    boolean saved = spec.glu() && pass.isTraining();
    operations.linear(
        new LinearOperands(
            fused,
            fused ? dropout(pass) : Dropout.NONE,
            spec.glu(),
            tied,
            in,
            weight.value(),
            bias.value(),
            residual,
            saved ? pass.keep(this, "gates", v.dim(0), 2L * y.dim(1), v.dim(2)) : null,
            y));
    pass.forwardDone(this, x);
  }

  /**
   * Only the convolution with its skip, v of the formulas above, in an evaluation pass. Results of
   * forward calls stay as they are.
   *
   * @param x (B,H,L)
   * @return v (B,C·H,L), which belongs to the pass and holds until its next call
   * @throws PassStateException if the pass trains: v of the forward call is kept for the backward
   */
  public Tensor convolve(Tensor x, Pass pass) {
    if (pass.isTraining()) {
      throw new PassStateException(
          "the convolution of a layer alone in a training pass, which keeps that of its forward"
              + " call: use Pass.evaluation");
    }
    pass.requireSignal("x", x, kernel.spec().hidden());
    return convolved(x, pass);
  }

  private Tensor convolved(Tensor x, Pass pass) {
    pass.requireParameter("the layer's skip", skip.value());
    Tensor v = pass.keep(this, "convolved", x.dim(0), channels(), x.dim(2));
    PreparedConvolution prepared = prepared(x.dim(2), pass.isTraining(), pass);
    prepared.convolution().forward(prepared.spectrum(), x, Gates.none(), v);
    return v;
  }

  /** The rare case that the linear map cannot do on its way: its input on its own. */
  private Tensor activated(Tensor v, Pass pass) {
    Tensor activated = pass.keep(this, "activated", v.shape().toArray());
    boolean tied = hasTiedDropout(pass);
    pass.operations().gelu(v, tied ? Dropout.NONE : dropout(pass), activated);
    if (tied) {
      pass.operations().dropRows(activated, dropout(pass), activated);
    }
    return activated;
  }

  private Dropout dropout(Pass pass) {
    return pass.dropout(spec.dropout(), site);
  }

  private boolean hasTiedDropout(Pass pass) {
    return spec.transposed() && dropout(pass).isActive();
  }

  private long channels() {
    return (long) kernel.spec().heads() * kernel.spec().hidden();
  }

  /**
   * The convolution with this layer's kernel. A training changes the kernel between two forward
   * calls, whether or not somebody said so; never between a forward and its backward call.
   */
  private PreparedConvolution prepared(long length, boolean anew, Pass pass) {
    long version = kernel.version() + skip.version();
    return pass.convolution(this, kernel.parameters(), skip.value(), length, version, anew);
  }

  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    return backward(dy, Dropout.NONE, pass);
  }

  @Override
  public Tensor backward(Tensor dy, Dropout tied, Pass pass) {
    KernelSpec shape = kernel.spec();
    Tensor x = pass.beginBackward(this, dy);
    long batch = x.dim(0);
    long length = x.dim(2);
    Tensor v = pass.keep(this, "convolved", batch, channels(), length);
    Tensor dv = pass.scratch("gradient of convolved", batch, channels(), length);
    beforeConvolution(v, dy, tied, dv, pass);

    PreparedConvolution prepared = prepared(length, false, pass);
    long lags = prepared.convolution().kernelLength();
    Tensor dx = pass.gradient(dy, dy, batch, shape.hidden(), length);
    Tensor dkernel = pass.scratch("gradient of a kernel", shape.channels(), shape.hidden(), lags);
    Gradients into =
        Gradients.into().input(dx).kernel(dkernel).skip(skip.overwriteGradient()).build();
    prepared.convolution().backward(prepared.spectrum(), x, Gates.none(), dv, into);
    kernel.backward(dkernel, pass);
    return dx;
  }

  /** dv, and the gradients of all that comes after the convolution. */
  private void beforeConvolution(Tensor v, Tensor dy, Dropout tied, Tensor dv, Pass pass) {
    Norm inner = norm;
    boolean tiedInside = hasTiedDropout(pass);
    long[] shape = v.shape().toArray();
    Tensor gates =
        spec.glu()
            ? pass.keep(this, "gates", v.dim(0), 2L * spec.kernel().hidden(), v.dim(2))
            : null;
    if (inner == null && !tiedInside) {
      linearBackward(v, true, dropout(pass), tied, gates, dy, dv, pass);
      return;
    }
    String input = inner == null ? "activated" : "normalized inside";
    Tensor da = pass.scratch("gradient of activated", shape);
    if (inner == null) {
      linearBackward(pass.keep(this, input, shape), false, Dropout.NONE, tied, gates, dy, da, pass);
    } else {
      linearBackward(pass.keep(this, input, shape), false, Dropout.NONE, tied, gates, dy, dv, pass);
      inner.backward(dv, null, da, pass);
    }
    if (tiedInside) {
      pass.operations().dropRows(da, dropout(pass), da);
    }
    pass.operations().geluBackward(v, tiedInside ? Dropout.NONE : dropout(pass), da, dv);
  }

  private void linearBackward(
      Tensor in,
      boolean gelu,
      Dropout dropout,
      Dropout tied,
      @Nullable Tensor gates,
      Tensor dy,
      Tensor din,
      Pass pass) {
    pass.operations()
        .linearBackward(
            new LinearGradientOperands(
                gelu,
                dropout,
                spec.glu(),
                tied,
                in,
                weight.value(),
                gates,
                dy,
                din,
                weight.overwriteGradient(),
                bias.overwriteGradient()));
  }

  @Override
  public void visit(StateVisitor visitor) {
    KernelSpec shape = kernel.spec();
    String linear = linearName(spec);
    long rows = spec.glu() ? 2L * shape.hidden() : shape.hidden();
    visitor.parameter("D", skip, shape.heads(), shape.hidden());
    visitor.parameter(linear + "weight", weight, rows, channels());
    visitor.parameter(linear + "bias", bias, rows);
    kernel.visit(visitor);
    Norm inner = norm;
    if (inner != null) {
      visitor.child("norm.norm", inner);
    }
  }

  @Override
  public void close() {
    skip.close();
    weight.close();
    bias.close();
    kernel.close();
    Norm inner = norm;
    if (inner != null) {
      inner.close();
    }
  }

  @Override
  public String toString() {
    return "SgConvLayer(" + spec.kernel().hidden() + ")";
  }
}
