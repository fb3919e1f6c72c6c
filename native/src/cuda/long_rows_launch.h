// Launches of the CUDA kernels on rows of M numbers. Included once an M.
#pragma once

#include "cuda/launch.h"
#include "cuda/long_rows.h"

namespace sgconv::cuda {

template <int M>
RowGrid long_rows_grid(int64_t rows) {
  return {dim3(static_cast<unsigned>(rows / FusedShape<M>::kRows)), dim3(FusedShape<M>::kThreads)};
}

template <int M>
void launch_long_rows(const LongRowsArguments &arguments, int64_t rows, void *stream) {
  launch("long_rows", long_rows<M>, long_rows_grid<M>(rows), stream, arguments,
         FusedShape<M>::kSharedBytes);
}

template <int M>
void launch_long_rows_backward(const LongBackwardArguments &arguments, void *stream) {
  launch("long_rows_backward", long_rows_backward<M>, long_rows_grid<M>(arguments.row_count),
         stream, arguments, FusedShape<M>::kSharedBytes);
}

template <int M>
constexpr LongRowSize long_row_size() {
  return {M,
          FusedShape<M>::kSharedBytes,
          FusedShape<M>::kRows,
          FusedShape<M>::kResident,
          launch_long_rows<M>,
          launch_long_rows_backward<M>};
}

}  // namespace sgconv::cuda
