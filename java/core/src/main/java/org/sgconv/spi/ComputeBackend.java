package org.sgconv.spi;

import java.util.Set;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.TypeMismatchException;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * What an implementation of {@link Backend} provides. Callers have checked every shape, dtype and
 * liveness before an operation is reached; implementations still guard their own native boundary.
 */
public interface ComputeBackend extends Backend {

  /**
   * The backend as one that computes, usable here.
   *
   * @throws InvalidArgumentException if it only describes and cannot compute
   * @throws org.sgconv.BackendUnavailableException if it cannot be used here
   */
  static ComputeBackend of(Backend backend) {
    if (!(backend instanceof ComputeBackend compute)) {
      throw new InvalidArgumentException(
          "backend '"
              + backend.name()
              + "' ("
              + backend.getClass().getName()
              + ") does not implement "
              + ComputeBackend.class.getName()
              + ": take one from Backends");
    }
    compute.ensureAvailable();
    return compute;
  }

  /**
   * Types of signals it takes. In one call all signals, outputs, gates and their gradients have the
   * same type; kernels, skips and their gradients have its {@link DType#kernelType()}. Kernel
   * synthesis is never in a type of 16 bits.
   */
  Set<DType> supportedTypes();

  /**
   * Returns normally only if the backend takes signals of this type.
   *
   * @throws TypeMismatchException otherwise
   */
  default void requireType(DType type) {
    if (!supportedTypes().contains(type)) {
      throw new TypeMismatchException(
          "backend '"
              + name()
              + "' does not take "
              + type
              + ", expected one of "
              + supportedTypes()
              + ": convert with Tensor.to(...) or take another backend");
    }
  }

  /** A new tensor of arbitrary content where this backend computes. */
  default Tensor uninitialized(DType type, long... dims) {
    return Tensor.uninitialized(type, dims);
  }

  /**
   * Returns normally only if the tensor is open and where this backend computes. Changes nothing.
   *
   * @param name what the caller calls the tensor, for the message
   * @throws org.sgconv.TensorClosedException if it is closed
   * @throws WrongDeviceException if it is elsewhere
   */
  default void requireOperand(String name, Tensor tensor) {
    tensor.requireOpen();
    if (!tensor.isOnHost()) {
      throw new WrongDeviceException(
          name
              + " "
              + tensor
              + " is on "
              + tensor.stream().orElseThrow()
              + ", but backend '"
              + name()
              + "' computes in the host's memory: copy it with toHost(), or moveTo(backend)");
    }
  }

  /**
   * Called before the lock of {@link org.sgconv.kernel.KernelParameters} whose norm is taken, and
   * answered by {@link #endCall} after it. A backend that runs the caller's code under a lock of
   * its own, as recording does, takes that lock here: whoever holds both then took them in one
   * order. Calls nest; this allocates nothing.
   */
  default void beginCall() {
    // Host backends run no code of the caller's.
  }

  /** Ends what {@link #beginCall} began, on the same thread. */
  default void endCall() {
    // As beginCall.
  }

  /** Whether this thread's work is recorded for later, not done. */
  default boolean isRecording() {
    return false;
  }

  /** Kernel synthesis on this backend. */
  KernelOperations kernels();

  /** Prepares convolutions of one geometry and type; the caller closes the plan. */
  ConvolutionPlan plan(ConvolutionGeometry geometry, DType type);
}
