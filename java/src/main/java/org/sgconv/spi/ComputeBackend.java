package org.sgconv.spi;

import java.util.Set;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.TypeMismatchException;
import org.sgconv.tensor.DType;

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

  /** Types of tensors it takes. All tensors of one call have the same type. */
  Set<DType> supportedTypes();

  /**
   * Returns normally only if the backend takes tensors of this type.
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

  /** Kernel synthesis on this backend. */
  KernelOperations kernels();

  /** Prepares convolutions of one geometry and type; the caller closes the plan. */
  ConvolutionPlan plan(ConvolutionGeometry geometry, DType type);
}
