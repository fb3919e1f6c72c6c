// Where the rows of a job's tensors are, and how much of each there is.
#ifndef SGCONV_CPU_OPERANDS_H
#define SGCONV_CPU_OPERANDS_H

#include "cpu/simd/vector.h"
#include "cpu/tier.h"

namespace sgconv::SGCONV_TIER {

// A row of (B, H, L): the number of its first float, and how many samples it has. What lies between
// them and L is not read, and written as zeros.
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
template <class Float>
SGCONV_INLINE Float *row_at(Float *tensor, const Place &place) {
  return tensor == nullptr ? nullptr : tensor + place.start;
}

SGCONV_INLINE std::int64_t kernel_start(const Convolution &job, std::int64_t item) {
  return item * job.geometry.kernel_length;
}

// From a kernel to that of the other direction.
SGCONV_INLINE std::int64_t backward_offset(const Convolution &job) {
  return job.geometry.heads * kernel_start(job, job.geometry.hidden);
}

// Lags of a kernel that can matter, from 0 on; the other direction's begin at -1.
SGCONV_INLINE std::int64_t live_lags(const Convolution &job) {
  const std::int64_t length = job.geometry.length, lags = job.geometry.kernel_length;
  return lags < length ? lags : length;
}

SGCONV_INLINE std::int64_t live_backward_lags(const Convolution &job) {
  const std::int64_t length = job.geometry.length, lags = job.geometry.kernel_length;
  return lags < length - 1 ? lags : length - 1;
}

SGCONV_INLINE void clear(float *samples, std::int64_t first, std::int64_t last) {
  for (std::int64_t i = first; i < last; ++i) samples[i] = 0.0f;
}

}  // namespace sgconv::SGCONV_TIER

#endif
