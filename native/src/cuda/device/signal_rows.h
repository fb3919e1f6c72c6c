// Where the rows of a chunk are, for host and device.
#pragma once

#include <cstdint>

#include "cuda/device/device.h"

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

}  // namespace sgconv::cuda
