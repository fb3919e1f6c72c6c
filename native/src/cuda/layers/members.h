// Numbers of members that go along with a launch, so that no memory is needed for them.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sgconv::cuda {

constexpr int kMembersOfLaunch = 256;

// 2 KiB of the 4 KiB that arguments may have.
struct Members256 {
  int64_t number[kMembersOfLaunch];
};

// Calls body(first, count, numbers) for parts of a batch; where `given` is NULL all numbers are
// `otherwise`.
template <class Body>
void each_part(int64_t batch, const int64_t *given, int64_t otherwise, Body &&body) {
  for (int64_t first = 0; first < batch; first += kMembersOfLaunch) {
    const int64_t count = std::min<int64_t>(kMembersOfLaunch, batch - first);
    Members256 numbers{};
    for (int64_t i = 0; i < count; ++i) {
      numbers.number[i] = given == nullptr ? otherwise : given[first + i];
    }
    body(first, count, numbers);
  }
}

}  // namespace sgconv::cuda
