// Launches of the one-block CUDA kernels of size N. Included once a size.
#pragma once

#include <algorithm>

#include "cuda/block/block_backward.h"
#include "cuda/block/block_forward.h"
#include "cuda/block/block_heads.h"
#include "cuda/block/block_kernel_gradient.h"
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

// Shared memory of any launch of the backward pass.
template <int N>
std::size_t most_backward_bytes(int64_t of_block) {
  using Shape = BlockShape<N>;
  return static_cast<std::size_t>(
      std::min<int64_t>(Shape::kBackwardBytes + Shape::kParkedBytes + Shape::kSumsBytes, of_block));
}

// `of_block`: what the device gives a block, of which launches take what they have a use for.
template <int N>
void allow_block_shared(int64_t of_block) {
  using Shape = BlockShape<N>;
  constexpr std::size_t kBytes = Shape::kSharedBytes;
  allow_shared("block_prepare", block_prepare<N>, prepare_bytes<N>(2 * kMaxScales));
  allow_shared("block_forward", block_forward<N>,
               std::min(kBytes + (Shape::kParksInput ? Shape::kArrayBytes : 0),
                        static_cast<std::size_t>(of_block)));
  const std::size_t most = most_backward_bytes<N>(of_block);
  allow_shared("block_backward", block_backward<N>, most);
  allow_shared("block_backward_heads", block_backward_heads<N>, most);
  allow_shared("block_kernel_gradient", block_kernel_gradient<N>, kBytes);
}

template <int N>
void launch_block_prepare(const BlockPrepareArguments &arguments, void *stream) {
  launch("block_prepare", block_prepare<N>, block_grid<N>(arguments.row_count), stream, arguments,
         prepare_bytes<N>(arguments.directions * arguments.synthesis.pieces.scales), Begin::kEarly);
}

template <int N>
void launch_block_forward(const BlockForwardArguments &arguments, int64_t blocks, int shared_bytes,
                          void *stream) {
  launch("block_forward", block_forward<N>, block_grid<N>(blocks * BlockShape<N>::kRows), stream,
         arguments, static_cast<std::size_t>(shared_bytes), Begin::kEarly);
}

template <int N>
void launch_block_backward(const BlockBackwardArguments &arguments, int shared_bytes,
                           void *stream) {
  const RowGrid grid = block_grid<N>(arguments.items());
  const auto bytes = static_cast<std::size_t>(shared_bytes);
  if (arguments.rows.heads == 1) {
    launch("block_backward", block_backward<N>, grid, stream, arguments, bytes, Begin::kEarly);
    return;
  }
  launch("block_backward_heads", block_backward_heads<N>, grid, stream, arguments, bytes,
         Begin::kEarly);
}

template <int N>
void launch_block_kernel_gradient(const BlockKernelGradientArguments &arguments, void *stream) {
  launch("block_kernel_gradient", block_kernel_gradient<N>,
         block_grid<N>(int64_t{arguments.heads} * arguments.hidden_count * arguments.parts), stream,
         arguments, BlockShape<N>::kSharedBytes, Begin::kEarly);
}

template <int N>
constexpr BlockSize block_size() {
  using Shape = BlockShape<N>;
  return {N,
          Shape::kRows,
          Shape::kSharedBytes,
          Shape::kBackwardBytes,
          Shape::kResident,
          Shape::kForwardResident,
          Shape::kBackwardResident,
          Shape::kArrayBytes,
          Shape::kParksInput,
          Shape::Transform::kR,
          Shape::kParked,
          Shape::kKept,
          Shape::kParkedBytes,
          Shape::kSumsBytes,
          allow_block_shared<N>,
          launch_block_prepare<N>,
          launch_block_forward<N>,
          launch_block_backward<N>,
          launch_block_kernel_gradient<N>};
}

}  // namespace sgconv::cuda
