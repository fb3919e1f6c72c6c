// A transform of N complex numbers by one group of threads, R numbers a thread, in the ring
// x^N = i. The spectrum stays in the order that forward leaves it in, [register][thread]. A thread
// writes only where it has just read, so that no barrier is needed before an exchange, only in it;
// two transforms of one direction in a row need `turn_round`.
//
// Roots of unity are constants of the program, of which each block takes a copy into its shared
// memory: in registers there is no room for them.
#pragma once

#include <type_traits>

#include "cuda/transform/power_transform.h"
#include "cuda/transform/triple_transform.h"

namespace sgconv::cuda {

template <int N, Exchange Way = Exchange::kNear>
struct BlockTransform
    : std::conditional_t<N % 3 == 0, TripleTransform<N, Way>, PowerTransform<N, Way>> {};

// All that a CUDA kernel on rows of N numbers does.
template <int N, auto Body, class Arguments>
__device__ __forceinline__ void run_rows(const Arguments &a) {
  if constexpr (shapes::kRunsRows<N>) {
    Body(a);
  } else {
    __trap();
  }
}

}  // namespace sgconv::cuda
