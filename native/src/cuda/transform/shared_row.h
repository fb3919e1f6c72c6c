// The shared memory through which the threads of a row exchange numbers.
#pragma once

#include "cuda/device/complex.h"
#include "cuda/transform/exact.h"

namespace sgconv::cuda {

// One number of padding in 2^LogPadding keeps a half-warp's accesses in different banks. Spread:
// the threads of a row are spread over the warps of the block, so that no exchange is a warp's own
// affair.
template <int N, int Threads, int LogPadding, bool Spread>
struct SharedRow {
  static constexpr int kThreads = Threads;               // that share a row
  static constexpr int kShared = N + (N >> LogPadding);  // complex numbers
  static_assert(Threads % (1 << LogPadding) == 0);

  // Shared memory of the row; the block's roots; the thread's number in its row.
  Complex *shared;
  const Turned *roots;
  int thread;

  // Between two transforms of one direction.
  __device__ __forceinline__ void turn_round() const { barrier<Threads>(); }

 protected:
  // By all threads of a block.
  template <int Count>
  static __device__ __forceinline__ void copy_roots(const Turned *table, Turned *roots) {
    for (int i = static_cast<int>(threadIdx.x); i < Count; i += static_cast<int>(blockDim.x)) {
      roots[i] = table[i];
    }
  }

  static __device__ __forceinline__ constexpr int padded(int address) {
    return address + (address >> LogPadding);
  }
  // Number `offset` of those that follow `first`, padded. The padding of a sum is the sum of the
  // paddings wherever this is called, so that only `first` is computed at run time.
  __device__ __forceinline__ Complex &at(int first, int offset) const {
    return shared[first + padded(offset)];
  }

  // Of groups of so many neighbouring threads, a power of two.
  template <int Group>
  static __device__ __forceinline__ void barrier() {
    if constexpr (Group <= 32 && !Spread) {
      __syncwarp();
    } else {
      __syncthreads();
    }
  }
};

}  // namespace sgconv::cuda
