// Rows of the one-block CUDA kernels: who works on which, and how they are read and written.
#pragma once

#include "cuda/block/block.h"
#include "cuda/block/block_shape.h"
#include "cuda/device/samples.h"

namespace sgconv::cuda {

// Which of its block's rows a thread works on. (0 where there is one, so that the compiler sees
// that all threads of the block have the same, which needs no registers of theirs.)
template <int N>
__device__ __forceinline__ int slot_of_thread() {
  return BlockShape<N>::kRows == 1 ? 0
                                   : static_cast<int>(threadIdx.x) / BlockTransform<N>::kThreads;
}

// Of this thread's slot. Blocks hold what fits into 31 bits, and less than one block more.
template <int N>
__device__ __forceinline__ int item_of_slot() {
  return static_cast<int>(blockIdx.x * static_cast<unsigned>(BlockShape<N>::kRows)) +
         slot_of_thread<N>();
}

// Called by all threads of the block, once.
template <int N, class Transform = BlockTransform<N>>
__device__ __forceinline__ Transform transform_of_thread(Complex *shared) {
  auto *const roots =
      reinterpret_cast<Turned *>(shared + BlockShape<N>::kRows * Transform::kShared);
  Transform::make_roots(roots);
  __syncthreads();
  return {{{shared + slot_of_thread<N>() * Transform::kShared, roots,
            static_cast<int>(threadIdx.x) % Transform::kThreads}}};
}

// Those of one thread of a row, or none.
template <int N>
struct BlockRow : Samples<BlockTransform<N>::kR> {
  __device__ __forceinline__ BlockRow(int32_t type, bool active, const BlockRows &rows, int row,
                                      int thread)
      : Samples<BlockTransform<N>::kR>{type, BlockTransform<N>::kThreads,
                                       active ? rows.samples - thread : 0,
                                       static_cast<int64_t>(row) * rows.length + thread} {}
};

// One thread's part of one member of the batch, of one channel, in a pass with these arguments.
template <int N, class Arguments, class Transform = BlockTransform<N>>
struct BatchRow {
  const Arguments &a;
  const Transform &transform;
  bool active;
  int batch, hidden;

  __device__ __forceinline__ BlockRow<N> input() const {
    return {a.dtype, active, a.rows, batch * a.rows.hidden + hidden, transform.thread};
  }
  __device__ __forceinline__ BlockRow<N> output(int head) const {
    return {a.dtype, active, a.rows, (batch * a.rows.heads + head) * a.rows.hidden + hidden,
            transform.thread};
  }
  __device__ __forceinline__ const Complex *spectrum(int head) const {
    return a.spectrum + static_cast<int64_t>(head * a.rows.hidden + hidden) * N + transform.thread;
  }
};

}  // namespace sgconv::cuda
