// Products with powers of a few factors.
#pragma once

#include <cstddef>

#include "cuda/device/complex.h"

namespace sgconv::cuda {

// x[k + s * Radix] times f and the factors of the bits of k, or their conjugates, for the k that
// share the bits above `Bit` with K. One factor a bit, each computed anew: squaring would double
// the error of the angle each time. Depth first, so that few products are alive at a time.
template <int Count, int Radix, int Bit, int K, bool Unit, bool Conjugate>
__device__ __forceinline__ void scale_by_bits(Complex *x, const Complex *factors, Complex f) {
  if constexpr (Bit < 0) {
    if constexpr (!Unit) {
#pragma unroll
      for (int k = K; k < Count; k += Radix) {
        x[k] = Conjugate ? conjugate_times(f, x[k]) : x[k] * f;
      }
    }
  } else {
    scale_by_bits<Count, Radix, Bit - 1, K, Unit, Conjugate>(x, factors, f);
    if constexpr ((K | (1 << Bit)) < Radix) {
      scale_by_bits<Count, Radix, Bit - 1, (K | (1 << Bit)), false, Conjugate>(
          x, factors, Unit ? factors[Bit] : f * factors[Bit]);
    }
  }
}

}  // namespace sgconv::cuda
