// Launches of the CUDA kernels on columns of P numbers. Included once a P.
#pragma once

#include "cuda/device/launch.h"
#include "cuda/four_step/columns.h"

namespace sgconv::cuda {

template <int P, class Arguments>
void launch_columns(const char *name, void (*kernel)(Arguments), int64_t columns, int64_t signals,
                    void *stream, const Arguments &arguments) {
  using Transform = ColumnTransform<P>;
  launch(
      name, kernel,
      {dim3(static_cast<unsigned>(columns / Transform::kColumns), static_cast<unsigned>(signals)),
       dim3(Transform::kBlock)},
      stream, arguments, Transform::kSharedBytes);
}

template <int P>
void launch_columns_in(const ColumnsInArguments &a, int64_t signals, void *stream) {
  launch_columns<P>("columns_in", columns_in<P>, a.rows.columns, signals, stream, a);
}

template <int P>
void launch_columns_out(const ColumnsOutArguments &a, int64_t signals, void *stream) {
  launch_columns<P>("columns_out", columns_out<P>, a.rows.columns, signals, stream, a);
}

template <int P>
void launch_columns_within(const ColumnsWithinArguments &a, int64_t signals, void *stream) {
  launch_columns<P>("columns_within", columns_within<P>, a.columns, signals, stream, a);
}

template <int P>
void allow_columns_shared() {
  constexpr std::size_t kBytes = ColumnTransform<P>::kSharedBytes;
  if constexpr (kBytes > 0) {
    allow_shared("columns_in", columns_in<P>, kBytes);
    allow_shared("columns_out", columns_out<P>, kBytes);
    allow_shared("columns_within", columns_within<P>, kBytes);
  }
}

template <int P>
constexpr ColumnsSize columns_size() {
  static_assert(P % kRowMultiple == 0);
  return {P,
          ColumnTransform<P>::kSharedBytes,
          allow_columns_shared<P>,
          launch_columns_in<P>,
          launch_columns_out<P>,
          launch_columns_within<P>};
}

}  // namespace sgconv::cuda
