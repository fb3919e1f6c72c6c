#include "oracle.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

namespace oracle {
namespace {

// docs/adr/0017: of the norm, of an element in units of S / sqrt(lags), of the largest value.
constexpr double kNorm = 1e-6;
constexpr double kSpread = 5e-6;
constexpr double kPeak = 5e-7;
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

double peak(const Row &x) {
  double largest = 0.0;
  for (const double value : x) largest = std::max(largest, std::fabs(value));
  return largest;
}

Bound bound_of(std::size_t lags, double carried, double largest) {
  return {kNorm * carried,
          kSpread * carried / std::sqrt(static_cast<double>(lags)) + kPeak * largest};
}

// What a type of 16 bits holds, and the part of a row's norm that rounding all of it may cost.
struct Stored {
  int bits, least_exponent;
  double norm;
};

constexpr Stored kBfloat16 = {8, -126, 2.5e-3};
constexpr Stored kFloat16 = {11, -14, 4e-4};

// Of the values around this one.
double spacing(const Stored &stored, double value) {
  const int exponent = value == 0.0 ? stored.least_exponent : std::ilogb(value);
  return std::ldexp(1.0, std::max(exponent, stored.least_exponent) - stored.bits + 1);
}

double nearest(const Stored &stored, double value) {
  const double unit = spacing(stored, value);
  return std::nearbyint(value / unit) * unit;
}

// Null for float32, to which results are computed.
const Stored *stored_as(Type type) {
  if (type == Type::kFloat32) return nullptr;
  return type == Type::kBfloat16 ? &kBfloat16 : &kFloat16;
}

// 0 of nothing is nothing.
double used(double error, double bound) { return error == 0.0 ? 0.0 : error / bound; }

}  // namespace

Row rounded(Row values, Type type) {
  const Stored *const stored = stored_as(type);
  for (double &value : values) {
    value = stored == nullptr ? static_cast<double>(static_cast<float>(value))
                              : nearest(*stored, value);
  }
  return values;
}

Row reversed(Row x) {
  std::reverse(x.begin(), x.end());
  return x;
}

double norm(const Row &x) {
  double squares = 0.0;
  for (const double value : x) squares += value * value;
  return std::sqrt(squares);
}

Row product(const Row &a, const Row &b) {
  Row out(a.size() + b.size() - 1, 0.0);
  if (std::min(a.size(), b.size()) <= kDirectMost) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < b.size(); ++j) out[i + j] += a[i] * b[j];
    }
    return out;
  }
  std::size_t n = 1;
  while (n < out.size()) n *= 2;
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
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = x.im[i] / (2.0 * static_cast<double>(n));
  return out;
}

void AllLags::add(const Row &product, double pair) {
  const double carried = std::max(norm(product), pair), largest = peak(product);
  carried_ += carried * carried;
  peak_ += largest * largest;
  if (sum_.empty()) {
    sum_ = product;
    return;
  }
  for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += product[i];
}

Bound AllLags::bound() const {
  return bound_of(sum_.size(), std::max(norm(sum_), std::sqrt(carried_)),
                  std::max(peak(sum_), std::sqrt(peak_)));
}

Bound bound_of_sums(const Row &terms) { return bound_of(terms.size(), norm(terms), peak(terms)); }

Exact::Exact(std::int64_t rows, std::int64_t length)
    : length_(static_cast<std::size_t>(length)),
      values_(static_cast<std::size_t>(rows) * length_, 0.0),
      elements_(values_.size(), 0.0),
      norms_(static_cast<std::size_t>(rows), 0.0) {}

void Exact::add(std::int64_t row, const Row &values, const Bound &bound, const Row *gate) {
  const std::size_t r = static_cast<std::size_t>(row);
  double largest = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < length_; ++i) {
    const double factor = gate == nullptr ? 1.0 : (*gate)[i];
    const double element = bound.element * std::fabs(factor);
    values_[r * length_ + i] += values[i] * factor;
    elements_[r * length_ + i] += element;
    largest = std::max(largest, std::fabs(factor));
    squares += element * element;
  }
  norms_[r] += std::min(largest * bound.norm, std::sqrt(squares));
}

double Exact::row_error(const Row &out, Type type, std::size_t row) const {
  const Stored *const stored = stored_as(type);
  double worst = 0.0, squares = 0.0, value_squares = 0.0, rounding_squares = 0.0;
  for (std::size_t i = row * length_; i < (row + 1) * length_; ++i) {
    const double difference = out[i] - values_[i];
    if (!std::isfinite(difference)) return std::numeric_limits<double>::infinity();
    squares += difference * difference;
    double most = elements_[i];
    if (stored != nullptr) {
      const double rounding = nearest(*stored, values_[i]) - values_[i];
      most += spacing(*stored, values_[i]) / 2.0;
      value_squares += values_[i] * values_[i];
      rounding_squares += rounding * rounding;
    }
    worst = std::max(worst, used(std::fabs(difference), most));
  }
  double most = norms_[row];
  if (stored != nullptr) {
    // Or what rounding these very values costs, where that is more, as it is for constants.
    most += std::max(stored->norm * std::sqrt(value_squares), std::sqrt(rounding_squares));
  }
  return std::max(worst, used(std::sqrt(squares), most));
}

double Exact::error(const Row &out, Type type) const {
  if (out.size() != values_.size()) return std::numeric_limits<double>::infinity();
  double worst = 0.0;
  for (std::size_t row = 0; row < norms_.size(); ++row) {
    worst = std::max(worst, row_error(out, type, row));
  }
  return worst;
}

double error_of_sums(const Row &out, const Row &expected) {
  Exact exact(1, static_cast<std::int64_t>(expected.size()));
  exact.add(0, expected, bound_of_sums(expected));
  return exact.error(out);
}

}  // namespace oracle
