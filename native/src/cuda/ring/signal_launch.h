// What the CUDA kernels between signals and complex rows share on the host.
#pragma once

#include <initializer_list>
#include <string>

#include "common/failure.h"
#include "cuda/device/launch.h"
#include "cuda/device/rows.h"
#include "cuda/ring/ring.h"

namespace sgconv::cuda {

// NULL counts as aligned.
inline bool aligned(std::initializer_list<const void *> pointers, std::size_t bytes) {
  for (const void *pointer : pointers) {
    if (reinterpret_cast<std::uintptr_t>(pointer) % bytes != 0) {
      return false;
    }
  }
  return true;
}

// Whether all rows can be moved in pairs: they start and end at whole ones.
template <class T>
bool in_pairs(const RowsPart &part, const float *z, std::initializer_list<const void *> signals) {
  return part.rows.length % kPair == 0 && part.samples % kPair == 0 &&
         part.rows.size % kPair == 0 && aligned(signals, kPair * sizeof(T)) &&
         aligned({z}, kPair * sizeof(Complex));
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
