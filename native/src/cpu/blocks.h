// Rows cut into blocks of N samples, for kernels that are much shorter than the row: where blocks
// are, and what is read of them.
//
// A kernel of Q <= N lags reaches from a block into one neighbor only. In the ring x^N = i, block p
// of y is the real part of k (u_p - i u_(p-1)): what u_p sends beyond its end is imaginary, and
// what u_(p-1) sends beyond its own comes back as i (-i) = 1. So every transform of N complex
// points gives N samples and none is computed twice. In the same way du_p is the real part of
// conj(K) (DY_p + i DY_(p+1)), and dk that of the sum over p of conj(U_p) (DY_p + i DY_(p+1)).
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
  return {place.start, place.length, member % job.blocks * job.transform->size};
}

// Members of the batch: blocks of all its rows.
SGCONV_INLINE std::int64_t members(const Convolution &job) { return job.batch * job.blocks; }

// Samples of a block that count.
SGCONV_INLINE std::int64_t live_samples(const Convolution &job, const Block &block) {
  const std::int64_t rest = block.length - block.at, size = job.transform->size;
  return rest < 0 ? 0 : rest < size ? rest : size;
}

// Where those samples are in u, a gate, or a gradient of either.
SGCONV_INLINE Place live_place(const Convolution &job, const Block &block) {
  return {block.row + block.at, live_samples(job, block)};
}

// Samples of a block that exist.
SGCONV_INLINE std::int64_t stored_samples(const Convolution &job, const Block &block) {
  const std::int64_t rest = job.geometry.length - block.at, size = job.transform->size;
  return rest < size ? rest : size;
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
    alignas(64) Real part[W];
    for (std::int64_t lane = 0; lane < W; ++lane) {
      std::int64_t i = first + lane;
      // Blocks are shorter than rows, so at most one period away.
      if (wraps) i += i < 0 ? length : i >= length ? -length : 0;
      const bool there = i >= 0 && i < length;
      part[lane] = !there ? real(0.0) : gate == nullptr ? samples[i] : samples[i] * gate[i];
    }
    return load(part);
  }
};

SGCONV_INLINE Window window(const Convolution &job, const Real *samples, const Real *gate,
                            const Block &block, std::int64_t from) {
  return {samples, gate, block.length, from, job.geometry.mode == SGCONV_CIRCULAR};
}

// u_p - i u_(p-1), as far ahead as the kernel reaches.
struct BehindPair {
  Window here, behind;
  SGCONV_INLINE C operator()(std::int64_t at) const { return {here(at), -behind(at)}; }
};

// dy_p + i dy_(p+1), as far behind as the kernel reaches ahead.
struct AheadPair {
  Window here, ahead;
  SGCONV_INLINE C operator()(std::int64_t at) const { return {here(at), ahead(at)}; }
};

SGCONV_INLINE BehindPair behind_pair(const Convolution &job, const Block &block) {
  const Real *u = job.u + block.row;
  const Real *gate = job.pre == nullptr ? nullptr : job.pre + block.row;
  const std::int64_t from = block.at + job.ahead;
  return {window(job, u, gate, block, from),
          window(job, u, gate, block, from - job.transform->size)};
}

SGCONV_INLINE AheadPair ahead_pair(const Convolution &job, const Block &block, const Real *dy) {
  const Real *gate = job.post == nullptr ? nullptr : job.post + block.row;
  const std::int64_t from = block.at - job.ahead;
  return {window(job, dy, gate, block, from),
          window(job, dy, gate, block, from + job.transform->size)};
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
