// What the CUDA kernels between signals and complex rows share on the host.
#pragma once

#include <initializer_list>
#include <string>

#include "cuda/boundary.h"
#include "cuda/launch.h"
#include "cuda/rows.h"

namespace sgconv::cuda {

// Pairs: one thread moves two signal elements and, as one 16-byte access, two complex numbers, so
// that a warp's accesses are contiguous on both sides.
constexpr unsigned kPair = 2;

inline SignalRows signal_rows(const sgconv_cuda_rows &rows, int64_t head) {
  return {head < 0 ? 1 : rows.heads, rows.hidden,       rows.length,      head < 0 ? 0 : head,
          rows.batch_first,          rows.hidden_first, rows.hidden_count};
}

// Every row of each tensor starts at a multiple of `bytes`. NULL counts as aligned.
inline bool aligned(std::initializer_list<const void *> pointers, std::size_t bytes) {
  for (const void *pointer : pointers) {
    if (reinterpret_cast<std::uintptr_t>(pointer) % bytes != 0) {
      return false;
    }
  }
  return true;
}

// Calls `body` with a value of the element type.
template <class Body>
void with_element(int32_t dtype, Body &&body) {
  switch (dtype) {
    case SGCONV_FLOAT32:
      return body(float{});
    case SGCONV_BFLOAT16:
      return body(bfloat16{});
    case SGCONV_FLOAT16:
      return body(float16{});
    default:
      invalid("dtype = " + std::to_string(dtype) +
              ", expected 0 (float32), 1 (bfloat16) or 2 "
              "(float16)");
  }
}

}  // namespace sgconv::cuda
