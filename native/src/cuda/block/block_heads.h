// Gradients of several heads' rows by one block each, like those of one (block_backward.h): u is
// read and transformed once for all heads. They take turns for the gate behind and then for the
// other gradients, because registers are too few for both at once, and samples are loaded when they
// are needed.
#pragma once

#include "cuda/block/backward_row.h"

namespace sgconv::cuda {

// The spectrum of pre * u.
template <int N>
__device__ __forceinline__ void park_input(const BackwardRow<N> &row, ParkedSpectrum<N> &parked) {
  float values[BackwardTransform<N>::kCount];
  row.input().load(row.a.u, values);
  row.input().gate(row.a.pre, values);
  Complex u[BackwardTransform<N>::kCount];
  row.transform.forward(values, u);
  parked.put(u);
}

// dpost = sum over heads of dy * conv(pre * u).
template <int N>
__device__ __forceinline__ void gate_gradient_of_heads(const BackwardRow<N> &row,
                                                       const ParkedSpectrum<N> &parked,
                                                       BlockAside<N> &aside,
                                                       BackwardTransform<N> &transform) {
  constexpr int kR = BackwardTransform<N>::kR;
  constexpr int kThreads = BackwardTransform<N>::kThreads;
#pragma unroll 1
  for (int head = 0; head < row.a.rows.heads; ++head) {
    SGCONV_ANEW(transform.thread);
    aside.look_anew();
    if (head > 0) {
      transform.turn_round();
    }
    Complex x[BackwardTransform<N>::kCount];
    float values[BackwardTransform<N>::kCount];
    row.convolve(head, parked, x, values);
    if (row.active) {
      float *const sum = aside.gate_sum();
      if (head > 0) {
#pragma unroll
        for (int r = 0; r < kR; ++r) {
          values[r] = sum[r * kThreads] + values[r];
        }
      }
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        sum[r * kThreads] = values[r];
      }
    }
  }
  SGCONV_ANEW(transform.thread);
  aside.look_anew();
  const float *const sum = aside.gate_sum();
  float values[BackwardTransform<N>::kCount];
#pragma unroll
  for (int r = 0; r < kR; ++r) {
    values[r] = row.active ? sum[r * kThreads] : 0.0f;
  }
  row.input().store(row.a.dpost, values);
}

template <int N>
__device__ __forceinline__ void block_backward_heads_body(const BlockBackwardArguments &a) {
  using Transform = BackwardTransform<N>;
  constexpr int kR = Transform::kR;
  constexpr int kThreads = Transform::kThreads;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  Transform transform = transform_of_thread<N, Transform>(shared);
  await_previous();
  const SliceOfSlot<N> slice(a);
  if (a.kernel && slice.some) {
    BlockAside<N>{a, shared, slice.place, transform.thread}.begin_sums(slice.continued);
  }
  const bool wants_input = a.du != nullptr || a.dpre != nullptr;
#pragma unroll 1
  for (int batch = slice.first; batch < slice.stop; ++batch) {
    SGCONV_ANEW(transform.thread);
    const BackwardRow<N> row{{a, transform, slice.active(batch), {batch}, slice.hidden}};
    BlockAside<N> aside{a, shared, slice.place, transform.thread};
    aside.look_anew();
    ParkedSpectrum<N> parked(aside, row.active);
    if (a.kernel || a.dpost != nullptr) {
      park_input(row, parked);
    }
    if (a.dpost != nullptr) {
      gate_gradient_of_heads(row, parked, aside, transform);
    }
    if (!a.kernel && !wants_input) {
      continue;
    }
#pragma unroll 1
    for (int head = 0; head < a.rows.heads; ++head) {
      SGCONV_ANEW(transform.thread);
      aside.look_anew();
      transform.turn_round();
      float values[Transform::kCount];
      row.output(head).load(a.dy, values);
      Complex g[Transform::kCount];
      row.gradient(head, parked, values, g);
      if (wants_input && row.active) {
        row.multiply(head, g);
        Complex *const sum = aside.input_sum();
        if (head > 0) {
#pragma unroll
          for (int r = 0; r < kR; ++r) {
            row.load_in_groups(r);
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
    block_backward_heads(const BlockBackwardArguments a) {
  run_rows<N, block_backward_heads_body<N>>(a);
}

}  // namespace sgconv::cuda
