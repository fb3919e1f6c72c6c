// Where a convolution kernel's values sit in the ring x^N = i: lag l >= 0 at index l with weight 1,
// lag l < 0 at N + l with weight -i; a circular kernel at lag j and, for j >= 1, also at lag j - L.
// Lags from L on do not matter, nor does lag -L.
#pragma once

#include <cstdint>

#include "cuda/device/complex_number.h"
#include "cuda/device/device.h"
#include "sgconv/geometry.h"

namespace sgconv::cuda {

// Where the values of one kernel lie, seen from that at lag 0: those at lags 0, 1, ... follow it,
// and that at lag -1 - j is `behind_first + j * behind_step` values away.
struct KernelLags {
  int64_t zero;           // index of lag 0 in a row
  int64_t ahead, behind;  // how many matter to signals of L samples: at lags from 0, and below it
  int64_t ahead_end, behind_end;  // how many there are
  int64_t behind_first;
  int32_t behind_step;
};

inline KernelLags kernel_lags(const sgconv_convolution_geometry &g) {
  const int64_t k = g.kernel_length;
  const auto least = [](int64_t a, int64_t b) { return a < b ? a : b; };
  switch (g.mode) {
    case SGCONV_BIDIRECTIONAL:  // lags below 0 in a row of their own
      return {0, least(k, g.length), least(k, g.length - 1), k, k, g.heads * g.hidden * k, 1};
    case SGCONV_CENTERED:
      return {k / 2, least(k - k / 2, g.length), least(k / 2, g.length - 1), k - k / 2, k / 2, -1,
              -1};
    default:
      return {0, least(k, g.length), 0, k, 0, 0, 0};
  }
}

struct RingKernel {
  bool circular;
  int64_t heads, hidden, length, size;
  int64_t kernel_length;  // K
  KernelLags lags;
  const float *kernel, *skip;  // (C', H, K); (C, H) or nullptr

  // From a row's forward kernel to its backward kernel, in rows.
  __device__ __forceinline__ int64_t rows_to_backward() const { return heads * hidden; }

  // Coefficient n of row `channel` = c * H + h, without the twist.
  __device__ __forceinline__ Complex at(int64_t channel, int64_t n) const {
    return at(channel, n, kernel + channel * kernel_length + lags.zero, lags.behind_first);
  }
  // The same with the values elsewhere: the address of that at lag 0, and from there to lag -1.
  __device__ __forceinline__ Complex at(int64_t channel, int64_t n, const float *zero,
                                        int64_t behind_first) const {
    return of(
        channel, n, [=](int64_t j) { return zero[j]; },
        [&](int64_t j) { return zero[behind_first + j * lags.behind_step]; });
  }
  // The same from functions of j: the values at lag j and at lag -1 - j.
  template <class Forward, class Backward>
  __device__ __forceinline__ Complex of(int64_t channel, int64_t n, const Forward &forward,
                                        const Backward &backward) const {
    Complex value{0.0f, 0.0f};
    if (n < lags.ahead) {
      value.re = forward(n) + (n == 0 && skip != nullptr ? skip[channel] : 0.0f);
    }
    if (circular) {
      const int64_t j = n - (size - length);  // lag j - L
      if (j >= 1 && j < lags.ahead) {
        value.im = -forward(j);
      }
    } else {
      const int64_t j = size - 1 - n;  // lag -1 - j
      if (j < lags.behind) {
        value.im = -backward(j);
      }
    }
    return value;
  }
};

inline RingKernel ring_kernel(const sgconv_convolution_geometry &g, int64_t size,
                              const float *kernel, const float *skip) {
  return {g.mode == SGCONV_CIRCULAR, g.heads,        g.hidden, g.length, size,
          g.kernel_length,           kernel_lags(g), kernel,   skip};
}

}  // namespace sgconv::cuda
