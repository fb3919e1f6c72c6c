// Rows of long signals by one block each: the middle of the four steps.
#pragma once

#include "cuda/block/block_rows.h"
#include "cuda/four_step/four_step.h"

namespace sgconv::cuda {

// What the CUDA kernels on rows of M keep: up to 16 numbers a thread there is room for as many
// again in registers, the spectrum or the sums, and in shared memory, where backward puts the
// signal's spectrum aside. Beyond, memory has them: each thread reads what it wrote.
template <int M>
struct MiddleShape {
  using Shape = BlockShape<M>;
  static constexpr bool kKeeps = Shape::Transform::kR <= 16;
  static constexpr int kBackwardBytes =
      Shape::kSharedBytes + (kKeeps ? Shape::kRows * M * static_cast<int>(sizeof(Complex)) : 0);
  static_assert(kRowMultiple % Shape::kRows == 0);
};

// Before await_previous: what two launches ago or earlier was there. The launch before is that of
// the columns, or reads and writes other numbers.
//
// Grid: x over rows of one member, y over shares of the members, of one each where nothing is kept.
template <int M>
__device__ __forceinline__ void middle_rows_body(const MiddleRowsArguments &a) {
  using Transform = BlockTransform<M>;
  constexpr int kR = Transform::kR;
  constexpr int kThreads = Transform::kThreads;
  constexpr bool kKeeps = MiddleShape<M>::kKeeps;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = transform_of_thread<M>(shared);
  const int64_t of_row = static_cast<int64_t>(item_of_slot<M>()) * M + transform.thread;
  const Complex *const spectrum = a.spectrum + of_row;
  Complex k[Transform::kCount];
  if (kKeeps && a.spectrum != nullptr) {
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      k[r] = spectrum[r * kThreads];
    }
  }
  await_previous();
  const int turns = kKeeps ? a.turns : 1;
  const int first = static_cast<int>(blockIdx.y) * turns;
  int64_t at = first * (a.row_count * M) + of_row;
#pragma unroll 1
  for (int turn = 0; turn < turns && first + turn < a.batch_count; ++turn) {
    const Complex *const in = a.in + at;
    Complex x[Transform::kCount];
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      x[r] = in[r * kThreads];
    }
    if (a.forward) {
      transform.cyclic_forward(x);
    }
    if (a.spectrum != nullptr) {
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        x[r] = x[r] * (kKeeps ? k[r] : spectrum[r * kThreads]);
      }
    }
    if (a.inverse) {
      transform.cyclic_inverse(x);
    }
    Complex *const out = a.out + at;
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      out[r * kThreads] = x[r];
    }
    at += a.row_count * M;
  }
}

// A row of backward, by one thread of those that share it.
template <int M>
struct MiddleBackwardRow {
  using Transform = BlockTransform<M>;
  static constexpr int kR = Transform::kR;
  static constexpr std::size_t kCount = Transform::kCount;
  static constexpr int kThreads = Transform::kThreads;
  static constexpr bool kKeeps = MiddleShape<M>::kKeeps;

  const MiddleBackwardArguments &a;
  const Transform &transform;
  Complex *shared;  // where this thread puts the signal's spectrum aside
  int64_t of_row;   // its first number's place in the rows of one member
  bool went_down, went_up;

  // The direction is turned where two transforms of one follow each other.
  __device__ __forceinline__ void forward(Complex (&x)[kCount]) {
    if (went_down) {
      transform.turn_round();
    }
    transform.cyclic_forward(x);
    went_down = true;
    went_up = false;
  }
  __device__ __forceinline__ void inverse(Complex (&x)[kCount]) {
    if (went_up) {
      transform.turn_round();
    }
    transform.cyclic_inverse(x);
    went_up = true;
    went_down = false;
  }

  __device__ __forceinline__ Complex *aside(int64_t at, int r) const {
    return kKeeps ? shared + r * BlockShape<M>::kThreads : a.x + at + r * kThreads;
  }

