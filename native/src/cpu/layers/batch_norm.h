// BatchNorm: of each channel the moments over all positions, in parts where channels are few.
#ifndef SGCONV_CPU_LAYERS_BATCH_NORM_H
#define SGCONV_CPU_LAYERS_BATCH_NORM_H

#include "cpu/layers/pointwise.h"

namespace sgconv::SGCONV_TIER {

using BatchNorm = sgconv::BatchNorm<Real>;

// Samples whose sum is taken in Real, lane by lane, before it goes on in double.
constexpr std::int64_t kBatchRun = 2048;

SGCONV_INLINE double lane_sum(V v) {
  double sum = 0.0;
  for (int k = 0; k < kLanes; ++k) sum += static_cast<double>(v[k]);
  return sum;
}

// Calls body(offset in (B, H, L), count) for all runs of a part of channel h.
template <class Body>
SGCONV_INLINE void each_run(const BatchNorm &job, std::int64_t h, std::int64_t part,
                            const Body &body) {
  const sgconv_signal_geometry &g = job.geometry;
  const std::int64_t all = g.batch * g.length;
  const std::int64_t each = all / job.parts, more = all % job.parts;
  std::int64_t position = part * each + (part < more ? part : more);
  const std::int64_t end = position + each + (part < more ? 1 : 0);
  while (position < end) {
    const std::int64_t b = position / g.length, l = position - b * g.length;
    const std::int64_t count = least(least(end - position, g.length - l), kBatchRun);
    body((b * g.channels + h) * g.length + l, count);
    position += count;
  }
}

SGCONV_INLINE double *sums_of(const BatchNorm &job, std::int64_t h, std::int64_t part) {
  return job.sums + (h * job.parts + part) * kBatchSums;
}

SGCONV_INLINE double total(const BatchNorm &job, std::int64_t h, int which) {
  double sum = 0.0;
  for (std::int64_t part = 0; part < job.parts; ++part) sum += sums_of(job, h, part)[which];
  return sum;
}

SGCONV_INLINE double positions(const BatchNorm &job) {
  return static_cast<double>(job.geometry.batch * job.geometry.length);
}

// Near the mean: as x is, rounded.
SGCONV_INLINE Real near_mean(const BatchNorm &job, std::int64_t h) {
  return static_cast<Real>(total(job, h, 0) / positions(job));
}

inline void part_sums(const BatchNorm &job, std::int64_t h, std::int64_t part) {
  double sum = 0.0;
  each_run(job, h, part, [&](std::int64_t at, std::int64_t count) SGCONV_BODY {
    V lanes{};
    each_vector(count,
                [&](std::int64_t i, auto size) SGCONV_BODY { lanes += get(job.x + at + i, size); });
    sum += lane_sum(lanes);
  });
  sums_of(job, h, part)[0] = sum;
}

inline void part_squares(const BatchNorm &job, std::int64_t h, std::int64_t part) {
  const Real mean = near_mean(job, h);
  double rest = 0.0, squares = 0.0;
  each_run(job, h, part, [&](std::int64_t at, std::int64_t count) SGCONV_BODY {
    V lanes{}, square_lanes{};
    const auto take = [&](V d) SGCONV_BODY {
      lanes += d;
      square_lanes = madd(d, d, square_lanes);
    };
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) take(get(job.x + at + i, Whole{}) - mean);
    for (; i < count; ++i) {
      const double d = static_cast<double>(job.x[at + i] - mean);
      rest += d;
      squares += d * d;
    }
    rest += lane_sum(lanes);
    squares += lane_sum(square_lanes);
  });
  sums_of(job, h, part)[1] = rest;
  sums_of(job, h, part)[2] = squares;
}

struct Moments {
  double mean, variance;
};

SGCONV_INLINE Moments moments(const BatchNorm &job, std::int64_t h) {
  if (job.given) {
    return {static_cast<double>(job.mean_out[h]), static_cast<double>(job.variance_out[h])};
  }
  const double n = positions(job), rest = total(job, h, 1), shift = rest / n;
  const double variance = (total(job, h, 2) - rest * shift) / n;
  return {static_cast<double>(near_mean(job, h)) + shift, variance < 0.0 ? 0.0 : variance};
}

template <bool past>
SGCONV_OUTLINE void normalize_run(std::int64_t count, const Real *x, Real mean, Real factor,
                                  Real bias, Real *y) {
  each_output<past>(y, count, [&](std::int64_t i, auto size) SGCONV_BODY {
    put_output<past>(y + i, madd(get(x + i, size) - mean, every(factor), every(bias)), size);
  });
}

// The first part also writes the moments.
inline void part_write(const BatchNorm &job, std::int64_t h, std::int64_t part) {
  const Moments m = moments(job, h);
  const double scale = 1.0 / __builtin_sqrt(m.variance + job.epsilon);
  const Real mean = static_cast<Real>(m.mean), bias = job.bias[h];
  const Real factor = static_cast<Real>(static_cast<double>(job.weight[h]) * scale);
  each_run(job, h, part, [&](std::int64_t at, std::int64_t count) SGCONV_BODY {
    if (job.past) {
      normalize_run<true>(count, job.x + at, mean, factor, bias, job.y + at);
    } else {
      normalize_run<false>(count, job.x + at, mean, factor, bias, job.y + at);
    }
  });
  if (part == 0 && !job.given) {
    job.mean_out[h] = mean;
    job.variance_out[h] = static_cast<Real>(m.variance);
  }
}

