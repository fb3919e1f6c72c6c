// Where a convolution kernel's values sit in the ring x^N = i: lag l >= 0 at index l with weight 1,
// lag l < 0 at N + l with weight -i; a circular kernel at lag j and, for j >= 1, also at lag j - L.
// Lags from L on do not matter, nor does lag -L.
#pragma once

#include <cstdint>

#include "cuda/device/complex_number.h"
#include "cuda/device/device.h"
#include "sgconv/geometry.h"

namespace sgconv::cuda {

// Values of a kernel row that matter to signals of L samples: those at lags 0 to L - 1 ...
inline int64_t lags_ahead(int64_t length, int64_t kernel_length) {
  return kernel_length < length ? kernel_length : length;
}
// ... and at lags -1 to 1 - L.
inline int64_t lags_behind(int32_t mode, int64_t length, int64_t kernel_length) {
  return mode == SGCONV_BIDIRECTIONAL ? lags_ahead(length - 1, kernel_length) : 0;
}

struct RingKernel {
  int32_t mode;
  int64_t heads, hidden, length, size;
  int64_t kernel_length;  // K
  int64_t ahead, behind;  // values of a row that matter: of the forward and of the backward kernel
  const float *kernel, *skip;  // (C', H, K); (C, H) or nullptr

  // From a row's forward kernel to its backward kernel, in rows.
  __device__ __forceinline__ int64_t rows_to_backward() const { return heads * hidden; }

  // Coefficient n of row `channel` = c * H + h, without the twist.
  __device__ __forceinline__ Complex at(int64_t channel, int64_t n) const {
    return at(channel, n, kernel + channel * kernel_length, rows_to_backward() * kernel_length);
  }
  // The same with the row's forward kernel elsewhere, and its backward kernel so far behind it.
  __device__ __forceinline__ Complex at(int64_t channel, int64_t n, const float *forward,
                                        int64_t to_backward) const {
    return of(
        channel, n, [=](int64_t j) { return forward[j]; },
        [=](int64_t j) { return forward[to_backward + j]; });
  }
  // The same from functions of j: the values of the forward and of the backward kernel.
  template <class Forward, class Backward>
  __device__ __forceinline__ Complex of(int64_t channel, int64_t n, const Forward &forward,
                                        const Backward &backward) const {
    Complex value{0.0f, 0.0f};
    if (n < ahead) {
      value.re = forward(n) + (n == 0 && skip != nullptr ? skip[channel] : 0.0f);
    }
    if (mode == SGCONV_BIDIRECTIONAL) {
      const int64_t j = size - 1 - n;  // lag -1 - j
      if (j < behind) {
        value.im = -backward(j);
      }
    } else if (mode == SGCONV_CIRCULAR) {
      const int64_t j = n - (size - length);  // lag j - L
      if (j >= 1 && j < ahead) {
        value.im = -forward(j);
      }
    }
    return value;
  }
};

inline RingKernel ring_kernel(const sgconv_convolution_geometry &g, int64_t size,
                              const float *kernel, const float *skip) {
  return {g.mode,
          g.heads,
          g.hidden,
          g.length,
          size,
          g.kernel_length,
          lags_ahead(g.length, g.kernel_length),
          lags_behind(g.mode, g.length, g.kernel_length),
          kernel,
          skip};
}

}  // namespace sgconv::cuda
