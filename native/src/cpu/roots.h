// Roots of unity by the turns that they stand for.
#ifndef SGCONV_CPU_ROOTS_H
#define SGCONV_CPU_ROOTS_H

#include <cmath>
#include <cstdint>
#include <numbers>

namespace sgconv {

struct Complex {
  double re, im;
};

// A part of a turn, as exact as a twiddle of the type needs it.
template <class Real>
struct Turns;

// For float, rounded ones are far more than enough.
template <>
struct Turns<float> {
  double value;

  static Turns of(std::int64_t numerator, std::int64_t denominator) {
    return {static_cast<double>(numerator) / static_cast<double>(denominator)};
  }
  Turns operator+(std::int64_t k) const { return {value + static_cast<double>(k)}; }
  Turns operator*(std::int64_t k) const { return {value * static_cast<double>(k)}; }
  Turns operator/(std::int64_t k) const { return {value / static_cast<double>(k)}; }
};

// For double, fractions: a third of a turn is none, and every step would hand on the errors of all
// steps before it. For lengths that the boundary lets through nothing here exceeds 2^53.
template <>
struct Turns<double> {
  std::int64_t numerator, denominator;

  static Turns of(std::int64_t numerator, std::int64_t denominator) {
    return {numerator, denominator};
  }
  Turns operator+(std::int64_t k) const { return {numerator + k * denominator, denominator}; }
  Turns operator*(std::int64_t k) const { return {numerator * k, denominator}; }
  Turns operator/(std::int64_t k) const { return {numerator, denominator * k}; }
};

// e(t) = exp(2 pi i t)
inline Complex e(double turns) {
  const double angle = 2.0 * std::numbers::pi * turns;
  return {std::cos(angle), std::sin(angle)};
}

inline Complex e(Turns<float> turns) { return e(turns.value); }

// Off by about one unit in the last place at most: the angle, no more than an eighth of a turn, is
// the sum of two doubles.
inline Complex e(Turns<double> turns) {
  constexpr double kTurn = 2.0 * std::numbers::pi;
  constexpr double kTurnRest = 2.4492935982947064e-16;  // 2 pi - kTurn
  const std::int64_t d = turns.denominator, n = (turns.numerator % d + d) % d;
  const std::int64_t quarter = (8 * n + d) / (2 * d);  // the nearest
  const double rest = static_cast<double>(4 * n - quarter * d), unit = static_cast<double>(4 * d);
  const double part = rest / unit, part_rest = std::fma(-part, unit, rest) / unit;
  const double angle = part * kTurn;
  const double angle_rest = std::fma(part, kTurn, -angle) + (part * kTurnRest + part_rest * kTurn);
  const double c = std::cos(angle), s = std::sin(angle);
  const double re = c - s * angle_rest, im = s + c * angle_rest;
  switch (quarter % 4) {
    case 0:
      return {re, im};
    case 1:
      return {-im, re};
    case 2:
      return {-re, -im};
    default:
      return {im, -re};
  }
}

}  // namespace sgconv

#endif
