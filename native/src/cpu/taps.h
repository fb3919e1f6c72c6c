// Convolution with kernels of few lags ("taps") by sums, in blocks (blocks.h): below some number of
// lags this takes fewer operations than any transform.
//
// The prepared kernel of one (c, h) is its lags as one row, from the furthest ahead to the furthest
// behind, then the same reversed, each between W zeros: a vector from anywhere in it is what one
// sample adds to W neighboring outputs.
#ifndef SGCONV_CPU_TAPS_H
#define SGCONV_CPU_TAPS_H

#include "cpu/blocks.h"

namespace sgconv::SGCONV_TIER {

// Vectors of outputs whose sums are in registers together.
constexpr int kTogether = 8;

// Most lags, W apart, whose sums are in registers together, for two neighbors each.
constexpr int kStrided = 4;

// Samples of a block, what the kernel reaches around it, and what whole groups of vectors read
// more.
constexpr std::int64_t kWindowed = kTapsBlock + kMostTaps + (kTogether + 2 * kStrided) * W;

SGCONV_INLINE std::int64_t padded_taps(std::int64_t span) { return (span + 3 * W - 1) / W * W; }

// window[0 .. count) = samples from `from` on.
SGCONV_INLINE void fill_window(const Window &window, std::int64_t count, Real *out) {
  for (std::int64_t i = 0; i < count; i += W) store(out + i, window(i));
}

// out[i] = sum over j in [0, span) of row[W + j] * samples[i - j]: each sample in turn times the
// part of the kernel that it adds to a vector of outputs. `row`: `span` lags between W zeros.
inline void sum_taps(const Real *row, std::int64_t span, const Real *samples, std::int64_t count,
                     Real *out) {
  for (std::int64_t i = 0; i < count; i += kTogether * W) {
    F sum[kTogether];
    each<0, kTogether>([&](auto g) SGCONV_BODY { sum[g] = set1(real(0.0)); });
    const Real *at = samples + i;
    for (std::int64_t s = 1 - span; s < W; ++s) {
      const F taps = loadu(row + W - s);
      each<0, kTogether>([&](auto g)
                             SGCONV_BODY { sum[g] = fma(taps, set1(at[s + g * W]), sum[g]); });
    }
    each<0, kTogether>([&](auto g) SGCONV_BODY { store(out + i + g * W, sum[g]); });
  }
}

// Adds term to the sum of all and what that rounds off to `lost`: thousands of blocks' sums that
// grow alike would otherwise be rounded to the size of the sum so far each time.
SGCONV_INLINE void add_compensated(F term, Real *sum, Real *lost) {
  const F before = load(sum), after = before + term, added = after - before;
  store(sum, after);
  store(lost, load(lost) + ((before - (after - added)) + (term - added)));
}

// For lags j, j + 1 and those that are up to `strided` - 1 times W more: the sum of u[i] * dy[i +
// j] over i as a vector of partial sums to sums[2j W], and what was rounded off to the vector after
// it. One vector of dy serves the lags W apart, one of u two neighbors. u has zeros around its
// samples.
template <int strided>
void correlate_strided(const Real *u, const Real *dy, std::int64_t count, std::int64_t j,
                       std::int64_t span, Real *sums) {
  F even[std::size_t{strided}], odd[std::size_t{strided}];
  each<0, strided>([&](auto m) SGCONV_BODY { even[m] = odd[m] = set1(real(0.0)); });
  for (std::int64_t i = 0; i < count + (strided - 1) * W; i += W) {
    const F here = loadu(dy + i + j), next = loadu(dy + i + j + 1);
    each<0, strided>([&](auto m) SGCONV_BODY {
      const F factor = load(u + i - m * W);
      even[m] = fma(factor, here, even[m]);
      odd[m] = fma(factor, next, odd[m]);
    });
  }
  each<0, strided>([&](auto m) SGCONV_BODY {
    const std::int64_t lag = j + m * W;
    Real *at = sums + 2 * W * lag;
    if (lag < span) add_compensated(even[m], at, at + W);
    if (lag + 1 < span) add_compensated(odd[m], at + 2 * W, at + 3 * W);
  });
}

inline void correlate_taps(const Real *u, const Real *dy, std::int64_t count, std::int64_t span,
                           Real *sums) {
  for (std::int64_t first = 0; first < span; first += kStrided * W) {
    const std::int64_t rest = span - first;
    for (std::int64_t j = first; j < first + W && j < span; j += 2) {
      if (rest > 2 * W) {
        correlate_strided<4>(u, dy, count, j, span, sums);
      } else if (rest > W) {
        correlate_strided<2>(u, dy, count, j, span, sums);
      } else {
        correlate_strided<1>(u, dy, count, j, span, sums);
      }
    }
  }
}

inline void prepare_taps(const Convolution &job, const Workspace &, const Team &,
                         std::int64_t first, std::int64_t last) {
  for (std::int64_t item = first; item < last; ++item) {
    const std::int64_t reals = padded_taps(job.span);
    Real *row = job.prepared + item * job.transform->spectrum_reals, *reverse = row + reals;
    clear(row, 0, 2 * reals);
    span_kernel(job, item, row + W);
    for (std::int64_t j = 0; j < job.span; ++j) reverse[W + j] = row[W + job.span - 1 - j];
  }
}

SGCONV_INLINE const Real *gate_at(const Real *gate, const Block &block) {
  return gate == nullptr ? nullptr : gate + block.row + block.at;
}

// The block of u, gated, and what the kernel reaches of the row around it: sample 0 of the block,
// as far ahead as the kernel reaches, is out[span - 1]. Vectors of outputs read W samples more.
SGCONV_INLINE void fill_behind(const Convolution &job, const Block &block, Real *out) {
  const std::int64_t reach = job.span - 1;
  fill_window(input_window(job, block, -reach), live_samples(job, block) + reach + W, out);
}

inline void forward_taps(const Convolution &job, const Workspace &, const Team &,
                         std::int64_t first, std::int64_t last) {
  const std::int64_t heads = job.geometry.heads, hidden = job.geometry.hidden;
  alignas(64) Real u[kWindowed], y[kWindowed];
  for (std::int64_t item = first; item < last; ++item) {
    const std::int64_t h = item / members(job), m = item % members(job);
    const Block block = block_of(job, m, h);
    const std::int64_t live = live_samples(job, block), end = stored_samples(job, block);
    fill_behind(job, block, u);
    for (std::int64_t c = 0; c < heads; ++c) {
      sum_taps(job.spectrum + (c * hidden + h) * job.transform->spectrum_reals, job.span,
               u + job.span - 1, live, y);
      gated(y, gate_at(job.post, block), live, end,
            job.y + output_start(job, m / job.blocks, c, h) + block.at);
    }
  }
}

// Sums of one head, span * 2 W reals -> dk and dskip.
inline void store_taps(const Convolution &job, std::int64_t item, const Real *sums) {
  Real lags[kMostTaps];
  for (std::int64_t j = 0; j < job.span; ++j) {
    Real sum = real(0.0), lost = real(0.0);
    for (int lane = 0; lane < W; ++lane) {
      const Real term = sums[2 * j * W + lane], after = sum + term, added = after - sum;
      lost += ((sum - (after - added)) + (term - added)) + sums[(2 * j + 1) * W + lane];
      sum = after;
    }
    lags[j] = sum + lost;
  }
  unspan_gradient(job, item, lags);
}

// Adds the slices of one h in a fixed order, then as above.
inline void finish_taps(const Convolution &job, const Workspace &, const Team &, std::int64_t first,
                        std::int64_t last) {
  const std::int64_t head_reals = 2 * W * job.span, reals = job.geometry.heads * head_reals;
  for (std::int64_t h = first; h < last; ++h) {
    Real *sum = job.partial + h * job.slices * reals;
    for (std::int64_t slice = 1; slice < job.slices; ++slice) {
      const Real *term = sum + slice * reals;
      for (std::int64_t i = 0; i < reals; i += 2 * W) {
        store(sum + i + W, load(sum + i + W) + load(term + i + W));
        add_compensated(load(term + i), sum + i, sum + i + W);
      }
    }
    for (std::int64_t c = 0; c < job.geometry.heads; ++c) {
      store_taps(job, c * job.geometry.hidden + h, sum + c * head_reals);
    }
  }
}

// One member's gradients. `sums` of all heads for dk, or null.
inline void backward_taps_member(const Convolution &job, std::int64_t member, std::int64_t h,
                                 Real *sums) {
  const std::int64_t heads = job.geometry.heads, hidden = job.geometry.hidden;
  const std::int64_t spectrum = job.transform->spectrum_reals;
  const bool input = job.du != nullptr || job.dpre != nullptr;
  constexpr std::int64_t before = (kStrided - 1) * W;
  alignas(64) Real u_between_zeros[kWindowed], behind[kWindowed], g[kWindowed], out[kWindowed];
  alignas(64) Real sum[kWindowed];
  const Block block = block_of(job, member, h);
  const std::int64_t live = live_samples(job, block), end = stored_samples(job, block);
  const std::int64_t at = block.row + block.at;
  const Real *pre = gate_at(job.pre, block);
  Real *u = u_between_zeros + before;
  if (sums != nullptr) {
    clear(u, -before, 0);
    gated(job.u + at, pre, live, live + before + W, u);
  }
  if (job.dpost != nullptr) fill_behind(job, block, behind);
  for (std::int64_t c = 0; c < heads; ++c) {
    const Real *taps = job.spectrum + (c * hidden + h) * spectrum;
    const Real *dy = job.dy + output_start(job, member / job.blocks, c, h);
    if (input || sums != nullptr) {
      // Lags are taken in groups, the last of which may reach beyond the kernel.
      fill_window(gradient_window(job, block, dy, 0), live + job.span + before + 2 * W, g);
    }
    if (sums != nullptr) correlate_taps(u, g, live, job.span, sums + c * 2 * W * job.span);
    if (input) {
      sum_taps(taps + padded_taps(job.span), job.span, g + job.span - 1, live, c == 0 ? sum : out);
      for (std::int64_t i = 0; c > 0 && i < live; ++i) sum[i] += out[i];
    }
    if (job.dpost != nullptr) {
      Real *dpost = job.dpost + at;
      sum_taps(taps, job.span, behind + job.span - 1, live, out);
      for (std::int64_t i = 0; i < live; ++i) {
        dpost[i] = (c == 0 ? real(0.0) : dpost[i]) + out[i] * dy[block.at + i];
      }
      clear(dpost, live, end);
    }
  }
  if (job.dpre != nullptr) gated(sum, job.u + at, live, end, job.dpre + at);
  if (job.du != nullptr) gated(sum, pre, live, end, job.du + at);
}

inline void backward_taps(const Convolution &job, const Workspace &space, const Team &,
                          std::int64_t first, std::int64_t last) {
  const bool correlate = job.dk != nullptr || job.dskip != nullptr;
  const std::int64_t head_reals = 2 * W * job.span, reals = job.geometry.heads * head_reals;
  for (std::int64_t item = first; item < last; ++item) {
    const std::int64_t h = item / job.slices, slice = item % job.slices, all = members(job);
    Real *sums = job.slices > 1 ? job.partial + item * reals : space.correlation;
    if (correlate) clear(sums, 0, reals);
    for (std::int64_t m = all * slice / job.slices; m < all * (slice + 1) / job.slices; ++m) {
      backward_taps_member(job, m, h, correlate ? sums : nullptr);
    }
    for (std::int64_t c = 0; correlate && job.slices == 1 && c < job.geometry.heads; ++c) {
      store_taps(job, c * job.geometry.hidden + h, sums + c * head_reals);
    }
  }
}

}  // namespace sgconv::SGCONV_TIER

#endif
