// Launches of the one-block CUDA kernels of size N. Included once a size.
#pragma once

#include "cuda/block/block_backward.h"
#include "cuda/block/block_forward.h"
#include "cuda/block/block_prepare.h"
#include "cuda/device/launch.h"

namespace sgconv::cuda {

template <int N>
RowGrid block_grid(int64_t rows) {
  using Shape = BlockShape<N>;
  return {dim3(static_cast<unsigned>((rows + Shape::kRows - 1) / Shape::kRows)),
          dim3(Shape::kThreads)};
}

// Shared memory to prepare a spectrum, for a synthesis with so many pieces in all directions.
template <int N>
constexpr std::size_t prepare_bytes(int pieces) {
  return static_cast<std::size_t>(BlockShape<N>::kSharedBytes +
                                  BlockShape<N>::synthesis_bytes(pieces));
}

template <int N>
void allow_block_shared() {
  constexpr std::size_t kBytes = BlockShape<N>::kSharedBytes;
  allow_shared("block_prepare", block_prepare<N>, prepare_bytes<N>(2 * kMaxScales));
  allow_shared("block_forward", block_forward<N>, kBytes);
  allow_shared("block_backward", block_backward<N>, kBytes);
  allow_shared("block_kernel_gradient", block_kernel_gradient<N>, kBytes);
}

template <int N>
void launch_block_prepare(const BlockPrepareArguments &arguments, void *stream) {
  launch("block_prepare", block_prepare<N>, block_grid<N>(arguments.row_count), stream, arguments,
         prepare_bytes<N>(arguments.directions * arguments.synthesis.pieces.scales));
}

template <int N>
void launch_block_forward(const BlockForwardArguments &arguments, void *stream) {
  launch("block_forward", block_forward<N>, block_grid<N>(arguments.rows.items), stream, arguments,
         BlockShape<N>::kSharedBytes);
}

template <int N>
void launch_block_backward(const BlockBackwardArguments &arguments, void *stream) {
  launch("block_backward", block_backward<N>, block_grid<N>(arguments.rows.items), stream,
         arguments, BlockShape<N>::kSharedBytes);
}

template <int N>
void launch_block_kernel_gradient(const BlockKernelGradientArguments &arguments, void *stream) {
  launch("block_kernel_gradient", block_kernel_gradient<N>,
         block_grid<N>(arguments.heads * arguments.hidden_count), stream, arguments,
         BlockShape<N>::kSharedBytes);
}

template <int N>
constexpr BlockSize block_size() {
  using Shape = BlockShape<N>;
  return {N,
          Shape::kRows,
          Shape::kSharedBytes,
          Shape::kResident,
          Shape::kBackwardResident,
          allow_block_shared<N>,
          launch_block_prepare<N>,
          launch_block_forward<N>,
          launch_block_backward<N>,
          launch_block_kernel_gradient<N>};
}

}  // namespace sgconv::cuda
