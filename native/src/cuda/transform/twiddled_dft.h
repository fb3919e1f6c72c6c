// Discrete Fourier transforms of 2^k and 3 * 2^k numbers in registers, unrolled, of fused
// multiply-adds: a factor g^n of number n costs no pass of its own.
//
// A factor c (1 + i t) is two fused operations, z.re - t z.im and z.im + t z.re, and c goes into
// the sum that follows: a +- c b. So a butterfly with its twiddle factor takes six operations.
#pragma once

#include <cstddef>

#include "cuda/device/complex.h"
#include "cuda/transform/exact.h"

namespace sgconv::cuda {

// exp(2 pi i Numerator / Denominator): quarter turns, and the rest with a tangent of at most 1.
template <int Numerator, int Denominator>
struct ConstantRoot {
  static constexpr int kTurn = (Numerator % Denominator + Denominator) % Denominator;
  static constexpr int kQuarters = (8 * kTurn + Denominator) / (2 * Denominator);
  static constexpr ExactRoot kRest =
      exact_root(4 * kTurn - kQuarters * Denominator, 4 * Denominator);
  static constexpr float kCosine = static_cast<float>(kRest.cosine);
  static constexpr float kTangent = static_cast<float>(kRest.sine / kRest.cosine);
  static constexpr ExactRoot kExact = exact_root(kTurn, Denominator);
  static constexpr float kRe = static_cast<float>(kExact.cosine);
  static constexpr float kIm = static_cast<float>(kExact.sine);
};

template <int Quarters>
__device__ __forceinline__ Complex quarter_turns(Complex z) {
  constexpr int kTurns = (Quarters % 4 + 4) % 4;
  if constexpr (kTurns == 0) {
    return z;
  } else if constexpr (kTurns == 1) {
    return {-z.im, z.re};
  } else if constexpr (kTurns == 2) {
    return {-z.re, -z.im};
  } else {
    return {z.im, -z.re};
  }
}

__device__ __forceinline__ Complex turn_by(float tangent, Complex z) {
  return {z.re - tangent * z.im, z.im + tangent * z.re};
}
// But for the cosine.
template <class Root>
__device__ __forceinline__ Complex turn_by(Complex z) {
  const Complex turned = quarter_turns<Root::kQuarters>(z);
  if constexpr (Root::kTangent == 0.0f) {
    return turned;
  } else {
    return turn_by(Root::kTangent, turned);
  }
}

// a +- c b
__device__ __forceinline__ Complex plus(Complex a, float c, Complex b) {
  return {a.re + c * b.re, a.im + c * b.im};
}
__device__ __forceinline__ Complex minus(Complex a, float c, Complex b) {
  return {a.re - c * b.re, a.im - c * b.im};
}

// The factors of a transform, each of them 1.
struct NoFactors {
  __device__ __forceinline__ NoFactors above() const { return {}; }
  __device__ __forceinline__ NoFactors after_thirds() const { return {}; }
  template <int Sign>
  __device__ __forceinline__ Complex third(Complex z) const {
    return z;
  }
  template <int Sign>
  __device__ __forceinline__ Complex two_thirds(Complex z) const {
    return z;
  }
  __device__ __forceinline__ float third_cosine() const { return 1.0f; }
  __device__ __forceinline__ float two_thirds_ratio() const { return 1.0f; }
  template <int Sign>
  __device__ __forceinline__ Complex even(Complex z) const {
    return z;
  }
  template <int Sign>
  __device__ __forceinline__ Complex first(Complex z) const {
    return z;
  }
  template <int Sign>
  __device__ __forceinline__ Complex second(Complex z) const {
    return z;
  }
  __device__ __forceinline__ float first_cosine() const { return 1.0f; }
  __device__ __forceinline__ float second_cosine() const { return 1.0f; }
};

// Powers of g, conjugate where Sign is -1: powers[b] is g^(2^b).
template <int Bits>
struct Factors {
  const Turned *powers;

