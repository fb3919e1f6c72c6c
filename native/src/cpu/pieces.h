// One piece of a multi-scale kernel: interpolation of d weights to d * f samples, f a power of two,
// and its transpose.
#ifndef SGCONV_CPU_PIECES_H
#define SGCONV_CPU_PIECES_H

#include "cpu/simd/vector.h"

namespace sgconv::SGCONV_TIER {

// Where the interpolated line bends. With half-pixel centers segment q, between weights q and q +
// 1, begins at sample half + q f; before the first weight and after the last the line is constant.
// Without interpolation, or with f = 1, segment q is flat and begins at q f.
struct Segments {
  const Real *weights;
  std::int64_t dim, factor, half;
  int shift;
  bool flat;

  Segments(const Real *w, std::int64_t d, std::int64_t f, bool linear)
      : weights(w),
        dim(d),
        factor(f),
        half(linear ? f / 2 : 0),
        shift(__builtin_ctzll(static_cast<std::uint64_t>(f))),
        flat(!linear || f == 1) {}

  SGCONV_INLINE std::int64_t at(std::int64_t t) const { return (t - half) >> shift; }
  SGCONV_INLINE std::int64_t begin(std::int64_t q) const { return half + (q << shift); }
  SGCONV_INLINE std::int64_t left(std::int64_t q) const { return q < 0 ? 0 : q; }
  SGCONV_INLINE std::int64_t right(std::int64_t q) const {
    return flat ? q : q + 1 < dim ? q + 1 : q;
  }
  // Whole segments between different weights, from q on and before sample `to`.
  SGCONV_INLINE std::int64_t whole(std::int64_t q, std::int64_t to) const {
    if (q < 0) return 0;
    const std::int64_t most = dim - q - (flat ? 0 : 1), fit = (to - begin(q)) >> shift;
    return most < fit ? most : fit;
  }
};

// Calls body with a factor of 1, 2, 4 or 8 as a compile-time constant.
template <class Body>
SGCONV_INLINE void with_short_factor(std::int64_t factor, const Body &body) {
  switch (factor) {
    case 1:
      return body(Index<1>{});
    case 2:
      return body(Index<2>{});
    case 4:
      return body(Index<4>{});
    default:
      return body(Index<8>{});
  }
}

constexpr std::int64_t kShortFactor = 8;

// 0, 1, ..., W - 1
SGCONV_INLINE F lane_numbers() {
  alignas(64) static constexpr Real numbers[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                   8, 9, 10, 11, 12, 13, 14, 15};
  return load(numbers);
}

// out[i] (+)= left + (right - left) * (offset + i + 1/2) / factor. The fractions are exact: in
// float for factors up to 2^23.
template <bool add>
SGCONV_INLINE void ramp(Real *out, std::int64_t count, Real left, Real right, std::int64_t offset,
                        Real inverse_factor) {
  const Real slope = right - left;
  const Real start = (static_cast<Real>(offset) + Real{0.5}) * inverse_factor;
  std::int64_t i = 0;
  if (count >= W) {
    const F a = set1(left), b = set1(slope), step = set1(W * inverse_factor);
    F fraction = fma(lane_numbers(), set1(inverse_factor), set1(start));
    for (; i + W <= count; i += W, fraction = fraction + step) {
      const F value = fma(b, fraction, a);
      storeu(out + i, add ? loadu(out + i) + value : value);
    }
  }
  for (; i < count; ++i) {
    const Real value = left + slope * (start + static_cast<Real>(i) * inverse_factor);
    out[i] = add ? out[i] + value : value;
  }
}

// `count` whole segments of a few samples each.
template <int factor, bool add>
void short_ramps(const Real *weights, std::int64_t count, bool flat, Real scale, Real *out) {
  for (std::int64_t q = 0; q < count; ++q) {
    const Real a = scale * weights[q], b = flat ? Real{0} : scale * weights[q + 1] - a;
    for (int j = 0; j < factor; ++j) {
      const Real value = a + b * ((static_cast<Real>(j) + Real{0.5}) / factor);
      out[q * factor + j] = add ? out[q * factor + j] + value : value;
    }
  }
}

// Samples from .. to - 1 of a piece, times `scale`, to `out` or added to it.
template <bool add>
void interpolate(const Segments &segments, Real scale, std::int64_t from, std::int64_t to,
                 Real *out) {
  const Real inverse_factor = Real{1} / static_cast<Real>(segments.factor);
  for (std::int64_t t = from; t < to;) {
    const std::int64_t q = segments.at(t), begin = segments.begin(q);
    Real *at = out + (t - from);
    if (segments.factor <= kShortFactor && t == begin) {
      const std::int64_t count = segments.whole(q, to);
      if (count > 0) {
        with_short_factor(segments.factor, [&](auto factor) {
          short_ramps<factor, add>(segments.weights + q, count, segments.flat, scale, at);
        });
        t += count << segments.shift;
        continue;
      }
    }
    const std::int64_t end = begin + segments.factor < to ? begin + segments.factor : to;
    ramp<add>(at, end - t, scale * segments.weights[segments.left(q)],
              scale * segments.weights[segments.right(q)], t - begin, inverse_factor);
    t = end;
  }
}

SGCONV_INLINE double sum_of_lanes(F v) {
  alignas(64) Real lanes[W];
  store(lanes, v);
  // By halves: a chain of log2(W) additions.
  for (int half = W / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return static_cast<double>(lanes[0]);
}

// Sums of g and of g times the fraction (offset + i + 1/2) / factor. Lane sums are of the same
// type: few enough samples at a time.
struct Moments {
  double plain, weighted;
};

SGCONV_INLINE Moments moments(const Real *g, std::int64_t count, std::int64_t offset,
                              Real inverse_factor) {
  const Real start = (static_cast<Real>(offset) + Real{0.5}) * inverse_factor;
  Moments sums{0.0, 0.0};
  std::int64_t i = 0;
  if (count >= W) {
    const F step = set1(W * inverse_factor);
    F fraction = fma(lane_numbers(), set1(inverse_factor), set1(start));
    F a = set1(Real{0}), b = set1(Real{0});
    for (; i + W <= count; i += W, fraction = fraction + step) {
      const F value = loadu(g + i);
      a = a + value;
      b = fma(value, fraction, b);
    }
    sums = {sum_of_lanes(a), sum_of_lanes(b)};
  }
  for (; i < count; ++i) {
    const double value = static_cast<double>(g[i]);
    sums.plain += value;
    sums.weighted += value * static_cast<double>(start + static_cast<Real>(i) * inverse_factor);
  }
  return sums;
}

template <int factor>
void short_moments(const Real *g, std::int64_t count, bool flat, double *grad_weights) {
  for (std::int64_t q = 0; q < count; ++q) {
    Real plain = Real{0}, weighted = Real{0};
    for (int j = 0; j < factor; ++j) {
      plain += g[q * factor + j];
      weighted += g[q * factor + j] * ((static_cast<Real>(j) + Real{0.5}) / factor);
    }
    if (flat) {
      grad_weights[q] += static_cast<double>(plain);
    } else {
      grad_weights[q] += static_cast<double>(plain) - static_cast<double>(weighted);
      grad_weights[q + 1] += static_cast<double>(weighted);
    }
  }
}

// The transpose: adds the gradient of samples from .. to - 1 to that of the weights.
inline void interpolate_transposed(const Real *grad, const Segments &segments, std::int64_t from,
                                   std::int64_t to, double *grad_weights) {
  const Real inverse_factor = Real{1} / static_cast<Real>(segments.factor);
  for (std::int64_t t = from; t < to;) {
    const std::int64_t q = segments.at(t), begin = segments.begin(q);
    const Real *g = grad + (t - from);
    if (segments.factor <= kShortFactor && t == begin) {
      const std::int64_t count = segments.whole(q, to);
      if (count > 0) {
        with_short_factor(segments.factor, [&](auto factor) {
          short_moments<factor>(g, count, segments.flat, grad_weights + q);
        });
        t += count << segments.shift;
        continue;
      }
    }
    std::int64_t end = begin + segments.factor < to ? begin + segments.factor : to;
    if (end - t > kSynthesisBlock) end = t + kSynthesisBlock;
    const Moments sums = moments(g, end - t, t - begin, inverse_factor);
    const std::int64_t left = segments.left(q), right = segments.right(q);
    if (left == right) {
      grad_weights[left] += sums.plain;
    } else {
      grad_weights[left] += sums.plain - sums.weighted;
      grad_weights[right] += sums.weighted;
    }
    t = end;
  }
}

}  // namespace sgconv::SGCONV_TIER

#endif
