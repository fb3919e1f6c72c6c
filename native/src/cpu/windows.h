// The two windows of a block (blocks.h) on their way through a transform.
#ifndef SGCONV_CPU_WINDOWS_H
#define SGCONV_CPU_WINDOWS_H

#include "cpu/blocks.h"
#include "cpu/rows.h"

namespace sgconv::SGCONV_TIER {

// V, and R.
SGCONV_INLINE std::int64_t window_length(const Convolution &job) { return job.block_length / 2; }
SGCONV_INLINE std::int64_t window_reach(const Convolution &job) {
  return job.transform->size - window_length(job);
}

// Both windows whole.
struct WindowPair {
  Window first, second;
  SGCONV_INLINE C operator()(std::int64_t at) const { return {first(at), second(at)}; }
};

// Their new samples, and zeros.
struct NewPair {
  WindowPair windows;
  std::int64_t length;  // V
  SGCONV_INLINE C operator()(std::int64_t at) const {
    return at < length ? windows(at) : C{set1(real(0.0)), set1(real(0.0))};
  }
};

// What outputs depend on.
SGCONV_INLINE WindowPair input_pair(const Convolution &job, const Block &block) {
  const std::int64_t reach = window_reach(job);
  return {input_window(job, block, -reach), input_window(job, block, window_length(job) - reach)};
}

SGCONV_INLINE NewPair new_input_pair(const Convolution &job, const Block &block) {
  const std::int64_t length = window_length(job);
  WindowPair pair{input_window(job, block, -job.ahead),
                  input_window(job, block, length - job.ahead)};
  pair.first.wraps = pair.second.wraps = false;
  return {pair, length};
}

// `dy`: of the row.
SGCONV_INLINE WindowPair gradient_pair(const Convolution &job, const Block &block, const Real *dy) {
  return {gradient_window(job, block, dy, 0), gradient_window(job, block, dy, window_length(job))};
}

// Takes both windows' new samples to their places in the block, and drops the others.
template <class Store>
struct StoreWindows {
  Store samples;
  std::int64_t first, length;  // of the new samples in a window; multiples of W
  SGCONV_INLINE void operator()(std::int64_t at, C value) const {
    const std::int64_t place = at - first;
    if (place < 0 || place >= length) return;
    samples(place, value.re);
    samples(place + length, value.im);
  }
};

// All of one block's steps between samples and work.
struct WindowPasses : RowPasses {
  std::int64_t first, length;  // of the new samples

  template <class Store>
  StoreWindows<Store> windows(const Store &samples) const {
    return {samples, first, length};
  }

  template <class Store>
  void store(const Store &samples) const {
    RowPasses::store(windows(samples));
  }

  void store_row(const Row &row, bool streamed) const {
    with_store(row, 2 * length, streamed, [&](const auto &samples) { store(samples); });
    clear_tail(row.samples, row.length, row.end);
  }

  // store_row and the next load_samples.
  template <class Samples>
  void exchange(const Row &row, bool streamed, const Samples &next, const Real *ahead) const {
    with_store(row, 2 * length, streamed,
               [&](const auto &samples) { exchange_columns(windows(samples), next, ahead); });
    clear_tail(row.samples, row.length, row.end);
  }
};

// Of y, which begins with what is dropped.
SGCONV_INLINE WindowPasses output_passes(const Convolution &job, const Team &team, Real *work) {
  return {{*job.transform, team, work}, window_reach(job), window_length(job)};
}

// Of du, which ends with it.
SGCONV_INLINE WindowPasses gradient_passes(const Convolution &job, const Team &team, Real *work) {
  return {{*job.transform, team, work}, 0, window_length(job)};
}

// What comes after a tile of a block: both windows lie side by side, twice as much as a row.
SGCONV_INLINE Next next_windows(const Convolution &job, const Real *work, const Real *row) {
  Next next = next_after(*job.transform, work, row);
  next.complex = true;
  return next;
}

}  // namespace sgconv::SGCONV_TIER

#endif
