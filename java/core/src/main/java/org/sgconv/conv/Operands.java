package org.sgconv.conv;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.ForwardOperands;
import org.sgconv.spi.GradientTargets;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.spi.KernelOperands;
import org.sgconv.tensor.Tensor;

/**
 * Makes the operands of calls, checked. Those of the last call are kept: what was checked of a
 * tensor never changes, so that a loop over the same tensors checks them once and allocates
 * nothing. Whether they are still open is for the plan to find out.
 *
 * <p>Any thread may call: operands are immutable, and whichever are kept are good ones.
 */
final class Operands {

  private final OperandCheck check;
  private @Nullable Last<ForwardOperands> lastForward;
  private @Nullable Last<BackwardOperands> lastBackward;
  private @Nullable KernelOperands lastKernel;

  /** The gates as the caller gave them, which come again far more often than others like them. */
  private record Last<T>(Gates gates, T call) {
    boolean has(Gates other) {
      return gates == other || gates.sameAs(other);
    }
  }

  Operands(OperandCheck check) {
    this.check = check;
  }

  /** Of a forward call into a tensor of the caller's. */
  ForwardOperands forward(Tensor u, Gates gates, @Nullable RowLengths lengths, Tensor y) {
    Objects.requireNonNull(gates, "gates");
    Last<ForwardOperands> last = lastForward;
    if (last != null
        && last.call().u() == u
        && last.has(gates)
        && Objects.equals(last.call().lengths(), segment(lengths))
        && last.call().y() == y) {
      return last.call();
    }
    long batch = check.forward(u, gates, lengths, y);
    ForwardOperands made = ofForward(batch, u, gates, lengths, y);
    lastForward = new Last<>(gates, made);
    return made;
  }

  /** Of a backward call into tensors of the caller's. */
  BackwardOperands backward(
      Tensor u, Gates gates, @Nullable RowLengths lengths, Tensor dy, GradientTargets targets) {
    Objects.requireNonNull(gates, "gates");
    Last<BackwardOperands> last = lastBackward;
    if (last != null
        && last.call().u() == u
        && last.has(gates)
        && Objects.equals(last.call().lengths(), segment(lengths))
        && last.call().dy() == dy
        && last.call().targets().equals(targets)) {
      return last.call();
    }
    long batch = check.backward(u, gates, lengths, dy, targets);
    BackwardOperands made = ofBackward(batch, u, gates, lengths, dy, targets);
    lastBackward = new Last<>(gates, made);
    return made;
  }

  /** Of parameters that have this norm, checked by whoever took it. */
  KernelOperands kernel(KernelParameters parameters, Tensor norm) {
    KernelOperands last = lastKernel;
    if (last != null
        && last.weights() == parameters.weights()
        && last.decay() == parameters.decay()
        && last.norm() == norm) {
      return last;
    }
    KernelOperands made =
        new KernelOperands(
            geometry(parameters.spec()), parameters.weights(), parameters.decay(), norm);
    lastKernel = made;
    return made;
  }

  private static KernelGeometry geometry(KernelSpec spec) {
    return new KernelGeometry(
        spec.channels(),
        spec.hidden(),
        spec.kernelDim(),
        spec.scales(),
        spec.initScale(),
        spec.composition(),
        spec.interpolation(),
        spec.decay());
  }

  /** Lets go of all tensors. */
  void forget() {
    lastForward = null;
    lastBackward = null;
    lastKernel = null;
  }

  /** Of tensors that are checked. */
  static ForwardOperands ofForward(
      long batch, Tensor u, Gates gates, @Nullable RowLengths lengths, Tensor y) {
    return new ForwardOperands(
        batch, u, gates.preOrNull(), gates.postOrNull(), segment(lengths), y);
  }

  /** Of tensors that are checked. */
  static BackwardOperands ofBackward(
      long batch,
      Tensor u,
      Gates gates,
      @Nullable RowLengths lengths,
      Tensor dy,
      GradientTargets targets) {
    return new BackwardOperands(
        batch, u, gates.preOrNull(), gates.postOrNull(), segment(lengths), dy, targets);
  }

  private static @Nullable MemorySegment segment(@Nullable RowLengths lengths) {
    return lengths == null ? null : lengths.segment();
  }
}
