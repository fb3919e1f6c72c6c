package org.sgconv.internal.cpu;

import org.sgconv.bindings.CpuElement;
import org.sgconv.tensor.DType;

/** The library's words for types of tensors. */
final class CpuElements {

  private CpuElements() {}

  /** Of one of {@link CpuBackend#supportedTypes}. */
  static CpuElement of(DType type) {
    return switch (type) {
      case FLOAT32 -> CpuElement.FLOAT32;
      case FLOAT64 -> CpuElement.FLOAT64;
      default -> throw new IllegalArgumentException("the library does not compute in " + type);
    };
  }
}
