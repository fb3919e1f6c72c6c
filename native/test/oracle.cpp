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
// Of the bounds of float32.
constexpr double kFloat64 = 0x1p-29;
constexpr std::size_t kDirectMost = 100;

// Complex numbers, real and imaginary parts apart.
template <class Number>
struct Complexes {
  RowOf<Number> re, im;
  explicit Complexes(std::size_t n) : re(n), im(n) {}
};

// exp(-iπ k/half) for k < half at element half + k, for every power of two half <= n.
template <class Number>
const Complexes<Number> &roots(std::size_t n) {
  static std::map<std::size_t, Complexes<Number>> tables;
  const auto [entry, missing] = tables.try_emplace(n, 2 * n);
  Complexes<Number> &table = entry->second;
  for (std::size_t half = 1; missing && half <= n; half *= 2) {
    for (std::size_t k = 0; k < half; ++k) {
      const Number angle =
          -std::numbers::pi_v<Number> * static_cast<Number>(k) / static_cast<Number>(half);
      table.re[half + k] = std::cos(angle);
      table.im[half + k] = std::sin(angle);
    }
  }
  return table;
}

// The discrete Fourier transform, its values in bit-reversed order.
template <class Number>
void fourier(Complexes<Number> &x) {
  const std::size_t n = x.re.size();
  const Complexes<Number> &w = roots<Number>(n);
  for (std::size_t half = n / 2; half > 0; half /= 2) {
    for (std::size_t base = 0; base < n; base += 2 * half) {
      Number *const re = &x.re[base], *const im = &x.im[base];
      for (std::size_t k = 0; k < half; ++k) {
        const Number dr = re[k] - re[k + half], di = im[k] - im[k + half];
        re[k] += re[k + half];
        im[k] += im[k + half];
        re[k + half] = dr * w.re[half + k] - di * w.im[half + k];
        im[k + half] = dr * w.im[half + k] + di * w.re[half + k];
      }
    }
  }
}

// Back from there, times n.
template <class Number>
void inverse_fourier(Complexes<Number> &x) {
  const std::size_t n = x.re.size();
  const Complexes<Number> &w = roots<Number>(n);
  for (std::size_t half = 1; half < n; half *= 2) {
    for (std::size_t base = 0; base < n; base += 2 * half) {
      Number *const re = &x.re[base], *const im = &x.im[base];
      for (std::size_t k = 0; k < half; ++k) {
        const Number hr = re[k + half] * w.re[half + k] + im[k + half] * w.im[half + k];
        const Number hi = im[k + half] * w.re[half + k] - re[k + half] * w.im[half + k];
        re[k + half] = re[k] - hr;
        im[k + half] = im[k] - hi;
        re[k] += hr;
        im[k] += hi;
      }
    }
  }
}

// The transform of x[j] - i x[j + n] times exp(-iπ j/2n), zeros where x ends.
template <class Number>
Complexes<Number> turned(const RowOf<Number> &x, std::size_t n) {
  Complexes<Number> result(n);
  const Complexes<Number> &root = roots<Number>(2 * n);
  for (std::size_t i = 0; i < n && i < x.size(); ++i) {
    const Number re = x[i], im = n + i < x.size() ? -x[n + i] : 0;
    result.re[i] = re * root.re[2 * n + i] - im * root.im[2 * n + i];
    result.im[i] = re * root.im[2 * n + i] + im * root.re[2 * n + i];
  }
  fourier(result);
  return result;
}

template <class Number>
double peak(const RowOf<Number> &x) {
  Number largest = 0;
  for (const Number value : x) largest = std::max(largest, std::fabs(value));
  return static_cast<double>(largest);
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

// Null for types to which results are computed.
const Stored *stored_as(Type type) {
  if (type == Type::kFloat32 || type == Type::kFloat64) return nullptr;
  return type == Type::kBfloat16 ? &kBfloat16 : &kFloat16;
}

// 0 of nothing is nothing.
double used(double error, double bound) { return error == 0.0 ? 0.0 : error / bound; }

}  // namespace

Row rounded(Row values, Type type) {
  if (type == Type::kFloat64) return values;
  const Stored *const stored = stored_as(type);
  for (double &value : values) {
    value = stored == nullptr ? static_cast<double>(static_cast<float>(value))
                              : nearest(*stored, value);
  }
  return values;
}

template <class Number>
RowOf<Number> reversed(RowOf<Number> x) {
  std::reverse(x.begin(), x.end());
  return x;
}

template <class Number>
Number norm(const RowOf<Number> &x) {
  Number squares = 0;
  for (const Number value : x) squares += value * value;
  return std::sqrt(squares);
}

