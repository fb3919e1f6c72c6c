// Rows cut into blocks, for kernels that are much shorter than the row: where blocks are, and what
// is read of them.
//
// A block is two windows of V new samples each. One is the real and one the imaginary part of a
// transform of N = V + R points, where R is what a kernel of Q <= R + 1 lags reaches back: the
// kernel is real, so the parts stay apart but for what wraps round, and that falls on R points
// which are dropped. Of y those are the first: the windows of u begin R samples before those of y.
// Of du they are the last, and windows of dy end R samples later. dk is the real part of conj(U)
// DY with such windows of dy and the V new samples of u alone: lags 0 to R of both windows' sums.
#ifndef SGCONV_CPU_BLOCKS_H
#define SGCONV_CPU_BLOCKS_H

#include "cpu/operands.h"
#include "cpu/root.h"

namespace sgconv::SGCONV_TIER {

// A block of a row of (B, H, L).
struct Block {
  std::int64_t row;     // number of the row's first Real
  std::int64_t length;  // samples of the row that count
  std::int64_t at;      // the block's first sample in the row
};

// Member m of a batch of blocks: block m % P of the row of m / P.
SGCONV_INLINE Block block_of(const Convolution &job, std::int64_t member, std::int64_t h) {
  const Place place = place_of(job, member / job.blocks, h);
  return {place.start, place.length, member % job.blocks * job.block_length};
}

// Members of the batch: blocks of all its rows.
SGCONV_INLINE std::int64_t members(const Convolution &job) { return job.batch * job.blocks; }

// Samples of a block that count.
SGCONV_INLINE std::int64_t live_samples(const Convolution &job, const Block &block) {
  const std::int64_t rest = block.length - block.at;
  return rest < 0 ? 0 : rest < job.block_length ? rest : job.block_length;
}

// Where those samples are in u, a gate, or a gradient of either.
SGCONV_INLINE Place live_place(const Convolution &job, const Block &block) {
  return {block.row + block.at, live_samples(job, block)};
}

// Samples of a block that exist.
SGCONV_INLINE std::int64_t stored_samples(const Convolution &job, const Block &block) {
  const std::int64_t rest = job.geometry.length - block.at;
  return rest < job.block_length ? rest : job.block_length;
}

// Samples of a row, times a gate if there is one, from `from` on, which may be negative; zeros
// outside the row or, if `wraps`, the row's other end.
struct Window {
  const Real *samples;
  const Real *gate;  // or null
  std::int64_t length;
  std::int64_t from;
  bool wraps;

  SGCONV_INLINE F operator()(std::int64_t at) const {
    const std::int64_t i = from + at;
    if (i >= 0 && i + W <= length) [[likely]] {
      const F x = loadu(samples + i);
      return gate == nullptr ? x : x * loadu(gate + i);
    }
    return across(i);
  }

 private:
  SGCONV_OUTLINE F across(std::int64_t first) const {
    if (!wraps && (first <= -W || first >= length)) return set1(real(0.0));
    alignas(64) Real part[W];
    for (std::int64_t lane = 0; lane < W; ++lane) {
      std::int64_t i = first + lane;
      if (wraps) i = (i % length + length) % length;
      const bool there = i >= 0 && i < length;
      part[lane] = !there ? real(0.0) : gate == nullptr ? samples[i] : samples[i] * gate[i];
    }
    return load(part);
  }
};

// Of u, as far ahead as the kernel reaches.
SGCONV_INLINE Window input_window(const Convolution &job, const Block &block, std::int64_t from) {
  return {job.u + block.row, job.pre == nullptr ? nullptr : job.pre + block.row, block.length,
          block.at + job.ahead + from, job.geometry.mode == SGCONV_CIRCULAR};
}

// Of dy, as far behind as the kernel reaches ahead. `dy`: of the row.
SGCONV_INLINE Window gradient_window(const Convolution &job, const Block &block, const Real *dy,
                                     std::int64_t from) {
  return {dy, job.post == nullptr ? nullptr : job.post + block.row, block.length,
          block.at - job.ahead + from, job.geometry.mode == SGCONV_CIRCULAR};
}

// The lags of a kernel as one row: from the furthest ahead, at index 0, to the furthest behind. Lag
// 0, with the skip, has the index `ahead`.
inline void span_kernel(const Convolution &job, std::int64_t item, Real *out) {
  const std::int64_t lags = job.geometry.kernel_length;
  const Real *k = job.kernel + kernel_start(job, item);
  Real *forward = out;
  if (job.geometry.mode == SGCONV_BIDIRECTIONAL) {
    const Real *back = k + backward_offset(job);
    for (std::int64_t j = 0; j < lags; ++j) out[lags - 1 - j] = back[j];
    forward = out + lags;
  }
  for (std::int64_t j = 0; j < lags; ++j) forward[j] = k[j];
  if (job.skip != nullptr) out[job.ahead] += job.skip[item];
}

// The gradient of such a row -> dk and dskip.
inline void unspan_gradient(const Convolution &job, std::int64_t item, const Real *lags) {
  if (job.dskip != nullptr) job.dskip[item] = lags[job.ahead];
  if (job.dk == nullptr) return;
  const std::int64_t count = job.geometry.kernel_length;
  Real *dk = job.dk + kernel_start(job, item);
  const Real *forward = lags;
  if (job.geometry.mode == SGCONV_BIDIRECTIONAL) {
    Real *back = dk + backward_offset(job);
    for (std::int64_t j = 0; j < count; ++j) back[j] = lags[count - 1 - j];
    forward = lags + count;
  }
  for (std::int64_t j = 0; j < count; ++j) dk[j] = forward[j];
}

}  // namespace sgconv::SGCONV_TIER

#endif
