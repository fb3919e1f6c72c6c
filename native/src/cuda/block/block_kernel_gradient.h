// Gradients of kernels by one slot each: the sums of conj(U) * DY over the slices of the batch are
// added in a fixed order and brought back to time. Where several rows have room in a block and
// there are several slices, a block has one row, and its slots share the slices: there is little
// else to do, and few rows would leave most of the device without work.
#pragma once

#include "cuda/block/block_rows.h"

namespace sgconv::cuda {

// x = the sum of what the slots of a block have, in the first of them. By all threads of the block.
template <int N>
__device__ __forceinline__ void add_slots(Complex *shared, const BlockTransform<N> &transform,
                                          Complex (&x)[BlockTransform<N>::kCount]) {
  using Transform = BlockTransform<N>;
#pragma unroll
  for (int r = 0; r < Transform::kR; ++r) {
    transform.shared[r * Transform::kThreads + transform.thread] = x[r];
  }
  __syncthreads();
  if (slot_of_thread<N>() == 0) {
#pragma unroll 1
    for (int slot = 1; slot < BlockShape<N>::kRows; ++slot) {
      const Complex *const other = shared + slot * Transform::kShared + transform.thread;
#pragma unroll
      for (int r = 0; r < Transform::kR; ++r) {
        x[r] = x[r] + other[r * Transform::kThreads];
      }
    }
  }
  if constexpr (Transform::kThreads != kWarp) {
    __syncthreads();  // before others that go along transform there
  }
}

template <int N>
__device__ __forceinline__ void block_kernel_gradient_body(const BlockKernelGradientArguments &a) {
  using Transform = BlockTransform<N>;
  constexpr int kR = Transform::kR;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = transform_of_thread<N>(shared);
  await_previous();
  const bool shares = BlockShape<N>::kRows > 1 && a.parts > 1;
  const int row = shares ? static_cast<int>(blockIdx.x) : item_of_slot<N>();
  const int part = shares ? slot_of_thread<N>() : 0;
  const int count = a.heads * a.hidden_count;
  bool active = row < count;
  const int64_t channel =
      active ? static_cast<int64_t>(row % a.heads) * a.hidden + a.hidden_first + row / a.heads : 0;
  Complex x[Transform::kCount] = {};
  for (int64_t slice = part; active && slice < a.slices; slice += a.parts) {
    const Complex *sums = a.sums + (slice * count + row) * N + transform.thread;
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      x[r] = x[r] + sums[r * Transform::kThreads];
    }
  }
  if (shares) {
    add_slots<N>(shared, transform, x);
    active = active && part == 0;
  }
  // Others go along if the first slot waits for them, or is in one warp with them.
  if (!shares || Transform::kThreads > kWarp || threadIdx.x < kWarp) {
    transform.inverse(x);
  }
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
  const int lags = active ? static_cast<int>(a.lags.ahead) : 0;
  const int behind = active ? static_cast<int>(a.lags.behind) : 0;
  float *ahead = a.dk + channel * a.kernel_length + a.lags.zero;
  float *back = ahead + a.lags.behind_first;
#pragma unroll
  for (int r = 0; r < kR; ++r) {
    const int n = transform.thread + r * Transform::kThreads;
    if (n < lags) {
      ahead[n] = x[r].re;
    }
    if (N - 1 - n < behind) {
      back[(N - 1 - n) * a.lags.behind_step] = -x[r].im;
    }
  }
  // What cannot matter.
  const int64_t ahead_end = active ? a.lags.ahead_end : 0;
  const int64_t behind_end = active ? a.lags.behind_end : 0;
#pragma unroll 1
  for (int64_t n = lags + transform.thread; n < ahead_end; n += Transform::kThreads) {
    ahead[n] = 0.0f;
  }
#pragma unroll 1
  for (int64_t n = behind + transform.thread; n < behind_end; n += Transform::kThreads) {
    back[n * a.lags.behind_step] = 0.0f;
  }
  if (a.circular) {
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

// One row (h, c) a slot, or a block.
template <int N>
__global__ void __launch_bounds__(BlockShape<N>::kThreads, BlockShape<N>::kResident)
    block_kernel_gradient(const BlockKernelGradientArguments a) {
  run_rows<N, block_kernel_gradient_body<N>>(a);
}

}  // namespace sgconv::cuda
