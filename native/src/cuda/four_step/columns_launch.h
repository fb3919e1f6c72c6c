// Launches of the CUDA kernels on M columns of P numbers. Included once a P and M.
#pragma once

#include "cuda/device/launch.h"
#include "cuda/four_step/columns.h"

namespace sgconv::cuda {

// `count` signals of each of so many channels.
template <int P, int M, class Arguments>
void launch_columns(const char *name, void (*kernel)(Arguments), int64_t channels, int64_t count,
                    void *stream, const Arguments &arguments) {
  using Transform = ColumnTransform<P, M>;
  launch(name, kernel,
         {dim3(static_cast<unsigned>(M / Transform::kColumns), static_cast<unsigned>(channels),
               static_cast<unsigned>(count)),
          dim3(Transform::kBlock)},
         stream, arguments, Transform::kSharedBytes, Begin::kEarly);
}

template <int P, int M>
void launch_columns_in(const ColumnsInArguments &a, void *stream) {
  const int64_t sources = a.second.z == nullptr ? 1 : 2;
  launch_columns<P, M>("columns_in", columns_in<P, M>, a.rows.hidden_count,
                       sources * a.rows.batch_count, stream, a);
}

template <int P, int M>
void launch_columns_out(const ColumnsOutArguments &a, void *stream) {
  launch_columns<P, M>("columns_out", columns_out<P, M>, a.rows.hidden_count, a.rows.batch_count,
                       stream, a);
}

template <int P, int M>
void launch_columns_within(const ColumnsWithinArguments &a, int64_t signals, void *stream) {
  launch_columns<P, M>("columns_within", columns_within<P, M>, signals, 1, stream, a);
}

template <int P, int M>
void allow_columns_shared() {
  constexpr std::size_t kBytes = ColumnTransform<P, M>::kSharedBytes;
  if constexpr (kBytes > 0) {
    allow_shared("columns_in", columns_in<P, M>, kBytes);
    allow_shared("columns_out", columns_out<P, M>, kBytes);
    allow_shared("columns_within", columns_within<P, M>, kBytes);
  }
}

template <int P, int M>
constexpr ColumnsSize columns_size() {
  using Transform = ColumnTransform<P, M>;
  static_assert(P % kRowMultiple == 0);
  return {P,
          M,
          M / Transform::kColumns,
          Transform::kResident,
          Transform::kSharedBytes,
          allow_columns_shared<P, M>,
          launch_columns_in<P, M>,
          launch_columns_out<P, M>,
          launch_columns_within<P, M>};
}

}  // namespace sgconv::cuda
