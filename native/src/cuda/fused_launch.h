// Launches of the one-block CUDA kernels of size N. Included once a size.
#pragma once

#include "cuda/fused_backward.h"
#include "cuda/fused_forward.h"
#include "cuda/fused_prepare.h"
#include "cuda/launch.h"

namespace sgconv::cuda {

template <int N>
RowGrid fused_grid(int64_t rows) {
  using Shape = FusedShape<N>;
  return {dim3(static_cast<unsigned>((rows + Shape::kRows - 1) / Shape::kRows)),
          dim3(Shape::kThreads)};
}

template <int N>
void launch_fused_prepare(const FusedPrepareArguments &arguments, void *stream) {
  const auto shared_bytes = [](int pieces) {
    return static_cast<std::size_t>(FusedShape<N>::kSharedBytes +
                                    FusedShape<N>::synthesis_bytes(pieces));
  };
  launch("fused_prepare", fused_prepare<N>, fused_grid<N>(arguments.row_count), stream, arguments,
         shared_bytes(arguments.directions * arguments.synthesis.pieces.scales),
         shared_bytes(2 * kMaxScales));
}

template <int N>
void launch_fused_forward(const FusedForwardArguments &arguments, void *stream) {
  launch("fused_forward", fused_forward<N>, fused_grid<N>(arguments.rows.items), stream, arguments,
         FusedShape<N>::kSharedBytes);
}

template <int N>
void launch_fused_backward(const FusedBackwardArguments &arguments, void *stream) {
  launch("fused_backward", fused_backward<N>, fused_grid<N>(arguments.rows.items), stream,
         arguments, FusedShape<N>::kSharedBytes);
}

template <int N>
void launch_fused_kernel_gradient(const FusedKernelGradientArguments &arguments, void *stream) {
  launch("fused_kernel_gradient", fused_kernel_gradient<N>,
         fused_grid<N>(arguments.heads * arguments.hidden_count), stream, arguments,
         FusedShape<N>::kSharedBytes);
}

template <int N>
constexpr FusedSize fused_size() {
  using Shape = FusedShape<N>;
  return {N,
          Shape::kRows,
          Shape::kSharedBytes,
          Shape::kResident,
          Shape::kBackwardResident,
          launch_fused_prepare<N>,
          launch_fused_forward<N>,
          launch_fused_backward<N>,
          launch_fused_kernel_gradient<N>};
}

}  // namespace sgconv::cuda
