// Shapes of the one-block CUDA kernels of size N.
#pragma once

#include "cuda/transform/block_transform.h"

namespace sgconv::cuda {

// Threads of a block: several rows share one where a row has few.
template <int N>
struct BlockShape {
  using Transform = BlockTransform<N>;
  static constexpr int kRows =
      Transform::kThreads >= shapes::kThreads ? 1 : shapes::kThreads / Transform::kThreads;
  static constexpr int kThreads = Transform::kThreads * kRows;
  static constexpr int kComplexes = kRows * Transform::kShared + Transform::kRoots;
  static constexpr int kSharedBytes = kComplexes * static_cast<int>(sizeof(Complex));
  // More for the synthesis of a kernel with so many pieces in all directions: a factor for each.
  static constexpr int synthesis_bytes(int pieces) {
    return kRows * pieces * static_cast<int>(sizeof(double));
  }
  // Blocks that a multiprocessor shall hold.
  static constexpr int kResident = shapes::resident(kThreads);
  static constexpr int kBackwardResident = shapes::backward_resident(kThreads, Transform::kR);
  // A channel's spectrum stays in registers over the signals of an item.
  static constexpr bool kKeepsSpectrum = shapes::keeps_spectrum(Transform::kR);
};

}  // namespace sgconv::cuda
