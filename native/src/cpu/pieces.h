// One piece of a multi-scale kernel: interpolation of d weights to d * f samples, and its
// transpose.
#ifndef SGCONV_CPU_PIECES_H
#define SGCONV_CPU_PIECES_H

#include "cpu/simd/vector.h"
#include "cpu/tier.h"

namespace sgconv::SGCONV_TIER {

// Between samples where the interpolated line bends. Half-pixel centres put the bends half a factor
// after the start: weights[left] holds before the first, weights[right] after the last.
struct Segment {
  std::int64_t begin, end;   // samples of the piece
  std::int64_t left, right;  // weights; equal where the piece is constant
};

// The segment that holds sample t of a piece of `dim` weights stretched by `factor`.
SGCONV_INLINE Segment segment_at(std::int64_t t, std::int64_t dim, std::int64_t factor,
                                 bool linear) {
  if (!linear || factor == 1) {
    const std::int64_t q = t / factor;
    return {q * factor, (q + 1) * factor, q, q};
  }
  const std::int64_t half = factor / 2;
  if (t < half) return {0, half, 0, 0};
  const std::int64_t q = (t - half) / factor, begin = half + q * factor;
  if (q == dim - 1) return {begin, dim * factor, q, q};
  return {begin, begin + factor, q, q + 1};
}

// 0, 1, ..., W - 1
SGCONV_INLINE F lane_numbers() {
  alignas(64) static constexpr float numbers[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                    8, 9, 10, 11, 12, 13, 14, 15};
  return load(numbers);
}

// out[i] (+)= left + (right - left) * (offset + i + 1/2) / factor. The fractions are exact in float
// for factors up to 2^23.
SGCONV_INLINE void ramp(float *out, std::int64_t count, float left, float right,
                        std::int64_t offset, float inverse_factor, bool add) {
  const float slope = right - left;
  const float start = (static_cast<float>(offset) + 0.5f) * inverse_factor;
  std::int64_t i = 0;
  if (count >= W) {
    const F a = set1(left), b = set1(slope), step = set1(W * inverse_factor);
    F fraction = fma(lane_numbers(), set1(inverse_factor), set1(start));
    if (add) {
      for (; i + W <= count; i += W, fraction = fraction + step) {
        storeu(out + i, loadu(out + i) + fma(b, fraction, a));
      }
    } else {
      for (; i + W <= count; i += W, fraction = fraction + step) {
        storeu(out + i, fma(b, fraction, a));
      }
    }
  }
  for (; i < count; ++i) {
    const float value = left + slope * (start + static_cast<float>(i) * inverse_factor);
    out[i] = add ? out[i] + value : value;
  }
}

// Samples from .. to - 1 of a piece, times `scale`, to `out` or added to it.
inline void interpolate(const float *weights, std::int64_t dim, std::int64_t factor, bool linear,
                        float scale, std::int64_t from, std::int64_t to, bool add, float *out) {
  const float inverse_factor = 1.0f / static_cast<float>(factor);
  for (std::int64_t t = from; t < to;) {
    const Segment s = segment_at(t, dim, factor, linear);
    const std::int64_t end = s.end < to ? s.end : to;
    ramp(out + (t - from), end - t, scale * weights[s.left], scale * weights[s.right], t - s.begin,
         inverse_factor, add);
    t = end;
  }
}

SGCONV_INLINE double sum_of_lanes(F v) {
  alignas(64) float lanes[W];
  store(lanes, v);
  double sum = 0.0;
  for (int i = 0; i < W; ++i) sum += static_cast<double>(lanes[i]);
  return sum;
}

// The transpose: adds the gradient of samples from .. to - 1 to that of the weights. Lane sums are
// float; the caller hands over few enough samples at a time.
inline void interpolate_transposed(const float *grad, std::int64_t dim, std::int64_t factor,
                                   bool linear, std::int64_t from, std::int64_t to,
                                   double *grad_weights) {
  const float inverse_factor = 1.0f / static_cast<float>(factor);
  for (std::int64_t t = from; t < to;) {
    const Segment s = segment_at(t, dim, factor, linear);
    const std::int64_t count = (s.end < to ? s.end : to) - t;
    const float *g = grad + (t - from);
    const float start = (static_cast<float>(t - s.begin) + 0.5f) * inverse_factor;
    double plain = 0.0, weighted = 0.0;
    std::int64_t i = 0;
    if (count >= W) {
      const F step = set1(W * inverse_factor);
      F fraction = fma(lane_numbers(), set1(inverse_factor), set1(start));
      F a = set1(0.0f), b = set1(0.0f);
      for (; i + W <= count; i += W, fraction = fraction + step) {
        const F value = loadu(g + i);
        a = a + value;
        b = fma(value, fraction, b);
      }
      plain = sum_of_lanes(a);
      weighted = sum_of_lanes(b);
    }
    for (; i < count; ++i) {
      const double value = static_cast<double>(g[i]);
      plain += value;
      weighted += value * static_cast<double>(start + static_cast<float>(i) * inverse_factor);
    }
    if (s.left == s.right) {
      grad_weights[s.left] += plain;
    } else {
      grad_weights[s.left] += plain - weighted;
      grad_weights[s.right] += weighted;
    }
    t += count;
  }
}

}  // namespace sgconv::SGCONV_TIER

#endif
