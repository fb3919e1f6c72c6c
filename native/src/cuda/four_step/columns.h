// Columns of long rows: from signals and kernels to the numbers z that rows are made of, and back.
// z has P rows of M numbers for each signal of a chunk, (batch, hidden, P, M); neighbouring threads
// move neighbouring numbers. Grid: x over columns, y over channels, z over members of the batch.
#pragma once

#include "cuda/device/samples.h"
#include "cuda/four_step/column_transform.h"
#include "cuda/four_step/four_step.h"

namespace sgconv::cuda {

// One thread's part of a column of one signal.
template <int P, int M>
struct Column {
  using Transform = ColumnTransform<P, M>;
  static constexpr int kR = Transform::kR;
  static constexpr std::size_t kCount = Transform::kCount;

  const FourStepRows &rows;
  const Transform &transform;
  int member;  // of the chunk

  // Of a tensor with or without heads.
  __device__ __forceinline__ Samples<kR> samples(int32_t dtype, Head head) const {
    const int64_t batch = rows.batch_first + member;
    const int64_t row = (batch * head.count + head.index) * rows.hidden + rows.hidden_first +
                        static_cast<int>(blockIdx.y);
    const int first = transform.first();
    return {dtype, Transform::kStep, {rows.samples - first}, row * rows.length + first};
  }
  // Its first number of `numbers`, which has P * M for each signal of the chunk.
  template <class T>
  __device__ __forceinline__ T *numbers_of(T *numbers) const {
    const int64_t signal =
        static_cast<int64_t>(member) * rows.hidden_count + static_cast<int>(blockIdx.y);
    return numbers + signal * (P * M) + transform.first();
  }
};

template <int P, int M>
__device__ __forceinline__ void columns_in_body(const ColumnsInArguments &a) {
  using Transform = ColumnTransform<P, M>;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = Transform::of_thread(shared);
  await_previous();
  const int at = static_cast<int>(blockIdx.z);
  const bool second = at >= a.rows.batch_count;
  // By value: a reference would make the compiler copy the arguments to local memory.
  const Head head{second ? a.second.head.count : a.first.head.count,
                  second ? a.second.head.index : a.first.head.index};
  const void *const signal = second ? a.second.signal : a.first.signal;
  const void *const gate = second ? a.second.gate : a.first.gate;
  const Column<P, M> column{a.rows, transform, second ? at - a.rows.batch_count : at};
  float values[Transform::kCount];
  column.samples(a.dtype, head).load(signal, values);
  column.samples(a.dtype, kNoHead).gate(gate, values);
  Complex x[Transform::kCount];
  transform.forward(values, x);
  Complex *const z = column.numbers_of(second ? a.second.z : a.first.z);
#pragma unroll
  for (int r = 0; r < Transform::kR; ++r) {
    z[r * Transform::kStep] = x[r];
  }
}

template <int P, int M>
__device__ __forceinline__ void columns_out_body(const ColumnsOutArguments &a) {
  using Transform = ColumnTransform<P, M>;
  constexpr int kR = Transform::kR;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = Transform::of_thread(shared);
  await_previous();
  const Column<P, M> column{a.rows, transform, static_cast<int>(blockIdx.z)};
  const Complex *const z = column.numbers_of(a.z);
  Complex x[Transform::kCount];
#pragma unroll
  for (int r = 0; r < kR; ++r) {
    x[r] = z[r * Transform::kStep];
  }
  transform.inverse(x);
  float values[Transform::kCount];
  if (a.product != nullptr) {
    real_parts(x, values);
    column.samples(a.dtype, kNoHead).gate(a.factor, values);
    column.samples(a.dtype, kNoHead).store(a.product, values);
  }
  if (a.target == nullptr) {
    return;
  }
  real_parts(x, values);
  column.samples(a.dtype, a.gate_head).gate(a.gate, values);
  if (a.sum != nullptr) {
    float *const sum = column.numbers_of(a.sum);
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      values[r] = a.add ? sum[r * Transform::kStep] + values[r] : values[r];
      sum[r * Transform::kStep] = values[r];
    }
  }
  if (a.store) {
    column.samples(a.dtype, a.target_head).store(a.target, values);
  }
}

template <int P, int M>
__device__ __forceinline__ void columns_within_body(const ColumnsWithinArguments &a) {
  using Transform = ColumnTransform<P, M>;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = Transform::of_thread(shared);
  await_previous();
  Complex *const z = a.z + static_cast<int64_t>(blockIdx.y) * (P * M) + transform.first();
  Complex x[Transform::kCount];
#pragma unroll
  for (int r = 0; r < Transform::kR; ++r) {
    x[r] = z[r * Transform::kStep];
  }
  if (a.forward) {
#pragma unroll
    for (int r = 0; r < Transform::kR; ++r) {
      x[r] = {x[r].re * a.scale, x[r].im * a.scale};
    }
    transform.forward(x);
  } else {
    transform.inverse(x);
  }
#pragma unroll
  for (int r = 0; r < Transform::kR; ++r) {
    z[r * Transform::kStep] = x[r];
  }
}

// z = columns of gate * signal, of one source or two.
template <int P, int M>
__global__ void __launch_bounds__(ColumnTransform<P, M>::kBlock, ColumnTransform<P, M>::kResident)
    columns_in(const ColumnsInArguments a) {
  run_rows<M, columns_in_body<P, M>>(a);
}

// Targets from columns of z, in which the transforms' scale is already.
template <int P, int M>
__global__ void __launch_bounds__(ColumnTransform<P, M>::kBlock, ColumnTransform<P, M>::kResident)
    columns_out(const ColumnsOutArguments a) {
  run_rows<M, columns_out_body<P, M>>(a);
}

// z = its columns, transformed forward and scaled, or transformed back: once for each kernel, and
// with registers for both ways.
template <int P, int M>
__global__ void __launch_bounds__(ColumnTransform<P, M>::kBlock,
                                  shapes::resident(ColumnTransform<P, M>::kBlock))
    columns_within(const ColumnsWithinArguments a) {
  run_rows<M, columns_within_body<P, M>>(a);
}

}  // namespace sgconv::cuda
