// How threads walk over the rows of a chunk.
#pragma once

#include <cstdint>

#include "cuda/device/signal_rows.h"

namespace sgconv::cuda {

__device__ __forceinline__ int64_t thread_row() {
  return static_cast<int64_t>(blockIdx.y) * blockDim.y + threadIdx.y;
}
__device__ __forceinline__ int64_t row_step() {
  return static_cast<int64_t>(gridDim.y) * blockDim.y;
}
__device__ __forceinline__ int64_t thread_column() {
  return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ __forceinline__ int64_t column_step() {
  return static_cast<int64_t>(gridDim.x) * blockDim.x;
}

}  // namespace sgconv::cuda
