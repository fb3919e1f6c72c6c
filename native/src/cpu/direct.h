// Convolution of short rows, L <= kDirectLength, by sums over Toeplitz vectors: below some length
// this takes fewer operations than any transform. The prepared kernel of one (c, h) holds the lags
// -(L-1) .. L-1 and then their reverse, each padded with zeros to whole vectors.
#ifndef SGCONV_CPU_DIRECT_H
#define SGCONV_CPU_DIRECT_H

#include "cpu/operands.h"

namespace sgconv::SGCONV_TIER {

constexpr std::int64_t kMostPadded = kDirectLength;

SGCONV_INLINE std::int64_t padded(std::int64_t length) { return (length + W - 1) / W * W; }

// out[i] = sum over s in [first(i), last(i)) of a[s] * lags[i - s], 0 <= i < padded(length), where
// lags below zero matter only if `behind` and lags above zero only if `ahead`.
inline void toeplitz(const Real *lags, const Real *a, std::int64_t length, bool behind, bool ahead,
                     Real *out) {
  for (std::int64_t at = 0; at < length; at += W) {
    const std::int64_t first = ahead ? 0 : at;
    const std::int64_t last = behind || at + W > length ? length : at + W;
    F even = set1(Real{0}), odd = set1(Real{0});
    std::int64_t s = first;
    for (; s + 1 < last; s += 2) {
      even = fma(set1(a[s]), loadu(lags + at - s), even);
      odd = fma(set1(a[s + 1]), loadu(lags + at - s - 1), odd);
    }
    if (s < last) even = fma(set1(a[s]), loadu(lags + at - s), even);
    store(out + at, even + odd);
  }
}

inline void direct_prepare(const Convolution &job, const Workspace &, const Team &,
                           std::int64_t first, std::int64_t last) {
  const std::int64_t length = job.transform->length, size = padded(length);
  for (std::int64_t item = first; item < last; ++item) {
    Real *lags = job.prepared + item * job.transform->spectrum_reals;
    for (std::int64_t i = 0; i < 4 * size; ++i) lags[i] = Real{0};
    Real *zero = lags + length - 1, *reverse = zero + 2 * size;
    const std::int64_t live = live_lags(job);
    const Real *k = job.kernel + kernel_start(job, item) + zero_lag(job);
    for (std::int64_t j = 0; j < live; ++j) zero[j] = k[j];
    if (job.skip != nullptr) zero[0] += job.skip[item];
    if (job.geometry.mode == SGCONV_CIRCULAR) {
      for (std::int64_t j = 1; j < live; ++j) zero[j - length] = k[j];
    }
    const Behind behind = behind_zero(job);
    const Real *back = k + behind.first;
    for (std::int64_t j = 0; j < behind.live; ++j) zero[-1 - j] = back[j * behind.step];
    for (std::int64_t j = 1 - length; j < length; ++j) reverse[j] = zero[-j];
  }
}

inline void direct_forward(const Convolution &job, const Workspace &, const Team &,
                           std::int64_t first, std::int64_t last) {
  const std::int64_t length = job.transform->length;
  const std::int64_t heads = job.geometry.heads, hidden = job.geometry.hidden;
  const bool behind = job.geometry.mode != SGCONV_CAUSAL;
  alignas(64) Real v[kMostPadded], out[kMostPadded];
  for (std::int64_t item = first; item < last; ++item) {
    const std::int64_t h = item / job.batch, b = item % job.batch;
    const Place in = place_of(job, b, h);
    gated(job.u + in.start, row_at(job.pre, in), in.length, padded(in.length), v);
    for (std::int64_t c = 0; c < heads; ++c) {
      const Real *lags =
          job.spectrum + (c * hidden + h) * job.transform->spectrum_reals + length - 1;
      toeplitz(lags, v, in.length, behind, true, out);
      gated(out, row_at(job.post, in), in.length, length, job.y + output_start(job, b, c, h));
    }
  }
}

// correlation[size + l] (+)= sum over s of u[s] * dy[s + l] for every lag l that the mode has,
// `size` the padded L, of rows of `length` samples.
inline void correlate(const Real *u, const Real *dy, std::int64_t length, std::int64_t size,
                      bool behind, bool begin, Real *correlation) {
  alignas(64) Real wide[4 * kMostPadded];
  for (std::int64_t i = 0; i < 4 * size; ++i) wide[i] = Real{0};
  for (std::int64_t i = 0; i < length; ++i) wide[size + i] = dy[i];
  for (std::int64_t lag = behind ? -size : 0; lag < size; lag += W) {
    F sum = begin ? set1(Real{0}) : load(correlation + size + lag);
    for (std::int64_t s = 0; s < length; ++s) {
      sum = fma(set1(u[s]), loadu(wide + size + s + lag), sum);
    }
    store(correlation + size + lag, sum);
  }
}

inline void direct_store_correlation(const Convolution &job, std::int64_t item,
                                     const Real *correlation) {
  const std::int64_t length = job.transform->length;
  const Real *zero = correlation + padded(length);
  if (job.dskip != nullptr) job.dskip[item] = zero[0];
  if (job.dk == nullptr) return;
  const std::int64_t live = live_lags(job);
  Real *dk = job.dk + kernel_start(job, item) + zero_lag(job);
  for (std::int64_t j = 0; j < live; ++j) dk[j] = zero[j];
  clear(dk, live, job.geometry.kernel_length - zero_lag(job));
  if (job.geometry.mode == SGCONV_CIRCULAR) {
    for (std::int64_t j = 1; j < live; ++j) dk[j] += zero[j - length];
  }
  const Behind behind = behind_zero(job);
  Real *back = dk + behind.first;
  for (std::int64_t j = 0; j < behind.live; ++j) back[j * behind.step] = zero[-1 - j];
  for (std::int64_t j = behind.live; j < behind.count; ++j) back[j * behind.step] = Real{0};
}

inline void direct_finish(const Convolution &job, const Workspace &, const Team &,
                          std::int64_t first, std::int64_t last) {
  const std::int64_t heads = job.geometry.heads;
  const std::int64_t row_reals = heads * job.transform->spectrum_reals;
  for (std::int64_t h = first; h < last; ++h) {
    Real *sum = job.partial + h * job.slices * row_reals;
    for (std::int64_t c = 0; c < heads; ++c) {
      Real *head = sum + c * job.transform->spectrum_reals;
      for (std::int64_t slice = 1; slice < job.slices; ++slice) {
        const std::int64_t size = 2 * padded(job.transform->length);
        for (std::int64_t i = 0; i < size; ++i) head[i] += head[slice * row_reals + i];
      }
      direct_store_correlation(job, c * job.geometry.hidden + h, head);
    }
  }
}

inline void direct_backward(const Convolution &job, const Workspace &space, const Team &,
                            std::int64_t first, std::int64_t last) {
  const Transform &t = *job.transform;
  const std::int64_t length = t.length, size = padded(length);
  const std::int64_t heads = job.geometry.heads, hidden = job.geometry.hidden;
  const bool behind = job.geometry.mode != SGCONV_CAUSAL;
  const bool input = job.du != nullptr || job.dpre != nullptr;
  alignas(64) Real v[kMostPadded], g[kMostPadded], out[kMostPadded], sum[kMostPadded];
  for (std::int64_t item = first; item < last; ++item) {
    const std::int64_t h = item / job.slices, slice = item % job.slices;
    Real *correlation =
        job.slices > 1 ? job.partial + item * heads * t.spectrum_reals : space.correlation;
    const std::int64_t from = job.batch * slice / job.slices;
    const std::int64_t to = job.batch * (slice + 1) / job.slices;
    for (std::int64_t b = from; b < to; ++b) {
      const Place in = place_of(job, b, h);
      const std::int64_t samples = in.length;
      const Real *pre = row_at(job.pre, in);
      gated(job.u + in.start, pre, samples, size, v);
      for (std::int64_t c = 0; c < heads; ++c) {
        const Real *lags = job.spectrum + (c * hidden + h) * t.spectrum_reals + length - 1;
        const Real *dy = job.dy + output_start(job, b, c, h);
        gated(dy, row_at(job.post, in), samples, size, g);
        if (job.dk != nullptr || job.dskip != nullptr) {
          correlate(v, g, samples, size, behind, b == from, correlation + c * t.spectrum_reals);
        }
        if (input) {
          toeplitz(lags + 2 * size, g, samples, true, behind, c == 0 ? sum : out);
          for (std::int64_t i = 0; c > 0 && i < samples; ++i) sum[i] += out[i];
        }
        if (job.dpost != nullptr) {
          Real *dpost = job.dpost + in.start;
          toeplitz(lags, v, samples, behind, true, out);
          for (std::int64_t i = 0; i < samples; ++i) {
            dpost[i] = (c == 0 ? Real{0} : dpost[i]) + out[i] * dy[i];
          }
          clear(dpost, samples, length);
        }
      }
      if (job.dpre != nullptr) {
        gated(sum, job.u + in.start, samples, length, job.dpre + in.start);
      }
      if (job.du != nullptr) gated(sum, pre, samples, length, job.du + in.start);
    }
    if (job.slices == 1 && (job.dk != nullptr || job.dskip != nullptr)) {
      for (std::int64_t c = 0; c < heads; ++c) {
        direct_store_correlation(job, c * hidden + h, correlation + c * t.spectrum_reals);
      }
    }
  }
}

}  // namespace sgconv::SGCONV_TIER

#endif
