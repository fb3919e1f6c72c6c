// Samples of a signal of any element type: one thread's, a stride apart. They are touched once, or
// twice in a row: in the caches they give way to everything else.
#pragma once

#include "cuda/device/complex.h"
#include "cuda/device/dtype.h"

namespace sgconv::cuda {

// Which of a thread's places have a sample, 0 being its first one: those before the row's end.
struct ToRowEnd {
  int left;  // samples of the row from this thread's first one on; 0 or less: nothing

  __device__ __forceinline__ bool has(int place) const { return place < left; }
  // All up to `last` are there: then nothing is asked of each by itself.
  __device__ __forceinline__ bool whole(int last) const { return left > last; }
  __device__ __forceinline__ int elsewhere() const { return 0; }
};

// Those of a window of a row, which may begin before the row does or end behind it.
struct InWindow {
  int before;  // places ahead of the first sample
  int left;
  int around;  // of a circular row: from a place without a sample to that at the row's other end

  __device__ __forceinline__ bool has(int place) const { return place >= before && place < left; }
  __device__ __forceinline__ bool whole(int last) const { return before <= 0 && left > last; }
  __device__ __forceinline__ int elsewhere() const { return around; }
};

// R of them, or fewer: zero where there is nothing to read, and untouched where written.
template <int R, class Extent = ToRowEnd>
struct Samples {
  static constexpr std::size_t kCount = std::size_t{R};

  int32_t dtype;
  int stride;
  Extent extent;
  int64_t offset;  // of this thread's first one

  __device__ __forceinline__ bool whole() const { return extent.whole((R - 1) * stride); }

  template <class Bits>
  __device__ __forceinline__ void load_bits_as(const void *signal, uint32_t (&bits)[kCount]) const {
    const Bits *row = static_cast<const Bits *>(signal) + offset;
    if (whole()) {
#pragma unroll
      for (int r = 0; r < R; ++r) {
        bits[r] = bits_of(row + r * stride);
      }
    } else if (extent.elsewhere() != 0) {
      const Bits *const other = row + extent.elsewhere();
#pragma unroll
      for (int r = 0; r < R; ++r) {
        bits[r] = bits_of((extent.has(r * stride) ? row : other) + r * stride);
      }
    } else {
#pragma unroll
      for (int r = 0; r < R; ++r) {
        bits[r] = extent.has(r * stride) ? bits_of(row + r * stride) : 0u;
      }
    }
  }
  // As they lie in memory, to be converted when they are needed: nothing waits for them before.
  __device__ __forceinline__ void load_bits(const void *signal, uint32_t (&bits)[kCount]) const {
    if (dtype == kFloat32) {
      load_bits_as<uint32_t>(signal, bits);
    } else {
      load_bits_as<uint16_t>(signal, bits);
    }
  }

  template <class T>
  __device__ __forceinline__ void convert_as(const uint32_t (&bits)[kCount],
                                             float (&values)[kCount]) const {
#pragma unroll
    for (int r = 0; r < R; ++r) {
      values[r] = to_float(from_bits<T>(bits[r]));
    }
  }
  __device__ __forceinline__ void convert(const uint32_t (&bits)[kCount],
                                          float (&values)[kCount]) const {
    if (dtype == kFloat32) {
      convert_as<float>(bits, values);
    } else if (dtype == kBfloat16) {
      convert_as<bfloat16>(bits, values);
    } else {
      convert_as<float16>(bits, values);
    }
  }

  __device__ __forceinline__ void load(const void *signal, float (&values)[kCount]) const {
    uint32_t bits[kCount];
    load_bits(signal, bits);
    convert(bits, values);
  }
  template <class T>
  __device__ __forceinline__ void gate_as(const void *signal, float (&values)[kCount]) const {
    const T *row = static_cast<const T *>(signal) + offset;
    const T *const other = row + extent.elsewhere();
#pragma unroll
    for (int r = 0; r < R; ++r) {
      const bool here = extent.has(r * stride);
      values[r] *= here || extent.elsewhere() != 0
                       ? to_float(__ldcs((here ? row : other) + r * stride))
                       : 0.0f;
    }
  }
  // values *= gate, where there is one.
  __device__ __forceinline__ void gate(const void *signal, float (&values)[kCount]) const {
    if (signal == nullptr) {
      return;
    }
    if (dtype == kFloat32) {
      gate_as<float>(signal, values);
    } else if (dtype == kBfloat16) {
      gate_as<bfloat16>(signal, values);
    } else {
      gate_as<float16>(signal, values);
    }
  }

  template <class T>
  __device__ __forceinline__ void store_as(void *signal, const float (&values)[kCount]) const {
    T *row = static_cast<T *>(signal) + offset;
    if (whole()) {
#pragma unroll
      for (int r = 0; r < R; ++r) {
        __stcs(row + r * stride, from_float<T>(values[r]));
      }
    } else {
#pragma unroll
      for (int r = 0; r < R; ++r) {
        if (extent.has(r * stride)) {
          __stcs(row + r * stride, from_float<T>(values[r]));
        }
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
