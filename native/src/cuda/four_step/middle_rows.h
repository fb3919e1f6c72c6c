// Rows of long signals by one block each: the middle of the four steps.
#pragma once

#include "cuda/block/block_rows.h"
#include "cuda/four_step/four_step.h"

namespace sgconv::cuda {

template <int M>
__device__ __forceinline__ void middle_rows_body(const MiddleRowsArguments &a) {
  using Transform = BlockTransform<M>;
  static_assert(kRowMultiple % BlockShape<M>::kRows == 0);
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = transform_of_thread<M>(shared);
  const int64_t row = item_of_slot<M>();
  const Complex *const in = a.in + row * M + transform.thread;
  Complex x[Transform::kCount];
#pragma unroll
  for (int r = 0; r < Transform::kR; ++r) {
    x[r] = in[r * Transform::kThreads];
  }
  if (a.forward) {
    transform.forward(x);
  }
  if (a.spectrum != nullptr) {
    const Complex *const k = a.spectrum + row % a.spectrum_rows * M + transform.thread;
#pragma unroll
    for (int r = 0; r < Transform::kR; ++r) {
      x[r] = x[r] * k[r * Transform::kThreads];
    }
  }
  if (a.inverse) {
    transform.inverse(x);
  }
  Complex *const out = a.out + row * M + transform.thread;
#pragma unroll
  for (int r = 0; r < Transform::kR; ++r) {
    out[r * Transform::kThreads] = x[r];
  }
}

template <int M>
__device__ __forceinline__ void middle_rows_backward_body(const MiddleBackwardArguments &a) {
  using Transform = BlockTransform<M>;
  constexpr int kR = Transform::kR;
  constexpr int kThreads = Transform::kThreads;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = transform_of_thread<M>(shared);
  const int64_t row = item_of_slot<M>();
  const int64_t of_row = row * M + transform.thread;
  int64_t at = of_row;
#pragma unroll 1
  for (int batch = 0; batch < a.batch_count; ++batch) {
    const Complex *const in = a.g + at;
    Complex g[Transform::kCount];
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      g[r] = in[r * kThreads];
    }
    transform.forward(g);
    if (a.sums != nullptr) {
      const Complex *const x = a.x + at;
      Complex *const sum = a.sums + of_row;
      const bool start = a.start && batch == 0;
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        const Complex before = start ? Complex{0.0f, 0.0f} : sum[r * kThreads];
        sum[r * kThreads] = before + conjugate_times(x[r * kThreads], g[r]);
      }
    }
    if (a.spectrum != nullptr) {
      const Complex *const k = a.spectrum + of_row;
      Complex *const input = a.input + at;
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        g[r] = conjugate_times(k[r * kThreads], g[r]);
      }
      if (a.add) {
#pragma unroll
        for (int r = 0; r < kR; ++r) {
          g[r] = input[r * kThreads] + g[r];
        }
      }
      if (a.inverse) {
        transform.inverse(g);
      }
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        input[r * kThreads] = g[r];
      }
    }
    if (a.spectrum == nullptr || !a.inverse) {
      transform.turn_round();
    }
    at += a.row_count * M;
  }
}

template <int M>
__global__ void __launch_bounds__(BlockShape<M>::kThreads, BlockShape<M>::kResident)
    middle_rows(const MiddleRowsArguments a) {
  middle_rows_body<M>(a);
}

template <int M>
__global__ void __launch_bounds__(BlockShape<M>::kThreads, BlockShape<M>::kResident)
    middle_rows_backward(const MiddleBackwardArguments a) {
  middle_rows_backward_body<M>(a);
}

}  // namespace sgconv::cuda
