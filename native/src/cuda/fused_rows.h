// Rows of the one-block CUDA kernels: who works on which, and how they are read and written.
#pragma once

#include "cuda/fused.h"
#include "cuda/fused_shape.h"
#include "sgconv/cuda.h"

namespace sgconv::cuda {

template <int N>
__device__ __forceinline__ int slot_of_thread() {
  return static_cast<int>(threadIdx.x) / BlockTransform<N>::kThreads;
}

// Of this thread's slot. Blocks hold what fits into 31 bits, and less than one block more.
template <int N>
__device__ __forceinline__ int item_of_slot() {
  return static_cast<int>(blockIdx.x * static_cast<unsigned>(FusedShape<N>::kRows)) +
         slot_of_thread<N>();
}

// Called by all threads of the block, once.
template <int N>
__device__ __forceinline__ BlockTransform<N> transform_of_thread(Complex *shared) {
  Complex *const roots = shared + FusedShape<N>::kRows * BlockTransform<N>::kShared;
  BlockTransform<N>::make_roots(roots);
  __syncthreads();
  return {shared + slot_of_thread<N>() * BlockTransform<N>::kShared, roots,
          static_cast<int>(threadIdx.x) % BlockTransform<N>::kThreads};
}

// A row of a signal of any type, or nothing: zero where it is read and untouched where written.
template <int N>
struct FusedRow {
  static constexpr std::size_t kCount = BlockTransform<N>::kCount;
  static constexpr int kR = BlockTransform<N>::kR;
  static constexpr int kThreads = BlockTransform<N>::kThreads;

  int32_t dtype;
  int left;        // samples from this thread's first one on; 0 or less: nothing
  int64_t offset;  // of that one

  __device__ __forceinline__ FusedRow(int32_t type, bool active, int32_t length, int64_t row,
                                      int thread)
      : dtype(type), left(active ? length - thread : 0), offset(row * length + thread) {}

  template <class T>
  __device__ __forceinline__ void load_as(const void *signal, float (&values)[kCount]) const {
    const T *row = static_cast<const T *>(signal) + offset;
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      values[r] = r * kThreads < left ? to_float(row[r * kThreads]) : 0.0f;
    }
  }
  __device__ __forceinline__ void load(const void *signal, float (&values)[kCount]) const {
    if (dtype == SGCONV_FLOAT32) {
      load_as<float>(signal, values);
    } else if (dtype == SGCONV_BFLOAT16) {
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
      for (int r = 0; r < kR; ++r) {
        values[r] *= factors[r];
      }
    }
  }

  template <class T>
  __device__ __forceinline__ void store_as(void *signal, const float (&values)[kCount]) const {
    T *row = static_cast<T *>(signal) + offset;
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      if (r * kThreads < left) {
        row[r * kThreads] = from_float<T>(values[r]);
      }
    }
  }
  __device__ __forceinline__ void store(void *signal, const float (&values)[kCount]) const {
    if (dtype == SGCONV_FLOAT32) {
      store_as<float>(signal, values);
    } else if (dtype == SGCONV_BFLOAT16) {
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