template <class Number>
RowOf<Number> product(const RowOf<Number> &a, const RowOf<Number> &b) {
  RowOf<Number> out(a.size() + b.size() - 1);
  if (std::min(a.size(), b.size()) <= kDirectMost) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < b.size(); ++j) out[i + j] += a[i] * b[j];
    }
    return out;
  }
  // In half as many complex numbers (a "right-angle" convolution): a polynomial modulo z^2n = -1,
  // in which the product has room, is modulo z^n = -i one of the coefficients x[j] - i x[j + n].
  std::size_t n = 1;
  while (2 * n < out.size()) n *= 2;
  // One by one: were they real and imaginary part of one transform, a loud row's rounding would be
  // a quiet one's error.
  Complexes<Number> x = turned(a, n);
  const Complexes<Number> w = turned(b, n), &root = roots<Number>(2 * n);
  for (std::size_t i = 0; i < n; ++i) {
    const Number re = x.re[i], im = x.im[i];
    x.re[i] = re * w.re[i] - im * w.im[i];
    x.im[i] = re * w.im[i] + im * w.re[i];
  }
  inverse_fourier(x);
  for (std::size_t i = 0; i < n; ++i) {
    const Number c = root.re[2 * n + i] / static_cast<Number>(n);
    const Number d = root.im[2 * n + i] / static_cast<Number>(n);
    if (i < out.size()) out[i] = x.re[i] * c + x.im[i] * d;
    if (n + i < out.size()) out[n + i] = x.re[i] * d - x.im[i] * c;
  }
  return out;
}

template <class Number>
void AllLags<Number>::add(const RowOf<Number> &product, double pair) {
  const double carried = std::max(static_cast<double>(norm(product)), pair),
               largest = peak(product);
  carried_ += carried * carried;
  peak_ += largest * largest;
  if (sum_.empty()) {
    sum_ = product;
    return;
  }
  for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += product[i];
}

template <class Number>
Bound AllLags<Number>::bound() const {
  return bound_of(sum_.size(), std::max(static_cast<double>(norm(sum_)), std::sqrt(carried_)),
                  std::max(peak(sum_), std::sqrt(peak_)));
}

template <class Number>
Bound bound_of_sums(const RowOf<Number> &terms) {
  return bound_of(terms.size(), static_cast<double>(norm(terms)), peak(terms));
}

template <class Number>
Exact<Number>::Exact(std::int64_t rows, std::int64_t length)
    : length_(static_cast<std::size_t>(length)),
      values_(static_cast<std::size_t>(rows) * length_),
      elements_(values_.size(), 0.0),
      norms_(static_cast<std::size_t>(rows), 0.0) {}

template <class Number>
void Exact<Number>::add(std::int64_t row, const RowOf<Number> &values, const Bound &bound,
                        const Row *gate) {
  const std::size_t r = static_cast<std::size_t>(row);
  double largest = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < length_; ++i) {
    const double factor = gate == nullptr ? 1.0 : (*gate)[i];
    const double element = bound.element * std::fabs(factor);
    values_[r * length_ + i] += values[i] * static_cast<Number>(factor);
    elements_[r * length_ + i] += element;
    largest = std::max(largest, std::fabs(factor));
    squares += element * element;
  }
  norms_[r] += std::min(largest * bound.norm, std::sqrt(squares));
}

template <class Number>
double Exact<Number>::row_error(const Row &out, Type type, std::size_t row) const {
  const Stored *const stored = stored_as(type);
  const double scale = type == Type::kFloat64 ? kFloat64 : 1.0;
  double worst = 0.0, squares = 0.0, value_squares = 0.0, rounding_squares = 0.0;
  for (std::size_t i = row * length_; i < (row + 1) * length_; ++i) {
    // The difference of two nearly equal numbers is as exact as they are.
    const double value = static_cast<double>(values_[i]);
    const double difference = static_cast<double>(static_cast<Number>(out[i]) - values_[i]);
    if (!std::isfinite(difference)) return std::numeric_limits<double>::infinity();
    squares += difference * difference;
    double most = scale * elements_[i];
    if (stored != nullptr) {
      const double rounding = nearest(*stored, value) - value;
      most += spacing(*stored, value) / 2.0;
      value_squares += value * value;
      rounding_squares += rounding * rounding;
    }
    worst = std::max(worst, used(std::fabs(difference), most));
  }
  double most = scale * norms_[row];
  if (stored != nullptr) {
    // Or what rounding these very values costs, where that is more, as it is for constants.
    most += std::max(stored->norm * std::sqrt(value_squares), std::sqrt(rounding_squares));
  }
  return std::max(worst, used(std::sqrt(squares), most));
}

template <class Number>
double Exact<Number>::error(const Row &out, Type type) const {
  if (out.size() != values_.size()) return std::numeric_limits<double>::infinity();
  double worst = 0.0;
  for (std::size_t row = 0; row < norms_.size(); ++row) {
    worst = std::max(worst, row_error(out, type, row));
  }
  return worst;
}

template <class Number>
double error_of_sums(const Row &out, const RowOf<Number> &expected, Type type) {
  Exact<Number> exact(1, static_cast<std::int64_t>(expected.size()));
  exact.add(0, expected, bound_of_sums(expected));
  return exact.error(out, type);
}

template class AllLags<double>;
template class AllLags<long double>;
template class Exact<double>;
template class Exact<long double>;
template Row product(const Row &, const Row &);
template RowOf<long double> product(const RowOf<long double> &, const RowOf<long double> &);
template Row reversed(Row);
template RowOf<long double> reversed(RowOf<long double>);
template double norm(const Row &);
template long double norm(const RowOf<long double> &);
template Bound bound_of_sums(const Row &);
template Bound bound_of_sums(const RowOf<long double> &);
template double error_of_sums(const Row &, const Row &, Type);
template double error_of_sums(const Row &, const RowOf<long double> &, Type);

}  // namespace oracle
