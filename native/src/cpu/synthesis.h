// Kernel synthesis (SGConv, section 4), forward, backward and norm, row by row of (C', H).
#ifndef SGCONV_CPU_SYNTHESIS_H
#define SGCONV_CPU_SYNTHESIS_H

#include "cpu/pieces.h"
#include "cpu/power.h"

namespace sgconv::SGCONV_TIER {

constexpr std::int64_t kBlock = kSynthesisBlock;

struct Piece {
  std::int64_t start;  // lag of its first sample
  std::int64_t factor;
  std::int64_t end;
  const Real *weights;
  double multiplier;
};

// m^n. For double with what every product rounds away (Dekker 1971): of 15 products in a row that
// would be several units in the last place, the same in all of a piece.
SGCONV_INLINE double power(double m, std::int64_t n) {
  constexpr double kHalves = 134217729.0;  // 2^27 + 1
  const double m_high = m * kHalves - (m * kHalves - m), m_low = m - m_high;
  double product = 1.0, rest = 0.0;
  for (; n > 0; --n) {
    const double next = product * m;
    if constexpr (std::is_same_v<Real, double>) {
      const double high = product * kHalves - (product * kHalves - product), low = product - high;
      rest = rest * m + (((high * m_high - next) + high * m_low + low * m_high) + low * m_low);
    }
    product = next;
  }
  return product + rest;
}

// Piece i of row `row`: places and factors by the composition, m_h^(S-1-i) by the geometric law.
SGCONV_INLINE Piece piece_at(const Synthesis &job, std::int64_t row, std::int64_t i) {
  const sgconv_kernel_geometry &g = job.geometry;
  Piece piece;
  if (g.composition == SGCONV_SUM) {
    piece.factor = std::int64_t{1} << (i + g.init_scale);
    piece.start = 0;
  } else {
    piece.factor = std::int64_t{1} << ((i > 1 ? i - 1 : 0) + g.init_scale);
    piece.start = i == 0 ? 0 : g.dim * piece.factor;
  }
  piece.end = piece.start + g.dim * piece.factor;
  piece.weights = job.weights + (i * g.channels * g.hidden + row) * g.dim;
  piece.multiplier = 1.0;
  if (g.decay == SGCONV_GEOMETRIC) {
    piece.multiplier = power(static_cast<double>(job.decay[row % g.hidden]), g.scales - 1 - i);
  }
  return piece;
}

// Lags from .. to - 1 of a row, to <= M, before the power law, times scale.
inline void compose(const Synthesis &job, std::int64_t row, double scale, std::int64_t from,
                    std::int64_t to, Real *out) {
  const sgconv_kernel_geometry &g = job.geometry;
  const bool linear = g.interpolation == SGCONV_LINEAR, sum = g.composition == SGCONV_SUM;
  if (sum) {
    for (std::int64_t t = from; t < to; ++t) out[t - from] = Real{0};
  }
  for (std::int64_t i = 0; i < g.scales; ++i) {
    const Piece piece = piece_at(job, row, i);
    const std::int64_t begin = piece.start > from ? piece.start : from;
    const std::int64_t end = piece.end < to ? piece.end : to;
    if (begin >= end) continue;
    const Segments segments(piece.weights, g.dim, piece.factor, linear);
    const Real factor = static_cast<Real>(piece.multiplier * scale);
    if (sum) {
      interpolate<true>(segments, factor, begin - piece.start, end - piece.start,
                        out + (begin - from));
    } else {
      interpolate<false>(segments, factor, begin - piece.start, end - piece.start,
                         out + (begin - from));
    }
  }
}

SGCONV_INLINE const double *rests_at(const Synthesis &job, std::int64_t lag) {
  return job.rests == nullptr ? nullptr : job.rests + lag;
}

// The power law of a row at lags `from` and on.
SGCONV_INLINE void fill_powers(const Synthesis &job, std::int64_t row, std::int64_t from,
                               std::int64_t count, Real *powers) {
  fill_powers(job.logarithms + from, rests_at(job, from), count,
              static_cast<double>(job.decay[row % job.geometry.hidden]), powers);
}

SGCONV_INLINE std::int64_t shorter(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

inline void synthesis_forward(const Synthesis &job, void *scratch, std::int64_t first,
                              std::int64_t last) {
  const sgconv_kernel_geometry &g = job.geometry;
  const std::int64_t live = shorter(job.length, job.full_length);
  Real *powers = static_cast<Real *>(scratch);
  for (std::int64_t row = first; row < last; ++row) {
    Real *kernel = job.kernel + row * job.length;
    const double scale = 1.0 / static_cast<double>(job.norm[row]);
    if (g.decay == SGCONV_POWER || g.composition == SGCONV_SUM) {
      for (std::int64_t t = 0; t < live; t += kBlock) {
        const std::int64_t end = shorter(t + kBlock, live);
        compose(job, row, scale, t, end, kernel + t);
        if (g.decay == SGCONV_POWER) {
          fill_powers(job, row, t, end - t, powers);
          for (std::int64_t j = t; j < end; ++j) kernel[j] *= powers[j - t];
        }
      }
    } else {
      compose(job, row, scale, 0, live, kernel);
    }
    for (std::int64_t t = live; t < job.length; ++t) kernel[t] = Real{0};
  }
}

// Sum of squares of an interpolated piece without the power law, from its weights: over one segment
// the fractions have sum f/2 and sum of squares f/3 - 1/(12 f).
inline double sum_of_squares(const Real *weights, std::int64_t dim, std::int64_t factor,
                             bool linear) {
  const double f = static_cast<double>(factor);
  double sum = 0.0;
  if (!linear || factor == 1) {
    for (std::int64_t q = 0; q < dim; ++q) {
      const double w = static_cast<double>(weights[q]);
      sum += w * w;
    }
    return f * sum;
  }
  const double first = static_cast<double>(weights[0]);
  const double last = static_cast<double>(weights[dim - 1]);
  sum = f / 2.0 * (first * first + last * last);
  for (std::int64_t q = 0; q + 1 < dim; ++q) {
    const double w = static_cast<double>(weights[q]);
    const double slope = static_cast<double>(weights[q + 1]) - w;
    sum += f * w * (w + slope) + slope * slope * (f / 3.0 - 1.0 / (12.0 * f));
  }
  return sum;
}

// A sum of very many numbers. For double it keeps what every addition rounds away.
class Sum {
 public:
  SGCONV_INLINE void add(double value) {
    const double sum = sum_ + value;
    if constexpr (std::is_same_v<Real, double>) {
      const double added = sum - sum_;
      rest_ += (sum_ - (sum - added)) + (value - added);
    }
    sum_ = sum;
  }
  SGCONV_INLINE double value() const { return sum_ + rest_; }

 private:
  double sum_ = 0.0, rest_ = 0.0;
};

SGCONV_INLINE double block_sum_of_squares(const Real *block, std::int64_t count) {
  Sum sum;
  for (std::int64_t from = 0; from < count; from += 16 * W) {
    F lanes = set1(Real{0});
    const std::int64_t end = shorter(from + 16 * W, count);
    std::int64_t j = from;
    for (; j + W <= end; j += W) {
      const F v = loadu(block + j);
      lanes = fma(v, v, lanes);
    }
    sum.add(sum_of_lanes(lanes));
    for (; j < end; ++j) sum.add(static_cast<double>(block[j]) * static_cast<double>(block[j]));
  }
  return sum.value();
}

inline void synthesis_norm(const Synthesis &job, void *scratch, std::int64_t first,
                           std::int64_t last) {
  const sgconv_kernel_geometry &g = job.geometry;
  Real *block = static_cast<Real *>(scratch), *powers = block + kBlock;
  for (std::int64_t row = first; row < last; ++row) {
    Sum sum;
    if (g.decay == SGCONV_GEOMETRIC && g.composition == SGCONV_CONCATENATE) {
      for (std::int64_t i = 0; i < g.scales; ++i) {
        const Piece piece = piece_at(job, row, i);
        sum.add(
            piece.multiplier * piece.multiplier *
            sum_of_squares(piece.weights, g.dim, piece.factor, g.interpolation == SGCONV_LINEAR));
      }
    } else {
      for (std::int64_t t = 0; t < job.full_length; t += kBlock) {
        const std::int64_t count = shorter(kBlock, job.full_length - t);
        compose(job, row, 1.0, t, t + count, block);
        if (g.decay == SGCONV_POWER) {
          fill_powers(job, row, t, count, powers);
          for (std::int64_t j = 0; j < count; ++j) block[j] *= powers[j];
        }
        sum.add(block_sum_of_squares(block, count));
      }
    }
    job.norm_out[row] = static_cast<Real>(__builtin_sqrt(sum.value()));
  }
}

// Sum of g * k * log2(t+1), in eight fixed partial sums.
SGCONV_INLINE double exponent_sum(const Real *g, const Real *k, const double *logs,
                                  const double *rests, std::int64_t count) {
  const auto term = [&](std::int64_t j) {
    const double product = static_cast<double>(g[j]) * static_cast<double>(k[j]);
    if constexpr (kHasRests) {
      return product * (logs[j] + rests[j]);
    } else {
      return product * logs[j];
    }
  };
  double part[8] = {};
  std::int64_t j = 0;
  for (; j + 8 <= count; j += 8) {
    for (int i = 0; i < 8; ++i) part[i] += term(j + i);
  }
  double sum = 0.0;
  for (; j < count; ++j) sum += term(j);
  for (int i = 0; i < 8; ++i) sum += part[i];
  return sum;
}

inline void synthesis_backward(const Synthesis &job, void *scratch, std::int64_t first,
                               std::int64_t last) {
  const sgconv_kernel_geometry &g = job.geometry;
  const bool linear = g.interpolation == SGCONV_LINEAR;
  const std::int64_t live = shorter(job.length, job.full_length);
  Real *scaled = static_cast<Real *>(scratch), *powers = scaled + kBlock;
  Real *kernel = powers + kBlock;
  double *grad = reinterpret_cast<double *>(kernel + kBlock);
  for (std::int64_t row = first; row < last; ++row) {
    for (std::int64_t i = 0; i < g.scales * g.dim; ++i) grad[i] = 0.0;
    Sum exponent;
    const std::int64_t block = g.decay == SGCONV_POWER ? kBlock : live;
    for (std::int64_t t = 0; t < live; t += block) {
      const std::int64_t end = shorter(t + block, live), count = end - t;
      const Real *in = job.grad_kernel + row * job.length + t;
      const Real *out = in;
      if (g.decay == SGCONV_POWER) {
        fill_powers(job, row, t, count, powers);
        for (std::int64_t j = 0; j < count; ++j) scaled[j] = in[j] * powers[j];
        if (job.grad_exponent != nullptr) {
          compose(job, row, 1.0, t, end, kernel);
          exponent.add(exponent_sum(scaled, kernel, job.logarithms + t, rests_at(job, t), count));
        }
        out = scaled;
      }
      for (std::int64_t i = 0; i < g.scales; ++i) {
        const Piece piece = piece_at(job, row, i);
        const std::int64_t from = piece.start > t ? piece.start : t;
        const std::int64_t to = shorter(piece.end, end);
        if (from >= to) continue;
        const Segments segments(piece.weights, g.dim, piece.factor, linear);
        interpolate_transposed(out + (from - t), segments, from - piece.start, to - piece.start,
                               grad + i * g.dim);
      }
    }
    const double unscale = 1.0 / static_cast<double>(job.norm[row]);
    for (std::int64_t i = 0; i < g.scales; ++i) {
      const double factor = piece_at(job, row, i).multiplier * unscale;
      Real *out = job.grad_weights + (i * g.channels * g.hidden + row) * g.dim;
      for (std::int64_t q = 0; q < g.dim; ++q) {
        out[q] = static_cast<Real>(factor * grad[i * g.dim + q]);
      }
    }
    if (job.grad_exponent != nullptr) {
      job.grad_exponent[row] = -0.693147180559945309 * unscale * exponent.value();
    }
  }
}

}  // namespace sgconv::SGCONV_TIER

#endif