  // x to where it is put aside, and g to `g`. One after the other through the same code: it is
  // long.
  __device__ __forceinline__ void spectra(int64_t at, Complex (&g)[kCount]) {
#pragma unroll 1
    for (int side = a.x == nullptr ? 1 : 0; side < (a.g == nullptr ? 1 : 2); ++side) {
      const Complex *const in = (side == 0 ? a.x : a.g) + at;
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        g[r] = in[r * kThreads];
      }
      if (side == 1 || a.x_forward) {
        forward(g);
      }
      if (side == 0) {
        if (kKeeps || a.x_forward) {
#pragma unroll
          for (int r = 0; r < kR; ++r) {
            *aside(at, r) = g[r];
          }
        }
        if (kKeeps && a.x_stays) {
#pragma unroll
          for (int r = 0; r < kR; ++r) {
            a.x[at + r * kThreads] = g[r];
          }
        }
      }
    }
  }

  // The gradient of the input from g, and then the convolution of what was put aside.
  __device__ __forceinline__ void results(int64_t at, Complex (&g)[kCount]) {
    const Complex *const k = a.spectrum + of_row;
#pragma unroll 1
    for (int side = 1; side >= 0; --side) {
      Complex *const out = (side == 0 ? a.convolved : a.input) + at;
      if ((side == 0 ? a.convolved : a.input) == nullptr) {
        continue;
      }
      if (side == 0) {
#pragma unroll
        for (int r = 0; r < kR; ++r) {
          g[r] = k[r * kThreads] * *aside(at, r);
        }
      } else {
#pragma unroll
        for (int r = 0; r < kR; ++r) {
          g[r] = conjugate_times(k[r * kThreads], g[r]);
        }
        if (a.add) {
#pragma unroll
          for (int r = 0; r < kR; ++r) {
            g[r] = out[r * kThreads] + g[r];
          }
        }
      }
      if (side == 0 || a.inverse) {
        inverse(g);
      }
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        out[r * kThreads] = g[r];
      }
    }
  }
};

template <int M>
__device__ __forceinline__ void middle_rows_backward_body(const MiddleBackwardArguments &a) {
  using Transform = BlockTransform<M>;
  using Row = MiddleBackwardRow<M>;
  constexpr int kR = Transform::kR;
  constexpr int kThreads = Transform::kThreads;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = transform_of_thread<M>(shared);
  const int64_t of_row = static_cast<int64_t>(item_of_slot<M>()) * M + transform.thread;
  Row row{a, transform, shared + BlockShape<M>::kComplexes + threadIdx.x, of_row, false, false};
  Complex *const sums = a.sums + of_row;
  Complex sum[Transform::kCount];
  if (Row::kKeeps && a.sums != nullptr) {
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      sum[r] = a.start ? Complex{0.0f, 0.0f} : sums[r * kThreads];
    }
  }
  await_previous();
  int64_t at = of_row;
#pragma unroll 1
  for (int batch = 0; batch < a.batch_count; ++batch) {
    Complex g[Transform::kCount];
    row.spectra(at, g);
    if (a.sums != nullptr) {
      const bool start = a.start && batch == 0;
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        const Complex product = conjugate_times(*row.aside(at, r), g[r]);
        if constexpr (Row::kKeeps) {
          sum[r] = sum[r] + product;
        } else {
          sums[r * kThreads] = (start ? Complex{0.0f, 0.0f} : sums[r * kThreads]) + product;
        }
      }
    }
    row.results(at, g);
    at += a.row_count * M;
  }
  if (Row::kKeeps && a.sums != nullptr) {
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      sums[r * kThreads] = sum[r];
    }
  }
}

template <int M>
__global__ void __launch_bounds__(BlockShape<M>::kThreads, BlockShape<M>::kResident)
    middle_rows(const MiddleRowsArguments a) {
  run_rows<M, middle_rows_body<M>>(a);
}

template <int M>
__global__ void __launch_bounds__(BlockShape<M>::kThreads, BlockShape<M>::kResident)
    middle_rows_backward(const MiddleBackwardArguments a) {
  run_rows<M, middle_rows_backward_body<M>>(a);
}

}  // namespace sgconv::cuda
