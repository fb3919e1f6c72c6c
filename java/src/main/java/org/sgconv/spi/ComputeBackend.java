package org.sgconv.spi;

import java.util.Set;
import org.sgconv.Backend;
import org.sgconv.tensor.DType;

/**
 * What an implementation of {@link Backend} provides. Callers have checked every shape, dtype and
 * liveness before an operation is reached; implementations still guard their own native boundary.
 */
public interface ComputeBackend extends Backend {

  /** Types of tensors it takes. All tensors of one call have the same type. */
  Set<DType> supportedTypes();

  /** Kernel synthesis on this backend. */
  KernelOperations kernels();

  /** Prepares convolutions of one geometry and type; the caller closes the plan. */
  ConvolutionPlan plan(ConvolutionGeometry geometry, DType type);
}
