package org.sgconv.conv;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.ForwardOperands;
import org.sgconv.spi.GradientTargets;
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
  private @Nullable ForwardOperands lastForward;
  private @Nullable BackwardOperands lastBackward;
  private @Nullable KernelOperands lastKernel;

  Operands(OperandCheck check) {
    this.check = check;
  }

  /** Of a forward call into a tensor of the caller's. */
  ForwardOperands forward(Tensor u, Gates gates, @Nullable RowLengths lengths, Tensor y) {
    Objects.requireNonNull(gates, "gates");
    ForwardOperands last = lastForward;
    if (last != null
        && last.u() == u
        && last.pre() == gates.preOrNull()
        && last.post() == gates.postOrNull()
        && Objects.equals(last.lengths(), segment(lengths))
        && last.y() == y) {
      return last;
    }
    check.forward(u, gates, lengths, y);
    ForwardOperands made = ofForward(u, gates, lengths, y);
    lastForward = made;
    return made;
  }

  /** Of a backward call into tensors of the caller's. */
  BackwardOperands backward(
      Tensor u, Gates gates, @Nullable RowLengths lengths, Tensor dy, GradientTargets targets) {
    Objects.requireNonNull(gates, "gates");
    BackwardOperands last = lastBackward;
    if (last != null
        && last.u() == u
        && last.pre() == gates.preOrNull()
        && last.post() == gates.postOrNull()
        && Objects.equals(last.lengths(), segment(lengths))
        && last.dy() == dy
        && last.targets().equals(targets)) {
      return last;
    }
    check.backward(u, gates, lengths, dy, targets);
    BackwardOperands made = ofBackward(u, gates, lengths, dy, targets);
    lastBackward = made;
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
            parameters.spec().geometry(), parameters.weights(), parameters.decay(), norm);
    lastKernel = made;
    return made;
  }

  /** Lets go of all tensors. */
  void forget() {
    lastForward = null;
    lastBackward = null;
    lastKernel = null;
  }

  /** Of tensors that are checked. */
  static ForwardOperands ofForward(Tensor u, Gates gates, @Nullable RowLengths lengths, Tensor y) {
    return new ForwardOperands(u, gates.preOrNull(), gates.postOrNull(), segment(lengths), y);
  }

  /** Of tensors that are checked. */
  static BackwardOperands ofBackward(
      Tensor u, Gates gates, @Nullable RowLengths lengths, Tensor dy, GradientTargets targets) {
    return new BackwardOperands(
        u, gates.preOrNull(), gates.postOrNull(), segment(lengths), dy, targets);
  }

  private static @Nullable MemorySegment segment(@Nullable RowLengths lengths) {
    return lengths == null ? null : lengths.segment();
  }
}
