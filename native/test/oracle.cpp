#include "oracle.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

namespace oracle {
namespace {

constexpr double kRelativeL2 = 1e-6;
constexpr double kMaxOverRms = 5e-6;
constexpr std::size_t kDirectMost = 100;

// Complex numbers, real and imaginary parts apart.
struct Complexes {
  std::vector<double> re, im;
  explicit Complexes(std::size_t n) : re(n, 0.0), im(n, 0.0) {}
};

// exp(-iπ k/half) for k < half at element half + k, for every power of two half < n.
const Complexes &roots(std::size_t n) {
  static std::map<std::size_t, Complexes> tables;
  const auto [entry, missing] = tables.try_emplace(n, n);
  Complexes &table = entry->second;
  for (std::size_t half = 1; missing && half < n; half *= 2) {
    for (std::size_t k = 0; k < half; ++k) {
      const double angle = -std::numbers::pi * static_cast<double>(k) / static_cast<double>(half);
      table.re[half + k] = std::cos(angle);
      table.im[half + k] = std::sin(angle);
    }
  }
  return table;
}

// The discrete Fourier transform, its values in bit-reversed order.
void fourier(Complexes &x) {
  const std::size_t n = x.re.size();
  const Complexes &w = roots(n);
  for (std::size_t half = n / 2; half > 0; half /= 2) {
    for (std::size_t base = 0; base < n; base += 2 * half) {
      double *const re = &x.re[base], *const im = &x.im[base];
      for (std::size_t k = 0; k < half; ++k) {
        const double dr = re[k] - re[k + half], di = im[k] - im[k + half];
        re[k] += re[k + half];
        im[k] += im[k + half];
        re[k + half] = dr * w.re[half + k] - di * w.im[half + k];
        im[k + half] = dr * w.im[half + k] + di * w.re[half + k];
      }
    }
  }
}

// Back from there, times n.
void inverse_fourier(Complexes &x) {
  const std::size_t n = x.re.size();
  const Complexes &w = roots(n);
  for (std::size_t half = 1; half < n; half *= 2) {
    for (std::size_t base = 0; base < n; base += 2 * half) {
      double *const re = &x.re[base], *const im = &x.im[base];
      for (std::size_t k = 0; k < half; ++k) {
        const double hr = re[k + half] * w.re[half + k] + im[k + half] * w.im[half + k];
        const double hi = im[k + half] * w.re[half + k] - re[k + half] * w.im[half + k];
        re[k + half] = re[k] - hr;
        im[k + half] = im[k] - hi;
        re[k] += hr;
        im[k] += hi;
      }
    }
  }
}

// The linear convolution of a (2L - 1 values or L) and b (L) at the indices below `size`, from
// `first` on. A transform of `size` points is enough where whatever wraps around ends below
// `first`.
std::vector<double> linear(const std::vector<double> &a, const std::vector<double> &b,
                           std::size_t first, std::size_t size) {
  std::vector<double> out(size - first, 0.0);
  if (b.size() <= kDirectMost) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < b.size(); ++j) {
        if (i + j >= first && i + j < size) out[i + j - first] += a[i] * b[j];
      }
    }
    return out;
  }
  std::size_t n = 1;
  while (n < size) n *= 2;
  // Both at once: their product is the imaginary part of the square of a + i b, halved.
  Complexes x(n);
  std::copy(a.begin(), a.end(), x.re.begin());
  std::copy(b.begin(), b.end(), x.im.begin());
  fourier(x);
  for (std::size_t i = 0; i < n; ++i) {
    const double re = x.re[i], im = x.im[i];
    x.re[i] = re * re - im * im;
    x.im[i] = 2.0 * re * im;
  }
  inverse_fourier(x);
  for (std::size_t i = first; i < size; ++i) {
    out[i - first] = x.im[i] / (2.0 * static_cast<double>(n));
  }
  return out;
}

std::vector<double> reversed(std::vector<double> x) {
  std::reverse(x.begin(), x.end());
  return x;
}

}  // namespace

Row convolve(const Lags &lags, const Row &u) { return linear(lags, u, u.size() - 1, lags.size()); }

Row convolve_transposed(const Lags &lags, const Row &dy) { return convolve(reversed(lags), dy); }

Lags correlate(const Row &u, const Row &dy) { return linear(reversed(u), dy, 0, 2 * u.size() - 1); }

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
