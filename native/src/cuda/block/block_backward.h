// Gradients of rows by one block each. A block goes through one slice of the batch in order, for
// one h and all heads: du and the gates' gradients are written, conj(U) * DY is summed in memory of
// its own. `block_kernel_gradient` adds the slices' sums in order and brings them back to time. So
// nothing depends on which block comes first, nor on how the caller cuts the rows.
#pragma once

#include "cuda/block/block_rows.h"

namespace sgconv::cuda {

// What one slot works on.
template <int N>
struct BlockBackwardRow {
  using Transform = BlockTransform<N>;
  static constexpr std::size_t kCount = Transform::kCount;
  static constexpr int kR = Transform::kR;
  static constexpr int kThreads = Transform::kThreads;

  const BlockBackwardArguments &a;
  const Transform &transform;
  int h, batch;
  bool active;

  __device__ __forceinline__ BlockRow<N> input() const {
    return {a.dtype, active, a.rows, static_cast<int64_t>(batch) * a.rows.hidden + h,
            transform.thread};
  }
  __device__ __forceinline__ BlockRow<N> output(int head) const {
    return {a.dtype, active, a.rows,
            (static_cast<int64_t>(batch) * a.rows.heads + head) * a.rows.hidden + h,
            transform.thread};
  }
  __device__ __forceinline__ const Complex *spectrum(int head) const {
    return a.spectrum + (static_cast<int64_t>(head) * a.rows.hidden + h) * N + transform.thread;
  }

  // dpost = sum over heads of dy * conv(pre * u), from the spectrum that is put aside. `sum`: room
  // for it between heads.
  __device__ __forceinline__ void gate_gradient(const Complex *parked, Complex *sum) const {
    for (int head = 0; head < a.rows.heads; ++head) {
      const Complex *k = spectrum(head);
      Complex x[kCount];
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        x[r] = active ? parked[r * kThreads] * k[r * kThreads] : Complex{0.0f, 0.0f};
      }
      transform.inverse(x);
      float values[kCount];
      output(head).load(a.dy, values);
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        values[r] *= x[r].re;
      }
      if (a.rows.heads > 1 && active) {
#pragma unroll
        for (int r = 0; r < kR; ++r) {
          values[r] = head == 0 ? values[r] : sum[r * kThreads].re + values[r];
          sum[r * kThreads].re = values[r];
        }
      }
      if (head == a.rows.heads - 1) {
        input().store(a.dpost, values);
      }
      transform.turn_round();
    }
  }
};

template <int N>
__device__ __forceinline__ void block_backward_body(const BlockBackwardArguments &a) {
  using Transform = BlockTransform<N>;
  constexpr int kR = Transform::kR;
  constexpr int kThreads = Transform::kThreads;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = transform_of_thread<N>(shared);
  const BlockRows &rows = a.rows;
  const int item = item_of_slot<N>();
  const bool some = item < rows.items;
  const int of_hidden = some ? item / rows.shares : 0;
  const int slice = a.slice_first + (some ? item % rows.shares : 0);
  const int slice_start = slice * rows.turns;
  Complex *sums = a.sums +
                  (static_cast<int64_t>(slice) * rows.heads * rows.hidden_count + of_hidden) * N +
                  transform.thread;
  Complex *parked = a.parked + (static_cast<int64_t>(slice) * rows.hidden_count + of_hidden) * N +
                    transform.thread;
  Complex *input_sum = parked + (a.input_sums - a.parked);
  const bool wants_input = a.du != nullptr || a.dpre != nullptr;
  for (int turn = 0; turn < rows.turns; ++turn) {
    // Parts of a slice may belong to other calls.
    const int of_call = slice_start + turn - rows.batch_first;
    const bool active = some && of_call >= 0 && of_call < rows.batch_count;
    if (BlockShape<N>::kRows == 1 && !active) {
      continue;
    }
    const BlockBackwardRow<N> row{a, transform, rows.hidden_first + of_hidden, slice_start + turn,
                                  active};
    if (a.kernel || a.dpost != nullptr) {
      Complex u[Transform::kCount];
      float values[Transform::kCount];
      row.input().load(a.u, values);
      row.input().gate(a.pre, values);
      transform.forward(values, u);
      if (active) {
#pragma unroll
        for (int r = 0; r < kR; ++r) {
          parked[r * kThreads] = u[r];
        }
      }
      if (a.dpost != nullptr) {
        row.gate_gradient(parked, input_sum);
      }
    }
    if (!a.kernel && !wants_input) {
      continue;
    }
    Complex g[Transform::kCount];
    for (int head = 0; head < rows.heads; ++head) {
      transform.turn_round();
      float values[Transform::kCount];
      row.output(head).load(a.dy, values);
      row.input().gate(a.post, values);
      transform.forward(values, g);
      if (a.kernel && active) {
        Complex *sum = sums + static_cast<int64_t>(head) * rows.hidden_count * N;
#pragma unroll
        for (int r = 0; r < kR; ++r) {
          const Complex x = parked[r * kThreads];
          const Complex before = turn == 0 ? Complex{0.0f, 0.0f} : sum[r * kThreads];
          sum[r * kThreads] = before + conjugate_times(x, g[r]);
        }
      }
      if (wants_input) {
        const Complex *k = row.spectrum(head);
#pragma unroll
        for (int r = 0; r < kR; ++r) {
          g[r] = conjugate_times(k[r * kThreads], g[r]);
        }
        if (rows.heads > 1 && active) {
#pragma unroll
          for (int r = 0; r < kR; ++r) {
            g[r] = head == 0 ? g[r] : input_sum[r * kThreads] + g[r];
            input_sum[r * kThreads] = g[r];
          }
        }
      }
    }
    if (wants_input) {
      transform.inverse(g);
      float values[Transform::kCount];
      if (a.dpre != nullptr) {
        real_parts(g, values);
        row.input().gate(a.u, values);
        row.input().store(a.dpre, values);
      }
      if (a.du != nullptr) {
        real_parts(g, values);
        row.input().gate(a.pre, values);
        row.input().store(a.du, values);
      }
    } else {
      transform.turn_round();
    }
  }
}

template <int N>
__device__ __forceinline__ void block_kernel_gradient_body(const BlockKernelGradientArguments &a) {
  using Transform = BlockTransform<N>;
  constexpr int kR = Transform::kR;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = transform_of_thread<N>(shared);
  const int row = item_of_slot<N>();
  const int count = a.heads * a.hidden_count;
  const bool active = row < count;
  const int64_t channel = active ? static_cast<int64_t>(row / a.hidden_count) * a.hidden +
                                       a.hidden_first + row % a.hidden_count
                                 : 0;
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

template <int N>
__global__ void __launch_bounds__(BlockShape<N>::kThreads, BlockShape<N>::kBackwardResident)
    block_backward(const BlockBackwardArguments a) {
  block_backward_body<N>(a);
}

// One row (c, h) a slot.
template <int N>
__global__ void __launch_bounds__(BlockShape<N>::kThreads, BlockShape<N>::kResident)
    block_kernel_gradient(const BlockKernelGradientArguments a) {
  block_kernel_gradient_body<N>(a);
}

}  // namespace sgconv::cuda
