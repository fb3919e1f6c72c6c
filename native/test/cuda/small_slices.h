// Read before block.cpp of the emulated device: sums over the batch then have room for a few slices
// only, so that a few thousand windows take several rounds of them.
#pragma once

#include "cuda/policy/policy.h"

namespace sgconv::cuda::block_policy {
constexpr int64_t kFewSliceBytes = int64_t{40} << 10;
}  // namespace sgconv::cuda::block_policy

#define kMostSliceBytes kFewSliceBytes
