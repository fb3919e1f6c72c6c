// One-block convolution: sizes and their CUDA kernels' shapes.
#pragma once

#include "cuda/block_transform.h"

namespace sgconv::cuda {

// Threads of a block: several rows share one where a row has few.
template <class Transform>
struct FusedShape {
  static constexpr int kRows = Transform::kThreads >= 128 ? 1 : 128 / Transform::kThreads;
  static constexpr int kThreads = Transform::kThreads * kRows;
  static constexpr int kSharedBytes =
      kRows * 2 * Transform::kFloats * static_cast<int>(sizeof(float));
};

}  // namespace sgconv::cuda
