// The first pass of real samples in the ring x^N = i: number r of R has the factor
// exp(2 pi i r / 4R).
#pragma once

#include "cuda/transform/twiddled_dft.h"

namespace sgconv::cuda {

// The coefficients of R numbers from the sums and the differences of n and n + R / 2, in which the
// factors of the latter are already.
template <int R>
__device__ __forceinline__ void dft_of_halves(Complex (&sums)[std::size_t{R / 2}],
                                              Complex (&differences)[std::size_t{R / 2}],
                                              Complex (&x)[std::size_t{R}]) {
  twiddled_dft<R / 2, -1, 1, 4 * R>(NoFactors{}, sums);
  twiddled_dft<R / 2, -1, -3, 4 * R>(NoFactors{}, differences);
#pragma unroll
  for (int n = 0; n < R / 2; ++n) {
    x[2 * n] = sums[n];
    x[2 * n + 1] = differences[n];
  }
}

// Coefficients K + 3 m, of which the numbers n, n + R / 3 and n + 2 R / 3 are added up first.
template <int R, int K>
__device__ __forceinline__ void dft_of_thirds(const float (&values)[std::size_t{R}],
                                              Complex (&x)[std::size_t{R}]) {
  constexpr int kThird = R / 3;
  using First = ConstantRoot<kThird *(1 - 4 * K), 4 * R>;
  using Second = ConstantRoot<2 * kThird *(1 - 4 * K), 4 * R>;
  Complex sums[std::size_t{kThird}];
#pragma unroll
  for (int n = 0; n < kThird; ++n) {
    const float b = values[n + kThird];
    const float c = values[n + 2 * kThird];
    sums[n] = {values[n] + First::kRe * b + Second::kRe * c, First::kIm * b + Second::kIm * c};
  }
  twiddled_dft<kThird, -1, 1 - 4 * K, 4 * R>(NoFactors{}, sums);
#pragma unroll
  for (int m = 0; m < kThird; ++m) {
    x[3 * m + K] = sums[m];
  }
}

template <int R>
__device__ __forceinline__ void real_dft(const float (&values)[std::size_t{R}],
                                         Complex (&x)[std::size_t{R}]) {
  if constexpr (R % 3 == 0) {
    dft_of_thirds<R, 0>(values, x);
    dft_of_thirds<R, 1>(values, x);
    dft_of_thirds<R, 2>(values, x);
  } else {
    constexpr int kHalf = R / 2;
    constexpr float kDiagonal = 0.707106781f;  // exp(i pi / 4)
    Complex sums[std::size_t{kHalf}];
    Complex differences[std::size_t{kHalf}];
#pragma unroll
    for (int n = 0; n < kHalf; ++n) {
      const float b = kDiagonal * values[n + kHalf];
      sums[n] = {values[n] + b, b};
      differences[n] = {values[n] - b, -b};
    }
    dft_of_halves<R>(sums, differences, x);
  }
}

// The same with the factor `twist` besides.
template <int R>
__device__ __forceinline__ void real_dft(const float (&values)[std::size_t{R}], Complex twist,
                                         Complex (&x)[std::size_t{R}]) {
  constexpr int kHalf = R / 2;
  constexpr float kDiagonal = 0.707106781f;
  const Complex b{kDiagonal * (twist.re - twist.im), kDiagonal * (twist.re + twist.im)};
  Complex sums[std::size_t{kHalf}];
  Complex differences[std::size_t{kHalf}];
#pragma unroll
  for (int n = 0; n < kHalf; ++n) {
    const Complex a{twist.re * values[n], twist.im * values[n]};
    sums[n] = plus(a, values[n + kHalf], b);
    differences[n] = minus(a, values[n + kHalf], b);
  }
  dft_of_halves<R>(sums, differences, x);
}

}  // namespace sgconv::cuda
