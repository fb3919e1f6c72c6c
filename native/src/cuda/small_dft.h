// Discrete Fourier transforms of 2 to 32 numbers in registers, unrolled.
#pragma once

#include <cstddef>

#include "cuda/complex.h"

namespace sgconv::cuda {

// cos(2 pi j / 128) for any j >= 0.
__device__ constexpr float cosine128(int j) {
  const int turn = j % 128;
  const int half = turn > 64 ? 128 - turn : turn;
  const int quarter = half > 32 ? 64 - half : half;
  constexpr float kTable[33] = {
      1.0f,          0.998795456f,  0.995184727f, 0.98917651f,  0.98078528f,  0.970031253f,
      0.956940336f,  0.941544065f,  0.923879533f, 0.903989293f, 0.881921264f, 0.85772861f,
      0.831469612f,  0.803207531f,  0.773010453f, 0.740951125f, 0.707106781f, 0.671558955f,
      0.634393284f,  0.595699304f,  0.555570233f, 0.514102744f, 0.471396737f, 0.427555093f,
      0.382683432f,  0.336889853f,  0.290284677f, 0.24298018f,  0.195090322f, 0.146730474f,
      0.0980171403f, 0.0490676743f, 0.0f};
  return half > 32 ? -kTable[quarter] : kTable[quarter];
}

// exp(sign * 2 pi i j / R), R a divisor of 128.
template <int R, int Sign>
__device__ __forceinline__ Complex root(int j) {
  const int turn = j * (128 / R);
  return {cosine128(turn), static_cast<float>(Sign) * cosine128(turn + 96)};
}

template <int Sign>
__device__ __forceinline__ Complex quarter_turn(Complex a) {
  return Sign < 0 ? Complex{a.im, -a.re} : Complex{-a.im, a.re};
}

// X_k = sum_n x_n exp(Sign * 2 pi i n k / R), in place and in natural order.
template <int R, int Sign>
__device__ __forceinline__ void small_dft(Complex *x) {
  if constexpr (R == 2) {
    const Complex difference{x[0].re - x[1].re, x[0].im - x[1].im};
    x[0] = x[0] + x[1];
    x[1] = difference;
  } else if constexpr (R == 4) {
    const Complex even{x[0].re + x[2].re, x[0].im + x[2].im};
    const Complex even_difference{x[0].re - x[2].re, x[0].im - x[2].im};
    const Complex odd{x[1].re + x[3].re, x[1].im + x[3].im};
    const Complex turned = quarter_turn<Sign>({x[1].re - x[3].re, x[1].im - x[3].im});
    x[0] = even + odd;
    x[1] = even_difference + turned;
    x[2] = {even.re - odd.re, even.im - odd.im};
    x[3] = {even_difference.re - turned.re, even_difference.im - turned.im};
  } else if constexpr (R > 4) {
    constexpr int kRest = R / 4;
    Complex parts[4][std::size_t{kRest}];
#pragma unroll
    for (int b = 0; b < kRest; ++b) {
      Complex column[4] = {x[b], x[b + kRest], x[b + 2 * kRest], x[b + 3 * kRest]};
      small_dft<4, Sign>(column);
#pragma unroll
      for (int k = 0; k < 4; ++k) {
        parts[k][b] = b * k == 0 ? column[k] : column[k] * root<R, Sign>(b * k);
      }
    }
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      small_dft<kRest, Sign>(parts[k]);
#pragma unroll
      for (int m = 0; m < kRest; ++m) {
        x[k + 4 * m] = parts[k][m];
      }
    }
  }
}

}  // namespace sgconv::cuda
