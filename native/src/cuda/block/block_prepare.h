// Rows of a spectrum by one block each, from a kernel in memory or from its parameters. What is
// synthesized goes through shared memory, where the transform's numbers will be: the formulas stay
// out of its unrolled code, and no kernel is needed in device memory.
#pragma once

#include "cuda/block/block_rows.h"
#include "cuda/synthesis/pieces.h"

namespace sgconv::cuda {

// Values of the kernels of a row, forward and then backward: those at lags.ahead <= N lags to
// `values`, which has room for 2N, and all of them to a.synthesized if that is wanted. `factors`:
// room for a.directions * scales. Called by all threads of the block.
template <int N>
__device__ __forceinline__ void synthesize_row(const BlockPrepareArguments &a, int64_t channel,
                                               bool active, int thread, double *factors,
                                               float *values) {
  constexpr int kThreads = BlockTransform<N>::kThreads;
  const int directions = active ? a.directions : 0;
  const int scales = a.synthesis.pieces.scales;
  const int kept = static_cast<int>(a.kernel.lags.ahead);
  const int64_t length = a.synthesized != nullptr ? a.kernel.kernel_length : a.kernel.lags.ahead;
  for (int direction = 0; direction < directions; ++direction) {
    fill_factors(a.synthesis, channel + direction * a.kernel.rows_to_backward(),
                 factors + direction * scales, static_cast<unsigned>(thread),
                 static_cast<unsigned>(kThreads));
  }
  __syncthreads();
  for (int direction = 0; direction < directions; ++direction) {
    const int64_t row = channel + direction * a.kernel.rows_to_backward();
#pragma unroll 1
    for (int64_t t = thread; t < length; t += kThreads) {
      const float value = kernel_at(a.synthesis, row, factors + direction * scales, t);
      if (t < kept) {
        values[direction * kept + t] = value;
      }
      if (a.synthesized != nullptr) {
        a.synthesized[row * length + t] = value;
      }
    }
  }
  __syncthreads();
}

template <int N>
__device__ __forceinline__ void block_prepare_body(const BlockPrepareArguments &a) {
  using Transform = BlockTransform<N>;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = transform_of_thread<N>(shared);
  await_previous();
  const int64_t row = item_of_slot<N>();
  const bool active = row < a.row_count;
  const int64_t channel = a.row_first + row;
  const float *zero = nullptr;
  int64_t behind_first = 0;
  if (a.directions > 0) {
    double *const factors = reinterpret_cast<double *>(shared + BlockShape<N>::kComplexes) +
                            slot_of_thread<N>() * a.directions * a.synthesis.pieces.scales;
    auto *const values = reinterpret_cast<float *>(transform.shared);
    synthesize_row<N>(a, channel, active, transform.thread, factors, values);
    zero = values;
    behind_first = a.kernel.lags.ahead;
  } else {
    zero = a.kernel.kernel + channel * a.kernel.kernel_length + a.kernel.lags.zero;
    behind_first = a.kernel.lags.behind_first;
  }
  Complex x[Transform::kCount];
#pragma unroll
  for (int r = 0; r < Transform::kR; ++r) {
    x[r] = active ? a.kernel.at(channel, transform.thread + r * Transform::kThreads, zero,
                                behind_first)
                  : Complex{0.0f, 0.0f};
  }
  if (a.directions > 0) {
    __syncthreads();  // before the transform's numbers take the place of the values
  }
  transform.forward(x);
  if (active) {
    Complex *spectrum = a.spectrum + channel * N + transform.thread;
#pragma unroll
    for (int r = 0; r < Transform::kR; ++r) {
      spectrum[r * Transform::kThreads] = {x[r].re * a.scale, x[r].im * a.scale};
    }
  }
}

template <int N>
__global__ void __launch_bounds__(BlockShape<N>::kThreads, BlockShape<N>::kResident)
    block_prepare(const BlockPrepareArguments a) {
  run_rows<N, block_prepare_body<N>>(a);
}

}  // namespace sgconv::cuda
