// Transposition by squares of one vector's lanes in registers.
#ifndef SGCONV_CPU_LAYERS_TRANSPOSE_H
#define SGCONV_CPU_LAYERS_TRANSPOSE_H

#include "cpu/layers/jobs.h"
#include "cpu/layers/lanes.h"

namespace sgconv::SGCONV_TIER {

using Transposition = sgconv::Transposition<Real>;

// Swaps blocks of `step` lanes of pairs of vectors that are `step` apart, then the same with 2
// step.
template <int step>
SGCONV_INLINE void transpose_square(V (&v)[kLanes]) {
  if constexpr (step < kLanes) {
    U low, high;
    each<0, kLanes>([&](auto lane) SGCONV_BODY {
      constexpr int k = lane;
      constexpr bool odd = (k & step) != 0;
      low[k] = Unsigned{odd ? kLanes + k - step : k};
      high[k] = Unsigned{odd ? kLanes + k : k + step};
    });
    each<0, kLanes>([&](auto i) SGCONV_BODY {
      if constexpr ((i & step) == 0) {
        const V a = v[i], b = v[i + step];
        v[i] = __builtin_shuffle(a, b, low);
        v[i + step] = __builtin_shuffle(a, b, high);
      }
    });
    transpose_square<2 * step>(v);
  }
}

// y[c * y_stride + r] = x[r * x_stride + c]; past the caches only if y and its rows are aligned.
template <bool past>
inline void transpose_block(std::int64_t rows, std::int64_t columns, const Real *x,
                            std::int64_t x_stride, Real *y, std::int64_t y_stride) {
  const std::int64_t whole = rows / kLanes * kLanes;
  std::int64_t c = 0;
  for (; c + kLanes <= columns; c += kLanes) {
    for (std::int64_t r = 0; r < whole; r += kLanes) {
      V v[kLanes];
      each<0, kLanes>([&](auto k) SGCONV_BODY { v[k] = get(x + (r + k) * x_stride + c, Whole{}); });
      transpose_square<1>(v);
      each<0, kLanes>(
          [&](auto k) SGCONV_BODY { put_output<past>(y + (c + k) * y_stride + r, v[k], Whole{}); });
    }
  }
  for (; c < columns; ++c) {
    for (std::int64_t r = 0; r < whole; ++r) y[c * y_stride + r] = x[r * x_stride + c];
  }
  for (std::int64_t r = whole; r < rows; ++r) {
    for (c = 0; c < columns; ++c) y[c * y_stride + r] = x[r * x_stride + c];
  }
}

inline void transpose(const Transposition &job, void *, std::int64_t first, std::int64_t last) {
  const std::int64_t strips = (job.rows + kStrip - 1) / kStrip;
  const bool aligned =
      job.rows % kLanes == 0 && reinterpret_cast<std::uintptr_t>(job.y) % kVectorBytes == 0;
  for (std::int64_t item = first; item < last; ++item) {
    const std::int64_t b = item / strips, r = item % strips * kStrip;
    const std::int64_t rows = job.rows - r < kStrip ? job.rows - r : kStrip;
    const Real *x = job.x + (b * job.rows + r) * job.columns;
    Real *y = job.y + b * job.rows * job.columns + r;
    // Squares of kStrip, in them rows of one cache line of y at a time.
    for (std::int64_t c = 0; c < job.columns; c += kStrip) {
      const std::int64_t columns = job.columns - c < kStrip ? job.columns - c : kStrip;
      for (std::int64_t k = 0; k < rows; k += kLine) {
        const std::int64_t some = rows - k < kLine ? rows - k : kLine;
        const Real *from = x + k * job.columns + c;
        Real *to = y + c * job.rows + k;
        if (job.past && aligned) {
          transpose_block<true>(some, columns, from, job.columns, to, job.rows);
        } else {
          transpose_block<false>(some, columns, from, job.columns, to, job.rows);
        }
      }
    }
  }
  if (job.past) stream_fence();
}

}  // namespace sgconv::SGCONV_TIER

#endif
