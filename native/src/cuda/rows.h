// Where the rows of a chunk are, and how threads walk over them.
#pragma once

#include <cstdint>

#include "cuda/device.h"

namespace sgconv::cuda {

// Signal rows (b, head, h) of a tensor (B, heads, H, L), for the packed rows of a chunk.
struct SignalRows {
  int64_t heads, hidden, length;
  int64_t head;
  int64_t batch_first, hidden_first, hidden_count;

  // Element offset of packed row `row`.
  __device__ __forceinline__ int64_t offset(int64_t row) const {
    const int64_t batch = batch_first + row / hidden_count;
    const int64_t h = hidden_first + row % hidden_count;
    return ((batch * heads + head) * hidden + h) * length;
  }
};

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
