// How sums over the batch are cut: rows or windows of a channel, counted through the batch, make
// slices, which one slot each adds up in order; many slices make groups (slice_groups.h). Where
// there are more than the workspace has room for, they take turns in rounds.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cuda/plan/ranges.h"
#include "cuda/policy/policy.h"

namespace sgconv::cuda {

struct Slices {
  int64_t width;  // rows or windows of a slice
  int64_t most;   // slices of a round

  int64_t of_round() const { return width * most; }
  int64_t count(int64_t all) const { return ceil_divide(all, width); }
  // More slices than shall be added up at once, or than a round has.
  bool grouped(int64_t all) const {
    return count(all) > std::min(most, block_policy::kSlicesOfGroup);
  }
  int64_t groups(int64_t all) const {
    return grouped(all) ? ceil_divide(std::min(most, count(all)), block_policy::kSlicesOfGroup) : 0;
  }
};

}  // namespace sgconv::cuda
