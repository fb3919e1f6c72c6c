// Sums over a thread block in a fixed order.
#pragma once

#include "cuda/policy/policy.h"

namespace sgconv::cuda {

constexpr unsigned kAllLanes = 0xffffffffu;

// Sum over groups of `width` neighbouring lanes, width a power of two up to 32; every lane gets it.
template <class T>
__device__ __forceinline__ T lane_sum(T value, int width) {
  for (int step = width / 2; step > 0; step /= 2) {
    value += __shfl_xor_sync(kAllLanes, value, step);
  }
  return value;
}

// Sum over the block, for thread 0. `partial` holds one value a warp. All threads take part.
template <class T>
__device__ __forceinline__ T block_sum(T value, T *partial) {
  value = lane_sum(value, kWarp);
  if (threadIdx.x % kWarp == 0) {
    partial[threadIdx.x / kWarp] = value;
  }
  __syncthreads();
  T total{};
  if (threadIdx.x == 0) {
    for (unsigned warp = 0; warp < blockDim.x / kWarp; ++warp) {
      total += partial[warp];
    }
  }
  return total;
}

}  // namespace sgconv::cuda
