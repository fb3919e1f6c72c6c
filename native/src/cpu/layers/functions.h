// exp, the normal distribution and the logistic function, all lanes at once.
#ifndef SGCONV_CPU_LAYERS_FUNCTIONS_H
#define SGCONV_CPU_LAYERS_FUNCTIONS_H

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

// (1 - Phi(z)) exp(z^2 / 2) / t with t = k / (z + k), in powers of u = 1 - 2 t, for 0 <= z <=
// kFarthest: 1.4e-8 and 1.2e-17.
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
      float k = 4.0f;
      float c[10] = {0.188821285f,    -0.151974149f,   0.0967841708f,    -0.0466308267f,
                     0.0151015464f,   -0.0018813506f,  -0.000880243206f, 0.000391720422f,
                     4.72491299e-05f, -3.13895964e-05f};
    } table;
    return table;
  }
}();

// Beyond it exp(-z^2 / 2) is 0, and beyond the other exp(-z).
constexpr Real kFarthest = kDouble ? real(39.0) : real(15.0);
constexpr Real kSteepest = kDouble ? real(746.0) : real(104.0);

template <std::size_t count>
SGCONV_INLINE V polynomial(const Real (&c)[count], V x) {
  constexpr int kDegree = static_cast<int>(count) - 1;
  V sum = every(c[kDegree]);
  each<0, kDegree>([&](auto k) SGCONV_BODY { sum = madd(sum, x, every(c[kDegree - 1 - k])); });
  return sum;
}

// A positive number as value * first * second: the last two are powers of two, so that what is
// multiplied by them in turn is rounded once, denormal results too.
struct Scaled {
  V value, first, second;
  SGCONV_INLINE V times(V x) const { return x * value * first * second; }
};

// exp(a + b), where b is small against 1 and a not beyond twice the exponents' range.
SGCONV_INLINE Scaled exponential(V a, V b) {
  constexpr Real kRound = kDouble ? real(0x1.8p52) : real(0x1.8p23);
  constexpr Real kHigh = kDouble ? real(6.93147180369123816490e-01) : real(0.693359375);
  constexpr Real kLow = kDouble ? real(1.90821492927058770002e-10) : real(-2.12194440e-4);
  const V rounded = madd(a, every(real(1.4426950408889634)), every(kRound));
  const V n = rounded - kRound;
  const V f = madd(n, every(-kLow), madd(n, every(-kHigh), a)) + b;
  const U both = (U)rounded - (U)every(kRound) + Unsigned{2 * kBias};
  const U half = both >> 1;
  return {polynomial(kExp.c, f), (V)(half << kMantissa), (V)((both - half) << kMantissa)};
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
  result.density = exponential(square * real(-0.5), rest * real(-0.5));
  const V t = kTail.k / (z + kTail.k);
  result.tail = t * polynomial(kTail.c, real(1.0) - (t + t));
  return result;
}

// x Phi(x)
SGCONV_INLINE V gelu(V x, const Normal &n) {
  return x < Real{0} ? n.density.times(n.within * n.tail)
                     : x * (real(1.0) - n.density.times(n.tail));
}

// Phi(x) + x phi(x)
SGCONV_INLINE V gelu_derivative(V x, const Normal &n) {
  const V below = n.density.times(n.tail);
  const V distribution = x < Real{0} ? below : real(1.0) - below;
  return distribution + n.density.times(n.within * real(0.3989422804014326779));
}

SGCONV_INLINE V logistic(V x) {
  const Scaled e = exponential(-at_most(magnitude(x), kSteepest), V{});
  const V one = every(real(1.0));
  const V small = e.times(one), inverse = one / (one + small);
  return x < Real{0} ? small * inverse : inverse;
}

}  // namespace sgconv::SGCONV_TIER

#endif
