// CUDA kernels on windows of rows, of size N, and their launches: for each window what
// block_forward and block_backward do for a row. Included once a size.
#pragma once

#include "cuda/block/block_launch.h"

namespace sgconv::cuda {

template <int N>
__global__ void __launch_bounds__(BlockShape<N>::kThreads, BlockShape<N>::kResident)
    window_forward(const WindowForwardArguments a) {
  run_rows<N, block_forward_body<N, WindowForwardArguments>>(a);
}

template <int N>
__global__ void __launch_bounds__(BlockShape<N>::kThreads, BlockShape<N>::kBackwardResident)
    window_backward(const WindowBackwardArguments a) {
  run_rows<N, block_backward_body<N, WindowBackwardArguments>>(a);
}

template <int N>
void allow_window_shared(int64_t of_block) {
  allow_shared("window_forward", window_forward<N>, BlockShape<N>::kSharedBytes);
  allow_shared("window_backward", window_backward<N>, most_backward_bytes<N>(of_block));
}

template <int N>
void launch_window_forward(const WindowForwardArguments &arguments, int64_t blocks, void *stream) {
  launch("window_forward", window_forward<N>, block_grid<N>(blocks * BlockShape<N>::kRows), stream,
         arguments, BlockShape<N>::kSharedBytes, Begin::kEarly);
}

template <int N>
void launch_window_backward(const WindowBackwardArguments &arguments, int shared_bytes,
                            void *stream) {
  launch("window_backward", window_backward<N>, block_grid<N>(arguments.items()), stream, arguments,
         static_cast<std::size_t>(shared_bytes), Begin::kEarly);
}

template <int N>
constexpr WindowSize window_size() {
  return {N, allow_window_shared<N>, launch_window_forward<N>, launch_window_backward<N>};
}

}  // namespace sgconv::cuda
