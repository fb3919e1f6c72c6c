// Layers of which every element stands for itself.
#ifndef SGCONV_CPU_LAYERS_POINTWISE_H
#define SGCONV_CPU_LAYERS_POINTWISE_H

#include "cpu/layers/dropout.h"
#include "cpu/layers/functions.h"

namespace sgconv::SGCONV_TIER {

using Gelu = sgconv::Gelu<Real>;
using Addition = sgconv::Addition<Real>;

SGCONV_INLINE std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

// Calls body(i, count, words) for blocks of elements `first` and on, the words filled.
template <class Body>
SGCONV_INLINE void each_block(const Dropout &dropout, std::int64_t first, std::int64_t count,
                              const Body &body) {
  DropoutWords words;
  for (std::int64_t i = 0; i < count; i += kWordBlock) {
    const std::int64_t block = least(kWordBlock, count - i);
    words.fill(dropout, first + i, block);
    body(i, block, words);
  }
}

// y = dropout * gelu(x) or dropout * x of elements `first` and on; if `slope` is not null, also
// what a gradient of y is multiplied by.
template <bool past>
SGCONV_OUTLINE void activate(bool bend, const Dropout &dropout, std::int64_t first,
                             std::int64_t count, const Real *x, Real *y, Real *slope) {
  const auto run = [&]<bool bent, bool sloped>(std::bool_constant<bent>,
                                               std::bool_constant<sloped>) SGCONV_BODY {
    const auto element = [&](std::int64_t i, auto size, const auto &drop) SGCONV_BODY {
      V v = get(x + i, size), d = every(real(1.0));
      if constexpr (bent) {
        const Normal n = normal(v);
        if constexpr (sloped) d = gelu_derivative(v, n);
        v = gelu(v, n);
      }
      put_output<past>(y + i, drop(v), size);
      if constexpr (sloped) put(slope + i, drop(d), size);
    };
    if (!dropout.present) {
      each_output<past>(y, count, [&](std::int64_t i, auto size) SGCONV_BODY {
        element(i, size, [](V v) SGCONV_BODY { return v; });
      });
      return;
    }
    each_block(dropout, first, count,
               [&](std::int64_t i, std::int64_t block, const DropoutWords &words) SGCONV_BODY {
                 each_output<past>(y + i, block, [&](std::int64_t k, auto size) SGCONV_BODY {
                   element(i + k, size,
                           [&](V v) SGCONV_BODY { return dropped(dropout, words.at(k), v); });
                 });
               });
  };
  if (bend && slope != nullptr) {
    run(std::true_type{}, std::true_type{});
  } else if (bend) {
    run(std::true_type{}, std::false_type{});
  } else if (slope != nullptr) {
    run(std::false_type{}, std::true_type{});
  } else {
    run(std::false_type{}, std::false_type{});
  }
}

inline void gelu_forward(const Gelu &job, void *, std::int64_t first, std::int64_t last) {
  for (std::int64_t chunk = first; chunk < last; ++chunk) {
    const std::int64_t i = chunk * kChunk, count = least(kChunk, job.count - i);
    if (job.past) {
      activate<true>(true, job.dropout, i, count, job.x + i, job.out + i, nullptr);
    } else {
      activate<false>(true, job.dropout, i, count, job.x + i, job.out + i, nullptr);
    }
  }
  if (job.past) stream_fence();
}

template <bool past>
SGCONV_OUTLINE void gelu_gradient(const Dropout &dropout, std::int64_t first, std::int64_t count,
                                  const Real *x, const Real *dy, Real *dx) {
  const auto element = [&](std::int64_t i, auto size, const auto &drop) SGCONV_BODY {
    const V v = get(x + i, size);
    put_output<past>(dx + i, get(dy + i, size) * drop(gelu_derivative(v, normal(v))), size);
  };
  if (!dropout.present) {
    each_output<past>(dx, count, [&](std::int64_t i, auto size) SGCONV_BODY {
      element(i, size, [](V v) SGCONV_BODY { return v; });
    });
    return;
  }
  each_block(dropout, first, count,
             [&](std::int64_t i, std::int64_t block, const DropoutWords &words) SGCONV_BODY {
               each_output<past>(dx + i, block, [&](std::int64_t k, auto size) SGCONV_BODY {
                 element(i + k, size,
                         [&](V v) SGCONV_BODY { return dropped(dropout, words.at(k), v); });
               });
             });
}

inline void gelu_backward(const Gelu &job, void *, std::int64_t first, std::int64_t last) {
  for (std::int64_t chunk = first; chunk < last; ++chunk) {
    const std::int64_t i = chunk * kChunk, count = least(kChunk, job.count - i);
    if (job.past) {
      gelu_gradient<true>(job.dropout, i, count, job.x + i, job.dy + i, job.out + i);
    } else {
      gelu_gradient<false>(job.dropout, i, count, job.x + i, job.dy + i, job.out + i);
    }
  }
  if (job.past) stream_fence();
}

// sum = x + factor * branch, x or null; what a factor of 0 leaves out may be NaN.
template <bool past>
SGCONV_OUTLINE void add_row(std::int64_t count, const Real *x, Real factor, const Real *branch,
                            Real *sum) {
  if (factor == Real{0}) {
    each_output<past>(sum, count, [&](std::int64_t i, auto size) SGCONV_BODY {
      put_output<past>(sum + i, x == nullptr ? V{} : get(x + i, size), size);
    });
    return;
  }
  if (x == nullptr) {
    each_output<past>(sum, count, [&](std::int64_t i, auto size) SGCONV_BODY {
      put_output<past>(sum + i, factor * get(branch + i, size), size);
    });
    return;
  }
  each_output<past>(sum, count, [&](std::int64_t i, auto size) SGCONV_BODY {
    put_output<past>(sum + i, madd(every(factor), get(branch + i, size), get(x + i, size)), size);
  });
}

// The same of elements `first` and on of (rows, length), each row with its factor.
template <bool past>
inline void add_tied(const Dropout &tied, std::int64_t length, std::int64_t first,
                     std::int64_t count, const Real *x, const Real *branch, Real *sum) {
  if (!tied.present) {
    add_row<past>(count, x, Real{1}, branch, sum);
    return;
  }
  DropoutWords words;
  std::int64_t filled = -1, row = first / length, at = first - row * length;
  for (std::int64_t i = 0; i < count; ++row) {
    if (filled < 0 || row >= filled + kWordBlock) {
      filled = row;
      words.fill(tied, row, least(kWordBlock, (at + count - i + length - 1) / length));
    }
    const Real row_factor = factor(tied, *words.at(row - filled));
    const std::int64_t part = least(length - at, count - i);
    if (part < kLanes) {
      for (std::int64_t k = i; k < i + part; ++k) {
        const Real term = row_factor == Real{0} ? Real{0} : row_factor * branch[k];
        sum[k] = x == nullptr ? term : x[k] + term;
      }
    } else {
      add_row<past>(part, x == nullptr ? nullptr : x + i, row_factor, branch + i, sum + i);
    }
    i += part;
    at = 0;
  }
}

inline void add(const Addition &job, void *, std::int64_t first, std::int64_t last) {
  const std::int64_t all = job.rows * job.length;
  for (std::int64_t chunk = first; chunk < last; ++chunk) {
    const std::int64_t i = chunk * kChunk, count = least(kChunk, all - i);
    const Real *x = job.x == nullptr ? nullptr : job.x + i;
    if (job.past) {
      add_tied<true>(job.tied, job.length, i, count, x, job.branch + i, job.sum + i);
    } else {
      add_tied<false>(job.tied, job.length, i, count, x, job.branch + i, job.sum + i);
    }
  }
  if (job.past) stream_fence();
}

}  // namespace sgconv::SGCONV_TIER

#endif
