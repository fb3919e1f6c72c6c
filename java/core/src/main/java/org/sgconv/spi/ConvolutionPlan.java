package org.sgconv.spi;

import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * Convolutions of one geometry and type of signals.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public interface ConvolutionPlan extends AutoCloseable {

  /** A word for the way that it computes, if the backend has several. */
  default Optional<String> path() {
    return Optional.empty();
  }

  /**
   * The one lock of a call. The caller holds its read lock during {@link #forward}, {@link
   * #backward} and {@link #workspaceBytes}, and its write lock during everything else that works on
   * the plan or on spectra of it, so that neither is closed or overwritten under a call. Both are
   * reentrant. A backend whose calls cannot run side by side has one lock as both; one that runs
   * the caller's code under a lock of its own, as recording does, has that lock.
   */
  ReadWriteLock lock();

  /** Bytes of memory, where it computes, that each spectrum of this plan takes. */
  long spectrumBytes();

  /** A new, empty spectrum of this plan; the caller closes it. */
  PlanSpectrum createSpectrum();

  /** Transforms kernel (C',H,K), with skip D (C,H) folded in if given, into {@code spectrum}. */
  void prepare(Tensor kernel, @Nullable Tensor skip, PlanSpectrum spectrum);

  /**
   * As {@link #prepare}, from the parameters of the kernel. The kernel (C',H,K) is written too, if
   * there is somewhere to.
   */
  void synthesize(
      KernelOperands parameters,
      @Nullable Tensor skip,
      @Nullable Tensor kernel,
      PlanSpectrum spectrum);

  /** Overwrites y. */
  void forward(PlanSpectrum spectrum, ForwardOperands operands);

  /** Overwrites the gradients that are asked for. */
  void backward(PlanSpectrum spectrum, BackwardOperands operands);

  /**
   * Bytes of scratch memory on a device that calls take at most, whichever of the plan's: one piece
   * that the plans of a stream share. 0 where they take none, or it is the host's.
   *
   * @param batch B of forward and backward calls
   */
  default long workspaceBytes(long batch) {
    return 0;
  }

  @Override
  void close();
}
