// Shapes of the one-block CUDA kernels of size N.
#pragma once

#include "cuda/block_transform.h"

namespace sgconv::cuda {

// Threads of a block: several rows share one where a row has few.
template <int N>
struct FusedShape {
  using Transform = BlockTransform<N>;
  static constexpr int kRows = Transform::kThreads >= 128 ? 1 : 128 / Transform::kThreads;
  static constexpr int kThreads = Transform::kThreads * kRows;
  static constexpr int kComplexes = kRows * Transform::kShared + Transform::kRoots;
  static constexpr int kSharedBytes = kComplexes * static_cast<int>(sizeof(Complex));
  // More for the synthesis of a kernel with so many pieces in all directions: a factor for each.
  static constexpr int synthesis_bytes(int pieces) {
    return kRows * pieces * static_cast<int>(sizeof(double));
  }
  // Blocks that a multiprocessor shall hold: 512 threads, which gives each 128 registers.
  static constexpr int kResident = 512 / kThreads;
  // Backward needs more registers with 24 or 32 numbers a thread: three quarters of the threads, or
  // half of them. (At 512 threads a block there is no choice.)
  static constexpr int kBackwardResident = Transform::kR > 16
                                               ? (kResident > 1 ? kResident * 3 / 4 : 1)
                                               : kResident;
  // A channel's spectrum stays in registers over the rows of an item.
  static constexpr bool kKeepsSpectrum = Transform::kR <= 16;
};

}  // namespace sgconv::cuda
