// (t+1)^(-delta) for the power-law decay. Exponents reach 22 delta at lags of millions, where a
// product would lose six bits. For float, logarithm, product and range reduction are double, the
// rest is float; for double, the logarithm is the sum of two numbers, of which the first has 26
// bits, as has the first part of delta: their product is exact. Plain loops over short arrays,
// which compilers turn into vectors of any width.
#ifndef SGCONV_CPU_POWER_H
#define SGCONV_CPU_POWER_H

#include <type_traits>

#include "cpu/simd/vector.h"

namespace sgconv::SGCONV_TIER {

constexpr double kRoundingShift = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to integers

template <class To, class From>
SGCONV_INLINE To bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  __builtin_memcpy(&to, &from, sizeof to);
  return to;
}

// Logarithms are sums of two numbers.
constexpr bool kHasRests = std::is_same_v<Real, double>;

// logs[i] = log2(first + i + 1): for float with an error below 1e-13; for double with rests[i],
// which is below 2^-20, so that their sum is off by less than 2.5e-16.
inline void fill_logarithms(std::int64_t first, std::int64_t last, double *logs, double *rests) {
  constexpr double kShift = 0x1.8p32;  // adding it rounds to multiples of 2^-20
  for (std::int64_t t = first; t < last; ++t) {
    const double n = static_cast<double>(t + 1);
    // n = 2^exponent * m with m in [sqrt(1/2), sqrt(2))
    const std::uint64_t word = bits<std::uint64_t>(n) + 0x00095f619980c433u;
    const std::int64_t exponent = static_cast<std::int64_t>(word >> 52) - 1023;
    const double m = bits<double>((word & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu);
    const double s = (m - 1.0) / (m + 1.0), z = s * s;
    double p = 1.0 / 17.0;
    if constexpr (kHasRests) p = (1.0 / 21.0 * z + 1.0 / 19.0) * z + p;
    p = p * z + 1.0 / 15.0;
    p = p * z + 1.0 / 13.0;
    p = p * z + 1.0 / 11.0;
    p = p * z + 1.0 / 9.0;
    p = p * z + 1.0 / 7.0;
    p = p * z + 1.0 / 5.0;
    p = p * z + 1.0 / 3.0;
    p = p * z + 1.0;
    const double whole = static_cast<double>(exponent), fraction = s * p * 2.885390081777926814;
    if constexpr (kHasRests) {
      const double high = (fraction + kShift) - kShift;
      logs[t - first] = whole + high;
      rests[t - first] = fraction - high;
    } else {
      logs[t - first] = whole + fraction;
    }
  }
}

// powers[i] = 2^(-delta * logs[i])
inline void fill_powers(const double *logs, const double *, std::int64_t count, double delta,
                        float *powers) {
  for (std::int64_t i = 0; i < count; ++i) {
    double x = -delta * logs[i];
    x = x < -250.0 ? -250.0 : x;
    x = x > 250.0 ? 250.0 : x;
    const double whole = (x + kRoundingShift) - kRoundingShift;
    const float r = static_cast<float>(x - whole);  // [-1/2, 1/2]
    float p = 1.535336188319500e-4f;
    p = p * r + 1.339887440266574e-3f;
    p = p * r + 9.618437357674640e-3f;
    p = p * r + 5.550332471162809e-2f;
    p = p * r + 2.402264791363012e-1f;
    p = p * r + 6.931472028550421e-1f;
    p = p * r + 1.0f;
    // In two steps, so that results below the normal range come out right.
    const std::int32_t e = static_cast<std::int32_t>(whole), e1 = e / 2, e2 = e - e1;
    powers[i] = p * bits<float>((e1 + 127) << 23) * bits<float>((e2 + 127) << 23);
  }
}

// 2^e of a normal result.
SGCONV_INLINE double power_of_two(std::int32_t e) {
  return bits<double>(static_cast<std::int64_t>(e + 1023) << 52);
}

// powers[i] = 2^(-delta * (logs[i] + rests[i])), off by two units in the last place for exponents
// up to 2.
inline void fill_powers(const double *logs, const double *rests, std::int64_t count, double delta,
                        double *powers) {
  const double high = bits<double>(bits<std::uint64_t>(delta) & ~std::uint64_t{0x7ffffff});
  const double low = delta - high;
  for (std::int64_t i = 0; i < count; ++i) {
    double x = -high * logs[i], rest = -(low * logs[i] + delta * rests[i]);
    const bool beyond = x < -1100.0 || x > 1100.0;
    x = x < -1100.0 ? -1100.0 : x;
    x = x > 1100.0 ? 1100.0 : x;
    rest = beyond ? 0.0 : rest;
    const double whole = (x + kRoundingShift) - kRoundingShift;
    const double r = (x - whole) + rest;  // about [-1/2, 1/2]
    double p = 1.3691488853904128e-12;    // ln(2)^n / n!
    p = p * r + 2.5678435993488206e-11;
    p = p * r + 4.4455382718708116e-10;
    p = p * r + 7.054911620801123e-09;
    p = p * r + 1.01780860092397e-07;
    p = p * r + 1.321548679014431e-06;
    p = p * r + 1.5252733804059841e-05;
    p = p * r + 1.540353039338161e-04;
    p = p * r + 1.3333558146428443e-03;
    p = p * r + 9.618129107628477e-03;
    p = p * r + 5.550410866482158e-02;
    p = p * r + 2.4022650695910072e-01;
    p = p * r + 6.931471805599453e-01;
    p = p * r + 1.0;
    const std::int32_t e = static_cast<std::int32_t>(whole), e1 = e / 2, e2 = e - e1;
    powers[i] = p * power_of_two(e1) * power_of_two(e2);
  }
}

}  // namespace sgconv::SGCONV_TIER

#endif
