// (t+1)^(-delta) for the power-law decay. Exponents reach 22 delta at lags of millions, where a
// float product would lose six bits: logarithm, product and range reduction are double, the rest is
// float. Plain loops over short arrays, which compilers turn into vectors of any width.
#ifndef SGCONV_CPU_POWER_H
#define SGCONV_CPU_POWER_H

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

// logs[i] = log2(first + i + 1), error below 1e-13.
inline void fill_logarithms(std::int64_t first, std::int64_t last, double *logs) {
  for (std::int64_t t = first; t < last; ++t) {
    const double n = static_cast<double>(t + 1);
    // n = 2^exponent * m with m in [sqrt(1/2), sqrt(2))
    const std::uint64_t word = bits<std::uint64_t>(n) + 0x00095f619980c433u;
    const std::int64_t exponent = static_cast<std::int64_t>(word >> 52) - 1023;
    const double m = bits<double>((word & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu);
    const double s = (m - 1.0) / (m + 1.0), z = s * s;
    double p = 1.0 / 17.0;
    p = p * z + 1.0 / 15.0;
    p = p * z + 1.0 / 13.0;
    p = p * z + 1.0 / 11.0;
    p = p * z + 1.0 / 9.0;
    p = p * z + 1.0 / 7.0;
    p = p * z + 1.0 / 5.0;
    p = p * z + 1.0 / 3.0;
    p = p * z + 1.0;
    logs[t - first] = static_cast<double>(exponent) + s * p * 2.885390081777926814;
  }
}

// powers[i] = 2^(-delta * logs[i])
inline void fill_powers(const double *logs, std::int64_t count, double delta, float *powers) {
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

}  // namespace sgconv::SGCONV_TIER

#endif
