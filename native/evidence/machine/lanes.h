// Lanes of a warp as bits, and the registers that all code has.
#pragma once

#include <bit>
#include <cstdint>

namespace sgconv::evidence {

// Zero, and the predicate that holds.
constexpr unsigned kZero = 255, kUniformZero = 63, kTrue = 7;

// Calls body(lane) for each of `lanes`.
template <class Body>
void each_lane(std::uint32_t lanes, Body &&body) {
  for (; lanes != 0; lanes &= lanes - 1) {
    body(static_cast<unsigned>(std::countr_zero(lanes)));
  }
}

// The mask of what is written under a guard that holds for sure, or perhaps.
inline std::uint32_t certain(std::uint32_t guard_known, unsigned lane) {
  return (guard_known >> lane & 1) != 0 ? ~0u : 0;
}

}  // namespace sgconv::evidence
