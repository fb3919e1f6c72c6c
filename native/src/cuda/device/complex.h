// Complex float32 numbers and the factors of the ring x^N = i.
#pragma once

#include <cstdint>

#include "cuda/device/complex_number.h"
#include "cuda/device/device.h"

namespace sgconv::cuda {

__device__ __forceinline__ Complex operator+(Complex a, Complex b) {
  return {a.re + b.re, a.im + b.im};
}
__device__ __forceinline__ Complex operator*(Complex a, Complex b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
// conj(a) * b
__device__ __forceinline__ Complex conjugate_times(Complex a, Complex b) {
  return {a.re * b.re + a.im * b.im, a.re * b.im - a.im * b.re};
}

// w_n = exp(i pi n / 2N), -2N <= n <= 2N <= 2^37.
__device__ __forceinline__ Complex twist_factor(Turn turn, int64_t n) {
  // Both parts of n are exact in float32.
  const float coarse = static_cast<float>(n & ~int64_t{0xfff});
  const float fine = static_cast<float>(n & int64_t{0xfff});
  const float rest = fmaf(fine, turn.high, fmaf(coarse, turn.low, fine * turn.low));
  Complex w;
  sincospif(fmaf(coarse, turn.high, rest), &w.im, &w.re);
  return w;
}

}  // namespace sgconv::cuda
