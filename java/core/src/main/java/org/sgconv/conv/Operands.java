package org.sgconv.conv;

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

  /** Of a forward call into y. */
  ForwardOperands forward(Tensor u, Gates gates, Tensor y) {
    ForwardOperands last = lastForward;
    if (last != null
        && last.u() == u
        && last.pre() == gates.pre()
        && last.post() == gates.post()
        && last.y() == y) {
      return last;
    }
    check.forward(u, gates, y);
    ForwardOperands made = new ForwardOperands(u, gates.pre(), gates.post(), null, y);
    lastForward = made;
    return made;
  }

  /** Of a backward call into tensors of the caller's. */
  BackwardOperands backward(Tensor u, Gates gates, Tensor dy, GradientTargets targets) {
    BackwardOperands last = lastBackward;
    if (last != null
        && last.u() == u
        && last.pre() == gates.pre()
        && last.post() == gates.post()
        && last.dy() == dy
        && last.targets().equals(targets)) {
      return last;
    }
    check.backward(u, gates, dy, targets);
    BackwardOperands made = new BackwardOperands(u, gates.pre(), gates.post(), null, dy, targets);
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
}