SGCONV_INLINE double scale_of(const BatchNorm &job, std::int64_t h) {
  return 1.0 / __builtin_sqrt(static_cast<double>(job.variance[h]) + job.epsilon);
}

inline void part_gradient_sums(const BatchNorm &job, std::int64_t h, std::int64_t part) {
  const Real mean = job.mean[h];
  double plain = 0.0, crossed = 0.0;
  each_run(job, h, part, [&](std::int64_t at, std::int64_t count) SGCONV_BODY {
    V lanes{}, crossed_lanes{};
    each_vector(count, [&](std::int64_t i, auto size) SGCONV_BODY {
      const V dy = get(job.dy + at + i, size);
      lanes += dy;
      crossed_lanes = madd(dy, get(job.x + at + i, size) - mean, crossed_lanes);
    });
    plain += lane_sum(lanes);
    crossed += lane_sum(crossed_lanes);
  });
  sums_of(job, h, part)[0] = plain;
  sums_of(job, h, part)[1] = crossed * scale_of(job, h);
}

template <bool past>
SGCONV_OUTLINE void gradient_run(std::int64_t count, const Real *x, const Real *dy,
                                 const Real *residual, Real mean, Real factor, Real plain,
                                 Real crossed, Real *dx) {
  each_output<past>(dx, count, [&](std::int64_t i, auto size) SGCONV_BODY {
    const V less = madd(get(x + i, size) - mean, every(crossed), every(plain));
    V d = (get(dy + i, size) - less) * factor;
    if (residual != nullptr) d += get(residual + i, size);
    put_output<past>(dx + i, d, size);
  });
}

inline void part_gradient_write(const BatchNorm &job, std::int64_t h, std::int64_t part) {
  const double plain = total(job, h, 0), crossed = total(job, h, 1), n = positions(job);
  const double scale = scale_of(job, h);
  const Real factor = static_cast<Real>(static_cast<double>(job.weight[h]) * scale);
  each_run(job, h, part, [&](std::int64_t at, std::int64_t count) SGCONV_BODY {
    const Real *residual = job.residual == nullptr ? nullptr : job.residual + at;
    const Real mean_plain = static_cast<Real>(plain / n);
    const Real mean_crossed = static_cast<Real>(crossed * scale / n);
    if (job.past) {
      gradient_run<true>(count, job.x + at, job.dy + at, residual, job.mean[h], factor, mean_plain,
                         mean_crossed, job.dx + at);
    } else {
      gradient_run<false>(count, job.x + at, job.dy + at, residual, job.mean[h], factor, mean_plain,
                          mean_crossed, job.dx + at);
    }
  });
  if (part == 0) {
    job.dweight[h] = static_cast<Real>(crossed);
    job.dbias[h] = static_cast<Real>(plain);
  }
}

// Items: h * parts + part.
template <class Body>
SGCONV_INLINE void each_part(const BatchNorm &job, std::int64_t first, std::int64_t last,
                             const Body &body) {
  for (std::int64_t item = first; item < last; ++item) body(item / job.parts, item % job.parts);
}

inline void batch_norm_sums(const BatchNorm &job, void *, std::int64_t first, std::int64_t last) {
  each_part(job, first, last, [&](auto h, auto part) { part_sums(job, h, part); });
}
inline void batch_norm_squares(const BatchNorm &job, void *, std::int64_t first,
                               std::int64_t last) {
  each_part(job, first, last, [&](auto h, auto part) { part_squares(job, h, part); });
}
inline void batch_norm_write(const BatchNorm &job, void *, std::int64_t first, std::int64_t last) {
  each_part(job, first, last, [&](auto h, auto part) { part_write(job, h, part); });
  if (job.past) stream_fence();
}
inline void batch_norm_gradient_sums(const BatchNorm &job, void *, std::int64_t first,
                                     std::int64_t last) {
  each_part(job, first, last, [&](auto h, auto part) { part_gradient_sums(job, h, part); });
}
inline void batch_norm_gradient_write(const BatchNorm &job, void *, std::int64_t first,
                                      std::int64_t last) {
  each_part(job, first, last, [&](auto h, auto part) { part_gradient_write(job, h, part); });
  if (job.past) stream_fence();
}

// Items: channels of one part, from end to end while they are in the cache.
inline void batch_norm_forward(const BatchNorm &job, void *, std::int64_t first,
                               std::int64_t last) {
  for (std::int64_t h = first; h < last; ++h) {
    if (!job.given) {
      part_sums(job, h, 0);
      part_squares(job, h, 0);
    }
    part_write(job, h, 0);
  }
  if (job.past) stream_fence();
}
inline void batch_norm_backward(const BatchNorm &job, void *, std::int64_t first,
                                std::int64_t last) {
  for (std::int64_t h = first; h < last; ++h) {
    part_gradient_sums(job, h, 0);
    part_gradient_write(job, h, 0);
  }
  if (job.past) stream_fence();
}

}  // namespace sgconv::SGCONV_TIER

#endif
