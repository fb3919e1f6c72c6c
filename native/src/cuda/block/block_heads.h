// Gradients of several heads' rows by one block each, like those of one (block_backward.h): u is
// read and transformed once for all heads. Gates' gradients have a CUDA kernel of their own,
// because registers are too few for both, and samples are loaded when they are needed.
#pragma once

#include "cuda/block/backward_row.h"

namespace sgconv::cuda {

// The spectrum of pre * u.
template <int N>
__device__ __forceinline__ void park_input(const BackwardRow<N> &row, ParkedSpectrum<N> &parked) {
  float values[BlockTransform<N>::kCount];
  row.input().load(row.a.u, values);
  row.input().gate(row.a.pre, values);
  Complex u[BlockTransform<N>::kCount];
  row.transform.forward(values, u);
  parked.put(u);
}

// dpost = sum over heads of dy * conv(pre * u). The sum goes by way of memory, so that nothing of
// one head stays in registers while the next takes its turn.
template <int N>
__device__ __forceinline__ void block_gate_heads_body(const BlockBackwardArguments &a) {
  using Transform = BlockTransform<N>;
  constexpr int kR = Transform::kR;
  constexpr int kThreads = Transform::kThreads;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  Transform transform = transform_of_thread<N>(shared);
  const SliceOfSlot<N> slice(a);
#pragma unroll 1
  for (int turn = 0; turn < slice.turns; ++turn) {
    SGCONV_ANEW(transform.thread);
    const BackwardRow<N> row{{a, transform, slice.active(turn), slice.first + turn, slice.hidden}};
    BlockAside<N> aside{a, shared, slice.place, transform.thread};
    aside.look_anew();
    ParkedSpectrum<N> parked(aside, row.active);
    park_input(row, parked);
#pragma unroll 1
    for (int head = 0; head < a.rows.heads; ++head) {
      SGCONV_ANEW(transform.thread);
      aside.look_anew();
      Complex x[Transform::kCount];
      float values[Transform::kCount];
      row.convolve(head, parked, x, values);
      if (row.active) {
        Complex *const sum = aside.input_sum();
        if (head > 0) {
#pragma unroll
          for (int r = 0; r < kR; ++r) {
            values[r] = sum[r * kThreads].re + values[r];
          }
        }
#pragma unroll
        for (int r = 0; r < kR; ++r) {
          sum[r * kThreads].re = values[r];
        }
      }
      transform.turn_round();
    }
    aside.look_anew();
    const Complex *const sum = aside.input_sum();
    float values[Transform::kCount];
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      values[r] = row.active ? sum[r * kThreads].re : 0.0f;
    }
    row.input().store(a.dpost, values);
  }
}

template <int N>
__device__ __forceinline__ void block_backward_heads_body(const BlockBackwardArguments &a) {
  using Transform = BlockTransform<N>;
  constexpr int kR = Transform::kR;
  constexpr int kThreads = Transform::kThreads;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  Transform transform = transform_of_thread<N>(shared);
  const SliceOfSlot<N> slice(a);
  if (a.kernel && slice.some) {
    BlockAside<N>{a, shared, slice.place, transform.thread}.begin_sums(slice.continued);
  }
  const bool wants_input = a.du != nullptr || a.dpre != nullptr;
#pragma unroll 1
  for (int turn = 0; turn < slice.turns; ++turn) {
    SGCONV_ANEW(transform.thread);
    const BackwardRow<N> row{{a, transform, slice.active(turn), slice.first + turn, slice.hidden}};
    BlockAside<N> aside{a, shared, slice.place, transform.thread};
    aside.look_anew();
    ParkedSpectrum<N> parked(aside, row.active);
    if (a.kernel) {
      park_input(row, parked);
    }
#pragma unroll 1
    for (int head = 0; head < a.rows.heads; ++head) {
      SGCONV_ANEW(transform.thread);
      aside.look_anew();
      transform.turn_round();
      float values[Transform::kCount];
      row.output(head).load(a.dy, values);
      Complex g[Transform::kCount];
      row.template gradient<shapes::kHeadsTogether>(head, parked, values, g);
      if (wants_input && row.active) {
        row.multiply(head, g);
        Complex *const sum = aside.input_sum();
        if (head > 0) {
#pragma unroll
          for (int r = 0; r < kR; ++r) {
            sum[r * kThreads] = sum[r * kThreads] + g[r];
          }
        } else {
#pragma unroll
          for (int r = 0; r < kR; ++r) {
            sum[r * kThreads] = g[r];
          }
        }
      }
    }
    if (wants_input) {
      aside.look_anew();
      const Complex *const sum = aside.input_sum();
      Complex g[Transform::kCount];
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        g[r] = row.active ? sum[r * kThreads] : Complex{0.0f, 0.0f};
      }
      row.finish(g);
    } else {
      transform.turn_round();
    }
  }
  if (a.kernel && slice.some) {
    BlockAside<N>{a, shared, slice.place, transform.thread}.end_sums();
  }
}

template <int N>
__global__ void __launch_bounds__(BlockShape<N>::kThreads, BlockShape<N>::kBackwardResident)
    block_gate_heads(const BlockBackwardArguments a) {
  block_gate_heads_body<N>(a);
}

template <int N>
__global__ void __launch_bounds__(BlockShape<N>::kThreads, BlockShape<N>::kBackwardResident)
    block_backward_heads(const BlockBackwardArguments a) {
  block_backward_heads_body<N>(a);
}

}  // namespace sgconv::cuda
