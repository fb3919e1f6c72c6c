// Convolution of rows by one block each: y is written once, and u read and transformed once for
// each head. Skip and 1/N are folded into the spectrum, gates into load and store.
#pragma once

#include "cuda/block/block_rows.h"

namespace sgconv::cuda {

template <int N>
__device__ __forceinline__ void block_forward_body(const BlockForwardArguments &a) {
  using Transform = BlockTransform<N>;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = transform_of_thread<N>(shared);
  const BlockRows &rows = a.rows;
  const int item = item_of_slot<N>();
  const bool some = item < rows.items;
  const int channel = some ? item / rows.shares : 0;
  const int head = channel / rows.hidden_count;
  const int h = rows.hidden_first + channel % rows.hidden_count;
  const int first = item % rows.shares * rows.turns;
  const Complex *spectrum =
      a.spectrum + (static_cast<int64_t>(head) * rows.hidden + h) * N + transform.thread;
  Complex k[Transform::kCount];
  if constexpr (BlockShape<N>::kKeepsSpectrum) {
#pragma unroll
    for (int r = 0; r < Transform::kR; ++r) {
      k[r] = spectrum[r * Transform::kThreads];
    }
  }
  for (int turn = 0; turn < rows.turns; ++turn) {
    const bool active = some && first + turn < rows.batch_count;
    if (BlockShape<N>::kRows == 1 && !active) {
      break;
    }
    const int64_t batch = static_cast<int64_t>(rows.batch_first) + first + turn;
    const BlockRow<N> in(a.dtype, active, rows, batch * rows.hidden + h, transform.thread);
    float values[Transform::kCount];
    in.load(a.u, values);
    in.gate(a.pre, values);
    Complex x[Transform::kCount];
    transform.forward(values, x);
#pragma unroll
    for (int r = 0; r < Transform::kR; ++r) {
      x[r] = x[r] * (BlockShape<N>::kKeepsSpectrum ? k[r] : spectrum[r * Transform::kThreads]);
    }
    transform.inverse(x);
    real_parts(x, values);
    in.gate(a.post, values);
    const BlockRow<N> out(a.dtype, active, rows, (batch * rows.heads + head) * rows.hidden + h,
                          transform.thread);
    out.store(a.y, values);
  }
}

template <int N>
__global__ void __launch_bounds__(BlockShape<N>::kThreads, BlockShape<N>::kResident)
    block_forward(const BlockForwardArguments a) {
  block_forward_body<N>(a);
}

}  // namespace sgconv::cuda