  __device__ __forceinline__ Factors<Bits - 2> above() const { return {powers + 2}; }
  template <int Sign>
  __device__ __forceinline__ Complex even(Complex z) const {
    return z;
  }
  template <int Sign>
  __device__ __forceinline__ Complex first(Complex z) const {
    return turn_by(static_cast<float>(Sign) * powers[0].tangent, z);
  }
  template <int Sign>
  __device__ __forceinline__ Complex second(Complex z) const {
    return turn_by(static_cast<float>(Sign) * powers[1].tangent, z);
  }
  __device__ __forceinline__ float first_cosine() const { return powers[0].cosine; }
  __device__ __forceinline__ float second_cosine() const { return powers[1].cosine; }
};

// The same times a factor f of all numbers, but for f's cosine: it turns every number where the
// powers' highest does, of which powers[Bits - 1] is the product with f, over f's cosine.
template <int Bits>
struct FactorsTimes : Factors<Bits> {
  static constexpr bool kHighest = Bits <= 2;

  float tangent;

  __device__ __forceinline__ FactorsTimes<Bits - 2> above() const {
    return {{this->powers + 2}, tangent};
  }
  template <int Sign>
  __device__ __forceinline__ Complex even(Complex z) const {
    return kHighest ? turn_by(tangent, z) : z;
  }
};

// For three times 2^k numbers: powers[b] is g^(2^b), the last but one g^(2^k), and the last
// g^(2 * 2^k) over the cosine of that; but for the cosine of a factor of all numbers, which turns
// those that have no power here.
template <int Bits>
struct TripleFactorsTimes {
  const Turned *powers;
  float tangent;

