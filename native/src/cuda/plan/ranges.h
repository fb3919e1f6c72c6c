// How the work of a call is cut: by channels, and by members of the batch.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cuda/lengths/runs.h"

namespace sgconv::cuda {

inline int64_t ceil_divide(int64_t a, int64_t b) { return (a + b - 1) / b; }

inline int32_t narrow(int64_t value) { return static_cast<int32_t>(value); }

// Neighboring channels, of all members.
struct Channels {
  int64_t first, count;
};
// The same of some members, which have the same length.
struct Part {
  Channels channels;
  int64_t batch_first, batch_count;
  int64_t samples;

  int64_t signals() const { return channels.count * batch_count; }
};

// The step that makes as many ranges as steps of `most` would, and about equal ones.
inline int64_t even_step(int64_t count, int64_t most) {
  return ceil_divide(count, ceil_divide(count, most));
}

// Calls body(channels) with ranges of at most `most` of `all`.
template <class Body>
void each_channels(const Channels &all, int64_t most, Body &&body) {
  const int64_t end = all.first + all.count;
  const int64_t step = even_step(all.count, most);
  for (int64_t first = all.first; first < end; first += step) {
    body(Channels{first, std::min(step, end - first)});
  }
}

// Calls body(part) with parts of at most `most` members, in the order of the batch: sums over it
// are taken in that order whatever the parts.
template <class Body>
void each_part(const Channels &channels, const Members &members, int64_t most, Body &&body) {
  const int64_t step = even_step(members.count, most);
  for (int64_t start = 0; start < members.count; start += step) {
    each_run(members, start, std::min(step, members.count - start),
             [&](int64_t first, int64_t count, int64_t samples) {
               body(Part{channels, first, count, samples});
             });
  }
}

}  // namespace sgconv::cuda
