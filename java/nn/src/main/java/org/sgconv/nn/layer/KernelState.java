package org.sgconv.nn.layer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backends;
import org.sgconv.DecayLaw;
import org.sgconv.io.ElementType;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.nn.OptimizerHint;
import org.sgconv.nn.Parameter;
import org.sgconv.nn.Pass;
import org.sgconv.nn.StateVisitor;
import org.sgconv.tensor.Tensor;

/** The kernel of a layer as parameters of a model, under the published names. */
final class KernelState implements AutoCloseable {

  private final KernelParameters parameters;
  private final Parameter weights;
  private final List<Parameter> scales = new ArrayList<>();

  /** The exponents of the power law, or null for the geometric law, whose multipliers are fixed. */
  private final @Nullable Parameter exponents;

  /** The multiplier that files have with the power law, which is 1. */
  private final @Nullable Tensor one;

  /** Takes the parameters over. */
  KernelState(KernelParameters parameters, OptimizerHint hint, boolean fixedDecay) {
    this.parameters = parameters;
    this.weights = Parameter.of(parameters.weights(), hint);
    KernelSpec spec = parameters.spec();
    for (int scale = 0; scale < spec.scales(); scale++) {
      scales.add(weights.slice(scale));
    }
    if (spec.decay() == DecayLaw.POWER) {
      this.exponents = Parameter.of(parameters.decay(), fixedDecay ? OptimizerHint.FROZEN : hint);
      this.one = Tensor.zeros(parameters.type());
      one.fill(1);
    } else {
      this.exponents = null;
      this.one = null;
    }
  }

  KernelParameters parameters() {
    return parameters;
  }

  KernelSpec spec() {
    return parameters.spec();
  }

  long version() {
    Parameter decay = exponents;
    return weights.version() + (decay == null ? 0 : decay.version());
  }

  /** Overwrites the gradients of what is trained. */
  void backward(Tensor dkernel, Pass pass) {
    Parameter decay = exponents;
    KernelGradients into =
        decay == null || decay.hint().frozen()
            ? KernelGradients.into(weights.overwriteGradient())
            : KernelGradients.into(weights.overwriteGradient(), decay.overwriteGradient());
    KernelSynthesis.on(pass.backend()).backward(parameters, dkernel, into);
  }

  /** Weights and exponents; then what is no parameter. A norm that is written is taken first. */
  void visit(StateVisitor visitor) {
    KernelSpec spec = spec();
    for (int scale = 0; scale < spec.scales(); scale++) {
      visitor.parameter(
          "kernel_list." + scale,
          scales.get(scale),
          spec.channels(),
          spec.hidden(),
          spec.kernelDim());
    }
    Parameter decay = exponents;
    Tensor multiplier = one;
    if (decay != null && multiplier != null) {
      visitor.parameter("decay", decay, spec.hidden());
      visitor.buffer("multiplier", () -> multiplier);
    } else {
      visitor.buffer("multiplier", parameters::decay, 1, spec.hidden(), 1);
    }
    visitor.buffer("kernel_norm", this::norm, spec.channels(), spec.hidden(), 1);
    visitor.number("kernel_norm_initialized", ElementType.BOOL, 1);
  }

  private Tensor norm() {
    return parameters.norm().orElseGet(this::takeNorm);
  }

  private Tensor takeNorm() {
    Tensor where = parameters.weights();
    return where.stream()
        .map(stream -> KernelSynthesis.on(stream.backend()).norm(parameters))
        .orElseGet(() -> KernelSynthesis.on(Backends.reference()).norm(parameters));
  }

  @Override
  public void close() {
    weights.close();
    Parameter decay = exponents;
    if (decay != null) {
      decay.close();
    }
    Tensor.closeAll(one);
    parameters.close();
  }
}
