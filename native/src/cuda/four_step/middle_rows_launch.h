// Launches of the CUDA kernels on rows of M numbers. Included once an M.
#pragma once

#include "cuda/device/launch.h"
#include "cuda/four_step/middle_rows.h"

namespace sgconv::cuda {

template <int M>
RowGrid middle_rows_grid(int64_t rows, int64_t shares) {
  return {dim3(static_cast<unsigned>(rows / BlockShape<M>::kRows), static_cast<unsigned>(shares)),
          dim3(BlockShape<M>::kThreads)};
}

template <int M>
void launch_middle_rows(const MiddleRowsArguments &a, void *stream) {
  const int turns = MiddleShape<M>::kKeeps ? a.turns : 1;
  const int64_t shares = (a.batch_count + turns - 1) / turns;
  launch("middle_rows", middle_rows<M>, middle_rows_grid<M>(a.row_count, shares), stream, a,
         BlockShape<M>::kSharedBytes, Begin::kEarly);
}

template <int M>
void launch_middle_rows_backward(const MiddleBackwardArguments &a, void *stream) {
  launch("middle_rows_backward", middle_rows_backward<M>, middle_rows_grid<M>(a.row_count, 1),
         stream, a, MiddleShape<M>::kBackwardBytes, Begin::kEarly);
}

template <int M>
void allow_middle_rows_shared() {
  allow_shared("middle_rows", middle_rows<M>, BlockShape<M>::kSharedBytes);
  allow_shared("middle_rows_backward", middle_rows_backward<M>, MiddleShape<M>::kBackwardBytes);
}

template <int M>
constexpr MiddleRowSize middle_row_size() {
  return {M,
          MiddleShape<M>::kBackwardBytes,
          BlockShape<M>::kRows,
          BlockShape<M>::kResident,
          MiddleShape<M>::kKeeps,
          allow_middle_rows_shared<M>,
          launch_middle_rows<M>,
          launch_middle_rows_backward<M>};
}

}  // namespace sgconv::cuda
