// Launches of the CUDA kernels on rows of M numbers. Included once an M.
#pragma once

#include "cuda/device/launch.h"
#include "cuda/four_step/middle_rows.h"

namespace sgconv::cuda {

template <int M>
RowGrid middle_rows_grid(int64_t rows) {
  return {dim3(static_cast<unsigned>(rows / BlockShape<M>::kRows)), dim3(BlockShape<M>::kThreads)};
}

template <int M>
void launch_middle_rows(const MiddleRowsArguments &arguments, int64_t rows, void *stream) {
  launch("middle_rows", middle_rows<M>, middle_rows_grid<M>(rows), stream, arguments,
         BlockShape<M>::kSharedBytes);
}

template <int M>
void launch_middle_rows_backward(const MiddleBackwardArguments &arguments, void *stream) {
  launch("middle_rows_backward", middle_rows_backward<M>, middle_rows_grid<M>(arguments.row_count),
         stream, arguments, BlockShape<M>::kSharedBytes);
}

template <int M>
void allow_middle_rows_shared() {
  constexpr std::size_t kBytes = BlockShape<M>::kSharedBytes;
  allow_shared("middle_rows", middle_rows<M>, kBytes);
  allow_shared("middle_rows_backward", middle_rows_backward<M>, kBytes);
}

template <int M>
constexpr MiddleRowSize middle_row_size() {
  return {M,
          BlockShape<M>::kSharedBytes,
          BlockShape<M>::kRows,
          BlockShape<M>::kResident,
          allow_middle_rows_shared<M>,
          launch_middle_rows<M>,
          launch_middle_rows_backward<M>};
}

}  // namespace sgconv::cuda
