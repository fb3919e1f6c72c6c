// Rows of the one-block CUDA kernels: who works on which, and how they are read and written.
#pragma once

#include "cuda/fused.h"
#include "cuda/fused_shape.h"
#include "cuda/samples.h"

namespace sgconv::cuda {

template <int N>
__device__ __forceinline__ int slot_of_thread() {
  return static_cast<int>(threadIdx.x) / BlockTransform<N>::kThreads;
}

// Of this thread's slot. Blocks hold what fits into 31 bits, and less than one block more.
template <int N>
__device__ __forceinline__ int item_of_slot() {
  return static_cast<int>(blockIdx.x * static_cast<unsigned>(FusedShape<N>::kRows)) +
         slot_of_thread<N>();
}

// Called by all threads of the block, once.
template <int N>
__device__ __forceinline__ BlockTransform<N> transform_of_thread(Complex *shared) {
  Complex *const roots = shared + FusedShape<N>::kRows * BlockTransform<N>::kShared;
  BlockTransform<N>::make_roots(roots);
  __syncthreads();
  return {shared + slot_of_thread<N>() * BlockTransform<N>::kShared, roots,
          static_cast<int>(threadIdx.x) % BlockTransform<N>::kThreads};
}

// Those of one thread of a row, or none.
template <int N>
struct FusedRow : Samples<BlockTransform<N>::kR> {
  __device__ __forceinline__ FusedRow(int32_t type, bool active, int32_t length, int64_t row,
                                      int thread)
      : Samples<BlockTransform<N>::kR>{type, BlockTransform<N>::kThreads,
                                       active ? length - thread : 0, row * length + thread} {}
};

}  // namespace sgconv::cuda
