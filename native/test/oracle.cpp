#include "oracle.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

namespace oracle {
namespace {

using Complex = std::complex<double>;

constexpr double kRelativeL2 = 1e-6;
constexpr double kMaxOverRms = 5e-6;
constexpr std::size_t kDirectMost = 100;

void fourier(std::vector<Complex> &x, double sign) {
  const std::size_t n = x.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  std::vector<Complex> w(n / 2);
  for (std::size_t k = 0; k < n / 2; ++k) {
    const double angle =
        sign * 2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
    w[k] = {std::cos(angle), std::sin(angle)};
  }
  for (std::size_t half = 1; half < n; half *= 2) {
    for (std::size_t base = 0; base < n; base += 2 * half) {
      for (std::size_t k = 0; k < half; ++k) {
        const Complex t = w[k * (n / (2 * half))] * x[base + k + half];
        x[base + k + half] = x[base + k] - t;
        x[base + k] += t;
      }
    }
  }
}

// Full linear convolution of a and b.
std::vector<double> linear(const std::vector<double> &a, const std::vector<double> &b) {
  const std::size_t size = a.size() + b.size() - 1;
  std::vector<double> out(size, 0.0);
  if (std::min(a.size(), b.size()) <= kDirectMost) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < b.size(); ++j) out[i + j] += a[i] * b[j];
    }
    return out;
  }
  std::size_t n = 1;
  while (n < size) n *= 2;
  // Both at once: their product is the imaginary part of the square of a + i b, halved.
  std::vector<Complex> x(n);
  for (std::size_t i = 0; i < a.size(); ++i) x[i].real(a[i]);
  for (std::size_t i = 0; i < b.size(); ++i) x[i].imag(b[i]);
  fourier(x, -1.0);
  for (Complex &value : x) value *= value;
  fourier(x, 1.0);
  for (std::size_t i = 0; i < size; ++i) out[i] = x[i].imag() / (2.0 * static_cast<double>(n));
  return out;
}

std::vector<double> reversed(std::vector<double> x) {
  std::reverse(x.begin(), x.end());
  return x;
}

}  // namespace

Row convolve(const Lags &lags, const Row &u) {
  const std::vector<double> all = linear(lags, u);
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(u.size()) - 1;
  return {begin, begin + static_cast<std::ptrdiff_t>(u.size())};
}

Row convolve_transposed(const Lags &lags, const Row &dy) { return convolve(reversed(lags), dy); }

Lags correlate(const Row &u, const Row &dy) { return linear(reversed(u), dy); }

double error_in_bounds(const float *out, const double *expected, std::int64_t count,
                       const double *terms) {
  double squares = 0.0, difference_squares = 0.0, largest = 0.0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double difference = static_cast<double>(out[i]) - expected[i];
    if (!std::isfinite(difference)) return std::numeric_limits<double>::infinity();
    squares += expected[i] * expected[i];
    difference_squares += difference * difference;
    const double rounding = terms == nullptr ? 0.0 : 4 * 0x1p-24 * terms[i];
    largest = std::max(largest, std::fabs(difference) - rounding);
  }
  if (squares == 0.0) return largest == 0.0 ? 0.0 : std::numeric_limits<double>::infinity();
  const double rms = std::sqrt(squares / static_cast<double>(count));
  return std::max(std::sqrt(difference_squares / squares) / kRelativeL2,
                  largest / (kMaxOverRms * rms));
}

}  // namespace oracle
