// Shapes of the one-block CUDA kernels of size N.
#pragma once

#include "cuda/transform/block_transform.h"

namespace sgconv::cuda {

// Backward of the longest rows has little shared memory to transform in.
template <int N>
using BackwardTransform =
    BlockTransform<N, shapes::exchanges_halves(N) ? Exchange::kHalves : Exchange::kNear>;

// Threads of a block: several rows share one where a row has few.
template <int N>
struct BlockShape {
  using Transform = BlockTransform<N>;
  static constexpr int kRows =
      Transform::kThreads >= shapes::kThreads ? 1 : shapes::kThreads / Transform::kThreads;
  static constexpr int kThreads = Transform::kThreads * kRows;
  static constexpr int kComplexes = kRows * Transform::kShared + Transform::kRoots;
  static constexpr int kSharedBytes = kComplexes * static_cast<int>(sizeof(Complex));
  static constexpr int kBackwardComplexes =
      kRows * BackwardTransform<N>::kShared + BackwardTransform<N>::kRoots;
  static constexpr int kBackwardBytes = kBackwardComplexes * static_cast<int>(sizeof(Complex));
  // More for the synthesis of a kernel with so many pieces in all directions: a factor for each.
  static constexpr int synthesis_bytes(int pieces) {
    return kRows * pieces * static_cast<int>(sizeof(double));
  }
  // Blocks that a multiprocessor shall hold.
  static constexpr int kResident = shapes::resident(kThreads);
  static constexpr int kForwardResident = shapes::forward_resident(kThreads, Transform::kR);
  static constexpr int kBackwardResident = shapes::backward_resident(kThreads, Transform::kR);
  // An array of N numbers for each row beside, in shared memory.
  static constexpr int kArrayBytes = kRows * N * static_cast<int>(sizeof(Complex));
  // Forward: the spectrum of u while heads take their turns, if a multiprocessor still holds
  // kResident blocks.
  static constexpr bool kParksInput =
      kSharedBytes + kArrayBytes <= shapes::shared_of_block(kResident);
  // Backward: one array of sums, and of a thread's numbers of the spectrum as many as there is room
  // for beside it. Those left over stay in registers, or in memory where registers are few.
  static constexpr bool kSumsShared = shapes::sums_in_shared(N);
  static constexpr int kSumsBytes = kSumsShared ? kArrayBytes : 0;
  static constexpr int kNumberBytes = kThreads * static_cast<int>(sizeof(Complex));
  static constexpr int kRoom =
      (shapes::shared_of_block(kBackwardResident) - kBackwardBytes - kSumsBytes) / kNumberBytes;
  static constexpr int kParked = kRoom < Transform::kR ? kRoom : Transform::kR;
  static constexpr int kKept = kSumsShared ? Transform::kR - kParked : 0;
  static constexpr int kParkedBytes = kParked * kNumberBytes;
  // Backward: the next samples are loaded before they are needed.
  static constexpr bool kLoadsEarly = shapes::loads_early(kThreads, Transform::kR);
  // Forward: those of windows.
  static constexpr bool kLoadsWindowsEarly = shapes::loads_windows_early(Transform::kR);
};

}  // namespace sgconv::cuda
