// Where a convolution kernel's values sit in the ring x^N = i: lag l >= 0 at index l with weight 1,
// lag l < 0 at N + l with weight -i; a circular kernel at lag j and, for j >= 1, also at lag j - L.
#pragma once

#include <cstdint>

#include "cuda/complex_number.h"
#include "cuda/device.h"
#include "sgconv/geometry.h"

namespace sgconv::cuda {

struct RingKernel {
  int32_t mode;
  int64_t heads, hidden, length, size;
  const float *kernel, *skip;  // (C', H, L); (C, H) or nullptr

  // From a row's forward kernel to its backward kernel, in rows.
  __device__ __forceinline__ int64_t rows_to_backward() const { return heads * hidden; }

  // Coefficient n of row `channel` = c * H + h, without the twist.
  __device__ __forceinline__ Complex at(int64_t channel, int64_t n) const {
    return at(channel, n, kernel + channel * length, rows_to_backward() * length);
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
    if (n < length) {
      value.re = forward(n) + (n == 0 && skip != nullptr ? skip[channel] : 0.0f);
    }
    if (mode == SGCONV_BIDIRECTIONAL) {
      const int64_t j = size - 1 - n;  // lag -1 - j
      if (j < length - 1) {
        value.im = -backward(j);
      }
    } else if (mode == SGCONV_CIRCULAR) {
      const int64_t j = n - (size - length);  // lag j - L
      if (j >= 1) {
        value.im = -forward(j);
      }
    }
    return value;
  }
};

}  // namespace sgconv::cuda
