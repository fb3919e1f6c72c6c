// Gradients of kernels by one block each: the sums of conj(U) * DY over the slices of the batch are
// added in order and brought back to time.
#pragma once

#include "cuda/block/block_rows.h"

namespace sgconv::cuda {

template <int N>
__device__ __forceinline__ void block_kernel_gradient_body(const BlockKernelGradientArguments &a) {
  using Transform = BlockTransform<N>;
  constexpr int kR = Transform::kR;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = transform_of_thread<N>(shared);
  const int row = item_of_slot<N>();
  const int count = a.heads * a.hidden_count;
  const bool active = row < count;
  const int64_t channel =
      active ? static_cast<int64_t>(row % a.heads) * a.hidden + a.hidden_first + row / a.heads : 0;
  Complex x[Transform::kCount] = {};
  for (int64_t slice = 0; active && slice < a.slices; ++slice) {
    const Complex *sums = a.sums + (slice * count + row) * N + transform.thread;
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      x[r] = x[r] + sums[r * Transform::kThreads];
    }
  }
  transform.inverse(x);
#pragma unroll
  for (int r = 0; r < kR; ++r) {
    x[r] = {x[r].re * a.scale, x[r].im * a.scale};
  }
  if (active && a.dskip != nullptr && transform.thread == 0) {
    a.dskip[channel] = x[0].re;
  }
  if (a.dk == nullptr) {
    return;  // all threads alike
  }
  const int lags = active ? a.ahead : 0;
  const int behind = active ? a.behind : 0;
  float *ahead = a.dk + channel * a.kernel_length;
  float *back = ahead + static_cast<int64_t>(a.heads) * a.hidden * a.kernel_length;
#pragma unroll
  for (int r = 0; r < kR; ++r) {
    const int n = transform.thread + r * Transform::kThreads;
    if (n < lags) {
      ahead[n] = x[r].re;
    }
    if (N - 1 - n < behind) {
      back[N - 1 - n] = -x[r].im;
    }
  }
  // What cannot matter.
  const int64_t end = active ? a.kernel_length : 0;
#pragma unroll 1
  for (int64_t n = lags + transform.thread; n < end; n += Transform::kThreads) {
    ahead[n] = 0.0f;
  }
  if (a.mode == SGCONV_BIDIRECTIONAL) {
#pragma unroll 1
    for (int64_t n = behind + transform.thread; n < end; n += Transform::kThreads) {
      back[n] = 0.0f;
    }
  }
  if (a.mode == SGCONV_CIRCULAR) {
    __syncthreads();  // other threads' ahead
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      const int j = transform.thread + r * Transform::kThreads - (N - a.length);
      if (j >= 1 && j < lags) {
        ahead[j] -= x[r].im;
      }
    }
  }
}

// One row (h, c) a slot.
template <int N>
__global__ void __launch_bounds__(BlockShape<N>::kThreads, BlockShape<N>::kResident)
    block_kernel_gradient(const BlockKernelGradientArguments a) {
  if constexpr (shapes::kRunsRows<N>) {
    block_kernel_gradient_body<N>(a);
  } else {
    __trap();
  }
}

}  // namespace sgconv::cuda
