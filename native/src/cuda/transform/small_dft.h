// Discrete Fourier transforms of 2 to 32 numbers (powers of two, and three times such) in
// registers, unrolled.
#pragma once

#include <cstddef>

#include "cuda/device/complex.h"

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

// cos(2 pi j / 96) for any j >= 0.
__device__ constexpr float cosine96(int j) {
  const int turn = j % 96;
  const int half = turn > 48 ? 96 - turn : turn;
  const int quarter = half > 24 ? 48 - half : half;
  constexpr float kTable[25] = {
      1.0f,         0.997858923f, 0.991444861f, 0.98078528f,   0.965925826f,
      0.946930129f, 0.923879533f, 0.896872742f, 0.866025404f,  0.831469612f,
      0.79335334f,  0.751839807f, 0.707106781f, 0.659345815f,  0.608761429f,
      0.555570233f, 0.5f,         0.44228869f,  0.382683432f,  0.321439465f,
      0.258819045f, 0.195090322f, 0.130526192f, 0.0654031292f, 0.0f};
  return half > 24 ? -kTable[quarter] : kTable[quarter];
}

// exp(sign * 2 pi i j / R), j >= 0, R a divisor of 128 or of 96.
template <int R, int Sign>
__device__ __forceinline__ Complex root(int j) {
  if constexpr (R % 3 == 0) {
    const int turn = j * (96 / R);
    return {cosine96(turn), static_cast<float>(Sign) * cosine96(turn + 72)};
  } else {
    const int turn = j * (128 / R);
    return {cosine128(turn), static_cast<float>(Sign) * cosine128(turn + 96)};
  }
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
  } else if constexpr (R == 3) {
    const Complex sum = x[1] + x[2];
    const Complex middle{x[0].re - 0.5f * sum.re, x[0].im - 0.5f * sum.im};
    constexpr float kHalfRootOfThree = 0.866025404f;
    const Complex turned = quarter_turn<Sign>(
        {kHalfRootOfThree * (x[1].re - x[2].re), kHalfRootOfThree * (x[1].im - x[2].im)});
    x[0] = x[0] + sum;
    x[1] = middle + turned;
    x[2] = {middle.re - turned.re, middle.im - turned.im};
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
    constexpr int kFirst = R % 4 != 0 ? 3 : 4;
    constexpr int kRest = R / kFirst;
    Complex parts[std::size_t{kFirst}][std::size_t{kRest}];
#pragma unroll
    for (int b = 0; b < kRest; ++b) {
      Complex column[std::size_t{kFirst}];
#pragma unroll
      for (int a = 0; a < kFirst; ++a) {
        column[a] = x[b + a * kRest];
      }
      small_dft<kFirst, Sign>(column);
#pragma unroll
      for (int k = 0; k < kFirst; ++k) {
        parts[k][b] = b * k == 0 ? column[k] : column[k] * root<R, Sign>(b * k);
      }
    }
#pragma unroll
    for (int k = 0; k < kFirst; ++k) {
      small_dft<kRest, Sign>(parts[k]);
#pragma unroll
      for (int m = 0; m < kRest; ++m) {
        x[k + kFirst * m] = parts[k][m];
      }
    }
  }
}

}  // namespace sgconv::cuda
