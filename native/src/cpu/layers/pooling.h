// One number of a row: its mean, or its last sample.
#ifndef SGCONV_CPU_LAYERS_POOLING_H
#define SGCONV_CPU_LAYERS_POOLING_H

#include "cpu/layers/batch_norm.h"

namespace sgconv::SGCONV_TIER {

using Pooling = sgconv::Pooling<Real>;

SGCONV_INLINE std::int64_t samples(const Pooling &job, std::int64_t row) {
  return job.lengths == nullptr ? job.geometry.length : job.lengths[row / job.geometry.channels];
}

inline void pool_forward(const Pooling &job, void *, std::int64_t first, std::int64_t last) {
  for (std::int64_t row = first; row < last; ++row) {
    const Real *x = job.x + row * job.geometry.length;
    const std::int64_t count = samples(job, row);
    if (job.last) {
      job.y[row] = x[count - 1];
      continue;
    }
    double sum = 0.0;
    for (std::int64_t l = 0; l < count; l += kBatchRun) {
      V lanes{};
      each_vector(least(kBatchRun, count - l),
                  [&](std::int64_t i, auto size) SGCONV_BODY { lanes += get(x + l + i, size); });
      sum += lane_sum(lanes);
    }
    job.y[row] = static_cast<Real>(sum / static_cast<double>(count));
  }
}

inline void pool_backward(const Pooling &job, void *, std::int64_t first, std::int64_t last) {
  const std::int64_t length = job.geometry.length;
  for (std::int64_t row = first; row < last; ++row) {
    Real *dx = job.dx + row * length;
    const std::int64_t count = samples(job, row);
    const Real dy = job.dy[row];
    const Real each = static_cast<Real>(static_cast<double>(dy) / static_cast<double>(count));
    for (std::int64_t l = 0; l < count; ++l) dx[l] = job.last ? Real{0} : each;
    for (std::int64_t l = count; l < length; ++l) dx[l] = Real{0};
    if (job.last) dx[count - 1] = dy;
  }
}

}  // namespace sgconv::SGCONV_TIER

#endif