  __device__ __forceinline__ Factors<Bits> after_thirds() const { return {powers}; }
  template <int Sign>
  __device__ __forceinline__ Complex even(Complex z) const {
    return turn_by(tangent, z);
  }
  template <int Sign>
  __device__ __forceinline__ Complex third(Complex z) const {
    return turn_by(static_cast<float>(Sign) * powers[Bits].tangent, z);
  }
  template <int Sign>
  __device__ __forceinline__ Complex two_thirds(Complex z) const {
    return turn_by(static_cast<float>(Sign) * powers[Bits + 1].tangent, z);
  }
  __device__ __forceinline__ float third_cosine() const { return powers[Bits].cosine; }
  __device__ __forceinline__ float two_thirds_ratio() const { return powers[Bits + 1].cosine; }
};

// Of four transforms' numbers, n = 0 .. 3 before their factors f^n with f = g exp(2 pi i A / D),
// the sums over n times exp(Sign pi i n m / 2), m = 0 .. 3.
template <int Sign, int A, int D, class G>
__device__ __forceinline__ void sum_four(const G &g, Complex y0, Complex y1, Complex y2, Complex y3,
                                         Complex &x0, Complex &x1, Complex &x2, Complex &x3) {
  using First = ConstantRoot<A, D>;
  using Second = ConstantRoot<2 * A, D>;
  using Third = ConstantRoot<3 * A, D>;
  const Complex a = g.template even<Sign>(y0);
  const Complex b = g.template second<Sign>(turn_by<Second>(y2));
  const Complex c = g.template even<Sign>(turn_by<First>(y1));
  const Complex d = g.template second<Sign>(turn_by<Third>(y3));
  const float of_b = g.second_cosine() * Second::kCosine;
  const float of_d = g.second_cosine() * (Third::kCosine / First::kCosine);
  const float of_odd = g.first_cosine() * First::kCosine;
  const Complex even = plus(a, of_b, b);
  const Complex even_difference = minus(a, of_b, b);
  const Complex odd = g.template first<Sign>(plus(c, of_d, d));
  const Complex odd_difference = quarter_turns<Sign>(g.template first<Sign>(minus(c, of_d, d)));
  x0 = plus(even, of_odd, odd);
  x2 = minus(even, of_odd, odd);
  x1 = plus(even_difference, of_odd, odd_difference);
  x3 = minus(even_difference, of_odd, odd_difference);
}

// X_k = sum_n x_n f^n exp(Sign * 2 pi i n k / S), f = g exp(2 pi i A / D), in place and in natural
// order; S divides D.
template <int S, int Sign, int A, int D, class G>
__device__ __forceinline__ void twiddled_dft(const G &g, Complex *x);

template <int S, int Sign, int A, int D, int K, class G>
__device__ __forceinline__ void sum_fours(const G &g, const Complex (&parts)[4][std::size_t{S / 4}],
                                          Complex *x) {
  constexpr int kPart = S / 4;
  if constexpr (K < kPart) {
    sum_four<Sign, A + Sign * K *(D / S), D>(g, parts[0][K], parts[1][K], parts[2][K], parts[3][K],
                                             x[K], x[K + kPart], x[K + 2 * kPart],
                                             x[K + 3 * kPart]);
    sum_fours<S, Sign, A, D, K + 1>(g, parts, x);
  }
}

template <int S, int Sign, int A, int D, class G>
__device__ __forceinline__ void twiddled_dft(const G &g, Complex *x) {
  if constexpr (S == 2) {
    using Root = ConstantRoot<A, D>;
    const Complex a = g.template even<Sign>(x[0]);
    const Complex b = g.template first<Sign>(turn_by<Root>(x[1]));
    const float of_b = g.first_cosine() * Root::kCosine;
    x[0] = plus(a, of_b, b);
    x[1] = minus(a, of_b, b);
  } else if constexpr (S % 3 == 0) {
    constexpr int kPart = S / 3;
    using First = ConstantRoot<A * kPart, D>;
    using Second = ConstantRoot<2 * A * kPart, D>;
    constexpr float kHalfRootOfThree = 0.866025404f;
    Complex parts[3][std::size_t{kPart}];
#pragma unroll
    for (int n = 0; n < kPart; ++n) {
      const Complex a = g.template even<Sign>(x[n]);
      const Complex b = g.template third<Sign>(turn_by<First>(x[n + kPart]));
      const Complex c = g.template two_thirds<Sign>(turn_by<Second>(x[n + 2 * kPart]));
      const float of_c = g.two_thirds_ratio() * (Second::kCosine / First::kCosine);
      const float of_sum = g.third_cosine() * First::kCosine;
      const Complex sum = plus(b, of_c, c);
      const Complex difference = quarter_turns<Sign>(minus(b, of_c, c));
      const Complex middle = minus(a, 0.5f * of_sum, sum);
      parts[0][n] = plus(a, of_sum, sum);
      parts[1][n] = plus(middle, kHalfRootOfThree * of_sum, difference);
      parts[2][n] = minus(middle, kHalfRootOfThree * of_sum, difference);
    }
    twiddled_dft<kPart, Sign, A, D>(g.after_thirds(), parts[0]);
    twiddled_dft<kPart, Sign, A + Sign *(D / S), D>(g.after_thirds(), parts[1]);
    twiddled_dft<kPart, Sign, A + Sign * 2 * (D / S), D>(g.after_thirds(), parts[2]);
#pragma unroll
    for (int m = 0; m < kPart; ++m) {
      x[3 * m] = parts[0][m];
      x[3 * m + 1] = parts[1][m];
      x[3 * m + 2] = parts[2][m];
    }
  } else if constexpr (S > 2) {
    constexpr int kPart = S / 4;
    Complex parts[4][std::size_t{kPart}];
#pragma unroll
    for (int n = 0; n < 4; ++n) {
#pragma unroll
      for (int m = 0; m < kPart; ++m) {
        parts[n][m] = x[n + 4 * m];
      }
      if constexpr (kPart > 1) {
        twiddled_dft<kPart, Sign, 4 * A, D>(g.above(), parts[n]);
      }
    }
    sum_fours<S, Sign, A, D, 0>(g, parts, x);
  }
}

// x[r] times exp(-2 pi i r / 4R) and a number.
template <int R, int At = 0>
__device__ __forceinline__ void turn_back(float cosine, Complex *x) {
  if constexpr (At < R) {
    using Root = ConstantRoot<-At, 4 * R>;
    const float factor = cosine * Root::kCosine;
    const Complex z = turn_by<Root>(x[At]);
    x[At] = {factor * z.re, factor * z.im};
    turn_back<R, At + 1>(cosine, x);
  }
}

}  // namespace sgconv::cuda
