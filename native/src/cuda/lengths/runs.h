// Signals of a batch that have lengths of their own. The CUDA kernels take signals of one length at
// a time: each run of members that have the same is launched by itself, and what lies beyond is
// zeroed by a CUDA kernel of its own. So nothing is slower for signals that all have L samples.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sgconv::cuda {

// Members of a batch and what each has of L samples.
struct Members {
  int64_t count;           // B
  int64_t length;          // L
  const int64_t *lengths;  // one a member; NULL: all have L

  int64_t length_of(int64_t member) const { return lengths == nullptr ? length : lengths[member]; }
};

// Calls body(first, count, samples) with the runs of members first <= b < first + count that have
// the same length, in order.
template <class Body>
void each_run(const Members &members, int64_t first, int64_t count, Body &&body) {
  const int64_t end = first + count;
  while (first < end) {
    const int64_t samples = members.length_of(first);
    int64_t next = members.lengths == nullptr ? end : first + 1;
    while (next < end && members.length_of(next) == samples) {
      ++next;
    }
    body(first, next - first, samples);
    first = next;
  }
}

}  // namespace sgconv::cuda
