// exp, the normal distribution and the logistic function, all lanes at once.
#ifndef SGCONV_CPU_LAYERS_FUNCTIONS_H
#define SGCONV_CPU_LAYERS_FUNCTIONS_H

#include <bit>

#include "cpu/layers/lanes.h"

namespace sgconv::SGCONV_TIER {

// Coefficients by ascending power, interpolated at Chebyshev nodes with 40 digits; errors relative.
// exp(f), |f| <= log(2) / 2: 3e-9 and 4e-18.
constexpr auto kExp = [] {
  if constexpr (kDouble) {
    struct {
      double c[12] = {1.0,
                      1.0,
                      0.50000000000000189,
                      0.1666666666666668,
                      0.041666666666486663,
                      0.0083333333333194901,
                      0.0013888888952696516,
                      0.00019841269890340666,
                      2.4801485074105115e-05,
                      2.7557240604663896e-06,
                      2.7632790542117179e-07,
                      2.5110153646928931e-08};
    } table;
    return table;
  } else {
    struct {
      float c[7] = {1.0f,          1.00000004f,   0.500000005f,  0.166664145f,
                    0.0416663516f, 0.0083752102f, 0.00139412131f};
    } table;
    return table;
  }
}();

// (1 - Phi(z)) exp(z^2 / 2) / t with t = 1 / (1 + z / k), in powers of u = 1 - 2 t, for 0 <= z <=
// kFarthest: 2.8e-8 and 1.2e-17.
constexpr auto kTail = [] {
  if constexpr (kDouble) {
    struct {
      double k = 5.0;
      double c[23] = {0.15383860995001258,     -0.13307650057801135,    0.099061123193995279,
                      -0.062706631334260909,   0.03300407323407694,     -0.013823727741262032,
                      0.0041590133599766358,   -0.00059867535410170847, -0.00015957387969321401,
                      0.00010897981295462598,  -1.1875145601983172e-05, -9.9525628541171611e-06,
                      3.3362427484084122e-06,  7.9618043157360823e-07,  -5.5385341919948601e-07,
                      -6.7323073620249418e-08, 8.6628207137251693e-08,  8.4549987480130699e-09,
                      -1.3188443324954445e-08, -1.862712198865212e-09,  1.5326143601520082e-09,
                      3.5060968028164638e-10,  -3.1754937654946733e-11};
    } table;
    return table;
  } else {
    struct {
      float k = 3.75f;
      float c[9] = {0.200078418f,    -0.156850227f,   0.0941173049f,
                    -0.0404051782f,  0.00999755968f,  0.000318062751f,
                    -0.00111167431f, 0.000138955294f, 0.000120012793f};
    } table;
    return table;
  }
}();

// Beyond it exp(-z^2 / 2) is 0, and beyond the other exp(-z).
constexpr Real kFarthest = kDouble ? real(39.0) : real(15.0);
constexpr Real kSteepest = kDouble ? real(746.0) : real(104.0);

// Coefficients first .. first + count - 1, by halves: short chains of operations, of which
// processors have few in flight. powers[k]: x^(2^k).
template <int first, int count, std::size_t all>
SGCONV_INLINE V polynomial(const Real (&c)[all], const V *powers) {
  if constexpr (count == 1) {
    return every(c[first]);
  } else {
    constexpr int kLevel = std::bit_width(static_cast<unsigned>(count - 1)) - 1;
    constexpr int kHalf = 1 << kLevel;
    return madd(polynomial<first + kHalf, count - kHalf>(c, powers), powers[kLevel],
                polynomial<first, kHalf>(c, powers));
  }
}
template <std::size_t count>
SGCONV_INLINE V polynomial(const Real (&c)[count], V x) {
  constexpr int kDegree = static_cast<int>(count) - 1;
  if constexpr (kDegree < 10) {
    // Short enough, and fewer operations.
    V sum = every(c[kDegree]);
    each<0, kDegree>([&](auto k) SGCONV_BODY { sum = madd(sum, x, every(c[kDegree - 1 - k])); });
    return sum;
  } else {
    V powers[5] = {x};
    each<1, 5>([&](auto k) SGCONV_BODY { powers[k] = powers[k - 1] * powers[k - 1]; });
    return polynomial<0, kDegree + 1>(c, powers);
  }
}

// A positive number as a value and a power of two, by which what is multiplied by the value is
// multiplied last, so that it is rounded once, denormal results too.
struct Scaled {
  V value;
#if defined(__AVX512F__)
  V exponent;
  SGCONV_INLINE V scaled(V product) const {
    if constexpr (kDouble) {
      return (V)_mm512_scalef_pd((__m512d)product, (__m512d)exponent);
    } else {
      return (V)_mm512_scalef_ps((__m512)product, (__m512)exponent);
    }
  }
#else
  V first, second;  // the power as a product of two, which has twice the range
  SGCONV_INLINE V scaled(V product) const { return product * first * second; }
#endif
};

// exp(a + factor * b), where b is small against 1 and a not beyond twice the exponents' range.
SGCONV_INLINE Scaled exponential(V a, Real factor, V b) {
  constexpr Real kRound = kDouble ? real(0x1.8p52) : real(0x1.8p23);
  constexpr Real kHigh = kDouble ? real(6.93147180369123816490e-01) : real(0.693359375);
  constexpr Real kLow = kDouble ? real(1.90821492927058770002e-10) : real(-2.12194440e-4);
  const V rounded = madd(a, every(real(1.4426950408889634)), every(kRound));
  const V n = rounded - kRound;
  const V near = madd(n, every(-kLow), madd(n, every(-kHigh), a));
  const V value = polynomial(kExp.c, madd(every(factor), b, near));
#if defined(__AVX512F__)
  return {value, n};
#else
  const U both = (U)rounded - (U)every(kRound) + Unsigned{2 * kBias};
  const U half = both >> 1;
  return {value, (V)(half << kMantissa), (V)((both - half) << kMantissa)};
#endif
}

// One divided by what is neither 0 nor beyond half of the range.
SGCONV_INLINE V inverse(V x) {
#if defined(__AVX512F__)
  if constexpr (!kDouble) {
    const V rough = (V)_mm512_rcp14_ps((__m512)x);
    return madd(rough, madd(-x, rough, every(real(1.0))), rough);
  }
#endif
  return real(1.0) / x;
}

// At most `most`; NaN stays.
SGCONV_INLINE V at_most(V x, Real most) { return x > most ? every(most) : x; }

// The normal distribution at x: `within` is x or the nearest number where exp(-x^2 / 2) is not 0.
struct Normal {
  V within;
  V tail;          // Phi(-|x|) exp(x^2 / 2)
  Scaled density;  // exp(-x^2 / 2)
};

SGCONV_INLINE Normal normal(V x) {
  Normal result;
  const V z = at_most(magnitude(x), kFarthest);
  result.within = x < Real{0} ? -z : z;
  // What rounding takes from z^2 would be many times as much of its exponential.
  V square, rest;
  if constexpr (kHasFma) {
    square = z * z;
    rest = madd(z, z, -square);
  } else {
    const V high = (V)((U)z & ~((Unsigned{1} << (kMantissa / 2 + 1)) - 1));
    square = high * high;
    rest = (z - high) * (z + high);
  }
  result.density = exponential(square * real(-0.5), real(-0.5), rest);
  const V t = inverse(madd(z, every(real(1.0) / kTail.k), every(real(1.0))));
  result.tail = t * polynomial(kTail.c, real(1.0) - (t + t));
  return result;
}

// x Phi(x)
SGCONV_INLINE V gelu(V x, const Normal &n) {
  const V tail = n.density.value * n.tail;
  return x < Real{0} ? n.density.scaled(n.within * tail) : x * (real(1.0) - n.density.scaled(tail));
}

// Phi(x) + x phi(x)
SGCONV_INLINE V gelu_derivative(V x, const Normal &n) {
  const V below = n.density.scaled(n.density.value * n.tail);
  const V distribution = x < Real{0} ? below : real(1.0) - below;
  const V slope = n.within * real(0.3989422804014326779) * n.density.value;
  return distribution + n.density.scaled(slope);
}

SGCONV_INLINE V logistic(V x) {
  const Scaled e = exponential(-at_most(magnitude(x), kSteepest), Real{0}, V{});
  const V small = e.scaled(e.value), whole = inverse(real(1.0) + small);
  return x < Real{0} ? small * whole : whole;
}

}  // namespace sgconv::SGCONV_TIER

#endif
