// Sines and cosines while the compiler runs, in float64: the constants of the transforms.
#pragma once

#include <cstdint>

namespace sgconv::cuda {

struct ExactRoot {
  double cosine, sine;
};

// exp(2 pi i numerator / denominator), |numerator| <= denominator / 8: power series.
constexpr ExactRoot exact_small_root(int64_t numerator, int64_t denominator) {
  constexpr double kTwoPi = 6.283185307179586476925;
  const double x = kTwoPi * static_cast<double>(numerator) / static_cast<double>(denominator);
  double cosine = 0.0;
  double sine = 0.0;
  double term = 1.0;
  for (int power = 0; power < 20; power += 2) {
    cosine += term;
    sine += term * x / (power + 1);
    term *= -x * x / ((power + 1) * (power + 2));
  }
  return {cosine, sine};
}

// exp(2 pi i numerator / denominator), by the nearest quarter turn: exact zeros and ones.
constexpr ExactRoot exact_root(int64_t numerator, int64_t denominator) {
  const int64_t turn = (numerator % denominator + denominator) % denominator;
  const int64_t quarters = (8 * turn + denominator) / (2 * denominator);
  const ExactRoot rest = exact_small_root(4 * turn - quarters * denominator, 4 * denominator);
  switch (quarters % 4) {
    case 0:
      return rest;
    case 1:
      return {-rest.sine, rest.cosine};
    case 2:
      return {-rest.cosine, -rest.sine};
    default:
      return {rest.sine, -rest.cosine};
  }
}

// A factor cosine * (1 + i tangent), which two fused operations apply but for the cosine: that
// waits for the next sum.
struct alignas(8) Turned {
  float cosine, tangent;
};

// exp(i a) over the cosine of another angle, which is not 0. An angle of a quarter turn gets a
// cosine far below rounding instead of 0, so that its tangent is finite.
constexpr Turned turned(const ExactRoot &root, double other = 1.0) {
  constexpr double kAlmostZero = 1.0 / (1 << 28);
  const double cosine = root.cosine == 0.0 ? kAlmostZero : root.cosine;
  return {static_cast<float>(cosine / other), static_cast<float>(root.sine / cosine)};
}

}  // namespace sgconv::cuda
