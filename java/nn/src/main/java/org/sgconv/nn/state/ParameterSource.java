package org.sgconv.nn.state;

import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.tensor.Tensor;

/**
 * Where the values of a new layer come from: a seed, or a file. The layer asks for them in the
 * order in which the published code makes them; what it is given is the layer's to close.
 *
 * @since 0.1.0
 */
public interface ParameterSource {

  /** How a value is drawn if it is not in a file. */
  enum Start {
    /** All 0. */
    ZEROS,
    /** All 1. */
    ONES,
    /** Standard normal. */
    NORMAL,
    /** Uniform from −1/√n to 1/√n, n being the last size of the weight that it belongs to. */
    UNIFORM
  }

  /**
   * A tensor.
   *
   * @param inputs n of {@link Start#UNIFORM}
   * @param shape that of the tensor
   */
  Tensor tensor(String name, Start start, long inputs, long... shape);

  /** Variances (H), each at least 0: all 1 unless they are in a file. */
  Tensor variances(String name, long hidden);

  /** A whole number (), at least 0, and 0 unless it is in a file. */
  long number(String name);

  /** The parameters of a kernel under the names that they have in a layer. */
  KernelParameters kernel(KernelSpec spec);

  /** The source for a layer inside this one. */
  ParameterSource child(String name);
}
