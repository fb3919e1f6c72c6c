// Where the rows of a job's tensors are, and how much of each there is.
#ifndef SGCONV_CPU_OPERANDS_H
#define SGCONV_CPU_OPERANDS_H

#include "cpu/simd/vector.h"

namespace sgconv::SGCONV_TIER {

// A row of (B, H, L): the number of its first sample, and how many samples it has. What lies
// between them and L is not read, and written as zeros.
struct Place {
  std::int64_t start, length;
};

SGCONV_INLINE Place place_of(const Convolution &job, std::int64_t b, std::int64_t h) {
  const std::int64_t length = job.geometry.length;
  return {(b * job.geometry.hidden + h) * length, job.lengths == nullptr ? length : job.lengths[b]};
}

// The same row of head c of (B, C*H, L).
SGCONV_INLINE std::int64_t output_start(const Convolution &job, std::int64_t b, std::int64_t c,
                                        std::int64_t h) {
  const sgconv_convolution_geometry &g = job.geometry;
  return ((b * g.heads + c) * g.hidden + h) * g.length;
}

// The row of a tensor that may not be there.
template <class Element>
SGCONV_INLINE Element *row_at(Element *tensor, const Place &place) {
  return tensor == nullptr ? nullptr : tensor + place.start;
}

SGCONV_INLINE std::int64_t kernel_start(const Convolution &job, std::int64_t item) {
  return item * job.geometry.kernel_length;
}

// From a kernel to that of the other direction.
SGCONV_INLINE std::int64_t backward_offset(const Convolution &job) {
  return job.geometry.heads * kernel_start(job, job.geometry.hidden);
}

// Index of lag 0 in a kernel.
SGCONV_INLINE std::int64_t zero_lag(const Convolution &job) {
  return job.geometry.mode == SGCONV_CENTERED ? job.geometry.kernel_length / 2 : 0;
}

// Lags of a kernel that can matter, from 0 on.
SGCONV_INLINE std::int64_t live_lags(const Convolution &job) {
  const std::int64_t length = job.geometry.length;
  const std::int64_t lags = job.geometry.kernel_length - zero_lag(job);
  return lags < length ? lags : length;
}

// Lags from -1 down: how many there are, how many of them can matter, and where they lie, seen from
// lag 0: that of -1 - j at first + j * step. A circular kernel has none that are not lags from 0
// on.
struct Behind {
  std::int64_t count, live, first, step;
};

SGCONV_INLINE Behind behind_zero(const Convolution &job) {
  const bool both = job.geometry.mode == SGCONV_BIDIRECTIONAL;
  const std::int64_t most = job.geometry.length - 1;
  const std::int64_t count = both ? job.geometry.kernel_length : zero_lag(job);
  return {count, count < most ? count : most, both ? backward_offset(job) : -1, both ? 1 : -1};
}

SGCONV_INLINE void clear(Real *samples, std::int64_t first, std::int64_t last) {
  for (std::int64_t i = first; i < last; ++i) samples[i] = Real{0};
}

// samples * gate (or null), zeros up to `end`
SGCONV_INLINE void gated(const Real *samples, const Real *gate, std::int64_t length,
                         std::int64_t end, Real *out) {
  for (std::int64_t i = 0; i < length; ++i)
    out[i] = gate == nullptr ? samples[i] : samples[i] * gate[i];
  clear(out, length, end);
}

}  // namespace sgconv::SGCONV_TIER

#endif
