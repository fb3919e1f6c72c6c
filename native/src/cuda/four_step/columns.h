// Columns of long rows: from signals and kernels to the numbers z that rows are made of, and back.
// z has P rows of M numbers for each signal of a chunk, (batch, hidden, P, M); neighbouring threads
// move neighbouring numbers. Grid: x over columns, y over signals.
#pragma once

#include "cuda/device/samples.h"
#include "cuda/four_step/column_transform.h"
#include "cuda/four_step/four_step.h"

namespace sgconv::cuda {

// One thread's part of a column.
template <int P>
struct Column {
  using Transform = ColumnTransform<P>;
  static constexpr std::size_t kCount = Transform::kCount;

  const FourStepRows &rows;
  const Transform &transform;

  // Of a tensor with or without heads.
  __device__ __forceinline__ Samples<Transform::kR> samples(int32_t dtype, Head head) const {
    const int signal = static_cast<int>(blockIdx.y);
    const int64_t batch = rows.batch_first + signal / rows.hidden_count;
    const int64_t row = (batch * head.count + head.index) * rows.hidden + rows.hidden_first +
                        signal % rows.hidden_count;
    const int first = transform.row(0) * rows.columns + transform.column;
    return {dtype, Transform::kThreads * rows.columns, rows.samples - first,
            row * rows.length + first};
  }
  // Its first number of `numbers`, which has P * M for each y of the grid, and from one to the
  // next.
  template <class T>
  __device__ __forceinline__ T *numbers_of(T *numbers) const {
    return numbers + (static_cast<int64_t>(blockIdx.y) * P + transform.row(0)) * rows.columns +
           transform.column;
  }
  __device__ __forceinline__ int step() const { return Transform::kThreads * rows.columns; }

  __device__ __forceinline__ void store(Complex *z, const Complex (&x)[kCount]) const {
    Complex *const to = numbers_of(z);
#pragma unroll
    for (int r = 0; r < Transform::kR; ++r) {
      to[r * step()] = x[r];
    }
  }
  __device__ __forceinline__ void inverse_of(const Complex *z, Complex (&x)[kCount]) const {
    const Complex *const from = numbers_of(z);
#pragma unroll
    for (int r = 0; r < Transform::kR; ++r) {
      x[r] = from[r * step()];
    }
    transform.inverse(x);
  }
};

// z = columns of gate * signal.
template <int P>
__device__ __forceinline__ void columns_in_body(const ColumnsInArguments &a) {
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const auto transform = ColumnTransform<P>::of_thread(shared, a.rows.columns, a.rows.turn);
  const Column<P> column{a.rows, transform};
  float values[Column<P>::kCount];
  column.samples(a.dtype, a.head).load(a.signal, values);
  column.samples(a.dtype, kNoHead).gate(a.gate, values);
  Complex x[Column<P>::kCount];
  transform.forward(values, x);
  column.store(a.z, x);
}

template <int P>
__device__ __forceinline__ void columns_out_body(const ColumnsOutArguments &a) {
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const auto transform = ColumnTransform<P>::of_thread(shared, a.rows.columns, a.rows.turn);
  const Column<P> column{a.rows, transform};
  constexpr int kR = ColumnTransform<P>::kR;
  Complex x[Column<P>::kCount];
  column.inverse_of(a.z, x);
  float values[Column<P>::kCount];
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
      values[r] = a.add ? sum[r * column.step()] + values[r] : values[r];
      sum[r * column.step()] = values[r];
    }
  }
  if (a.store) {
    column.samples(a.dtype, a.target_head).store(a.target, values);
  }
}

template <int P>
__global__ void __launch_bounds__(ColumnTransform<P>::kBlock, ColumnTransform<P>::kResident)
    columns_in(const ColumnsInArguments a) {
  columns_in_body<P>(a);
}

// Targets from columns of z, in which the transforms' scale is already.
template <int P>
__global__ void __launch_bounds__(ColumnTransform<P>::kBlock, ColumnTransform<P>::kResident)
    columns_out(const ColumnsOutArguments a) {
  columns_out_body<P>(a);
}

// z = its columns, transformed forward and scaled, or transformed back.
template <int P>
__global__ void __launch_bounds__(ColumnTransform<P>::kBlock, ColumnTransform<P>::kResident)
    columns_within(const ColumnsWithinArguments a) {
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const auto transform = ColumnTransform<P>::of_thread(shared, a.columns, a.turn);
  const int step = ColumnTransform<P>::kThreads * a.columns;
  Complex *const z = a.z + (static_cast<int64_t>(blockIdx.y) * P + transform.row(0)) * a.columns +
                     transform.column;
  Complex x[ColumnTransform<P>::kCount];
#pragma unroll
  for (int r = 0; r < ColumnTransform<P>::kR; ++r) {
    x[r] = z[r * step];
  }
  if (a.forward) {
#pragma unroll
    for (int r = 0; r < ColumnTransform<P>::kR; ++r) {
      x[r] = {x[r].re * a.scale, x[r].im * a.scale};
    }
    transform.forward(x);
  } else {
    transform.inverse(x);
  }
#pragma unroll
  for (int r = 0; r < ColumnTransform<P>::kR; ++r) {
    z[r * step] = x[r];
  }
}

}  // namespace sgconv::cuda
