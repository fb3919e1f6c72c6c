// Samples of a signal of any element type: one thread's, a stride apart.
#pragma once

#include "cuda/device/complex.h"
#include "cuda/device/dtype.h"

namespace sgconv::cuda {

// R of them, or fewer: zero where there is nothing to read, and untouched where written.
template <int R>
struct Samples {
  static constexpr std::size_t kCount = std::size_t{R};

  int32_t dtype;
  int stride;
  int left;        // samples of the row from this thread's first one on; 0 or less: nothing
  int64_t offset;  // of that one

  template <class T>
  __device__ __forceinline__ void load_as(const void *signal, float (&values)[kCount]) const {
    const T *row = static_cast<const T *>(signal) + offset;
#pragma unroll
    for (int r = 0; r < R; ++r) {
      values[r] = r * stride < left ? to_float(row[r * stride]) : 0.0f;
    }
  }
  __device__ __forceinline__ void load(const void *signal, float (&values)[kCount]) const {
    if (dtype == kFloat32) {
      load_as<float>(signal, values);
    } else if (dtype == kBfloat16) {
      load_as<bfloat16>(signal, values);
    } else {
      load_as<float16>(signal, values);
    }
  }
  // values *= gate, where there is one.
  __device__ __forceinline__ void gate(const void *signal, float (&values)[kCount]) const {
    if (signal != nullptr) {
      float factors[kCount];
      load(signal, factors);
#pragma unroll
      for (int r = 0; r < R; ++r) {
        values[r] *= factors[r];
      }
    }
  }

  template <class T>
  __device__ __forceinline__ void store_as(void *signal, const float (&values)[kCount]) const {
    T *row = static_cast<T *>(signal) + offset;
#pragma unroll
    for (int r = 0; r < R; ++r) {
      if (r * stride < left) {
        row[r * stride] = from_float<T>(values[r]);
      }
    }
  }
  __device__ __forceinline__ void store(void *signal, const float (&values)[kCount]) const {
    if (dtype == kFloat32) {
      store_as<float>(signal, values);
    } else if (dtype == kBfloat16) {
      store_as<bfloat16>(signal, values);
    } else {
      store_as<float16>(signal, values);
    }
  }
};

template <std::size_t Count>
__device__ __forceinline__ void real_parts(const Complex (&x)[Count], float (&values)[Count]) {
#pragma unroll
  for (std::size_t r = 0; r < Count; ++r) {
    values[r] = x[r].re;
  }
}

}  // namespace sgconv::cuda
