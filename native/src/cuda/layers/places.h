// How threads of the layers' CUDA kernels share out what they work on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>

#include "cuda/device/block_sum.h"
#include "cuda/device/launch.h"
#include "cuda/device/pack.h"
#include "cuda/device/rows.h"
#include "sgconv/layers.h"

namespace sgconv::cuda {

// Elements of one 16-byte access, and of one draw of a dropout.
constexpr unsigned kQuad = 4;
constexpr int kMostWarps = kMaxThreads / kWarp;

// Whether rows of `columns` elements can be read and written by fours.
inline bool by_quads(int64_t columns, std::initializer_list<const void *> pointers) {
  return columns % kQuad == 0 &&
         std::all_of(pointers.begin(), pointers.end(), [](const void *pointer) {
           return reinterpret_cast<std::uintptr_t>(pointer) % (kQuad * sizeof(float)) == 0;
         });
}

// Threads of a block that sums a channel's positions (b, l): `across` beside each other on a row,
// so that short rows leave none idle.
inline int threads_across(int64_t length) {
  int across = 1;
  while (across < kMaxThreads && across < length) {
    across *= 2;
  }
  return across;
}

template <class Body>
__device__ __forceinline__ void each_position(int64_t batch, int64_t length, int across,
                                              Body &&body) {
  const int column = static_cast<int>(threadIdx.x) % across;
  const int row = static_cast<int>(threadIdx.x) / across;
  for (int64_t b = row; b < batch; b += kMaxThreads / across) {
    for (int64_t l = column; l < length; l += across) {
      body(b, l);
    }
  }
}

// Sum over the block, for every thread. `partial` must not be what the call before was given, from
// which others may still read: two in turn will do.
__device__ __forceinline__ double block_total(double value, double *partial) {
  value = lane_sum(value, kWarp);
  if (threadIdx.x % kWarp == 0) {
    partial[threadIdx.x / kWarp] = value;
  }
  __syncthreads();
  double total = 0.0;
#pragma unroll
  for (int warp = 0; warp < kMostWarps; ++warp) {
    total += partial[warp];
  }
  return total;
}

// Sum over the warps of a block lane by lane, for every thread; `partial` as above, of kMaxThreads.
__device__ __forceinline__ double column_total(double value, double *partial) {
  partial[threadIdx.x] = value;
  __syncthreads();
  double total = 0.0;
#pragma unroll
  for (int warp = 0; warp < kMostWarps; ++warp) {
    total += partial[warp * kWarp + static_cast<int>(threadIdx.x) % kWarp];
  }
  return total;
}

}  // namespace sgconv::cuda
