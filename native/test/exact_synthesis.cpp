#include "exact_synthesis.h"

#include <algorithm>
#include <cmath>

namespace oracle {

template <class Number>
std::int64_t SynthesisOf<Number>::full_length() const {
  return geometry.dim << (geometry.scales - 1 + geometry.init_scale);
}

template <class Number>
Number SynthesisOf<Number>::power_law(std::int64_t row, std::int64_t lag) const {
  const Number delta = decay[static_cast<std::size_t>(row % geometry.hidden)];
  return geometry.decay == SGCONV_POWER ? std::pow(static_cast<Number>(lag + 1), -delta) : 1;
}

template <class Number>
template <class Visit>
void SynthesisOf<Number>::each_coefficient(std::int64_t row, std::int64_t length,
                                           Visit &&visit) const {
  const std::int64_t d = geometry.dim;
  std::int64_t offset = 0;
  for (std::int64_t i = 0; i < geometry.scales; ++i) {
    const bool concatenate = geometry.composition == SGCONV_CONCATENATE;
    const std::int64_t exponent = concatenate
                                      ? std::max<std::int64_t>(0, i - 1) + geometry.init_scale
                                      : i + geometry.init_scale;
    const std::int64_t factor = std::int64_t{1} << exponent;
    const Number m = decay[static_cast<std::size_t>(row % geometry.hidden)];
    const Number weight = geometry.decay == SGCONV_GEOMETRIC
                              ? std::pow(m, static_cast<Number>(geometry.scales - 1 - i))
                              : 1;
    const std::int64_t base = (i * rows() + row) * d;
    for (std::int64_t j = 0; j < d * factor && offset + j < length; ++j) {
      const std::int64_t lag = offset + j;
      if (geometry.interpolation == SGCONV_NEAREST) {
        visit(lag, base + j / factor, weight);
        continue;
      }
      // Both are exact: factors are powers of two.
      const double source =
          std::max(0.0, (static_cast<double>(j) + 0.5) / static_cast<double>(factor) - 0.5);
      const auto low = static_cast<std::int64_t>(std::floor(source));
      const double fraction = source - static_cast<double>(low);
      visit(lag, base + low, weight * static_cast<Number>(1 - fraction));
      visit(lag, base + std::min(low + 1, d - 1), weight * static_cast<Number>(fraction));
    }
    offset += concatenate ? d * factor : 0;
  }
}

template <class Number>
RowOf<Number> SynthesisOf<Number>::raw(std::int64_t row, std::int64_t length) const {
  RowOf<Number> values(static_cast<std::size_t>(length));
  each_coefficient(row, length, [&](std::int64_t lag, std::int64_t index, Number coefficient) {
    values[static_cast<std::size_t>(lag)] +=
        coefficient * static_cast<Number>(weights[static_cast<std::size_t>(index)]);
  });
  for (std::int64_t lag = 0; lag < std::min(length, full_length()); ++lag) {
    values[static_cast<std::size_t>(lag)] *= power_law(row, lag);
  }
  return values;
}

// Coefficients are not negative: what absolute weights make is what the terms' magnitudes make.
template <class Number>
RowOf<Number> SynthesisOf<Number>::magnitudes(std::int64_t row, std::int64_t length) const {
  SynthesisOf<Number> absolute = *this;
  for (double &weight : absolute.weights) weight = std::fabs(weight);
  return absolute.raw(row, length);
}

// Each by itself: norms of different rows differ by orders of magnitude.
template <class Number>
Exact<Number> SynthesisOf<Number>::norm() const {
  Exact<Number> result(rows(), 1);
  for (std::int64_t row = 0; row < rows(); ++row) {
    const RowOf<Number> one = {oracle::norm(raw(row, full_length()))};
    result.add(row, one, bound_of_sums(one));
  }
  return result;
}

template <class Number>
Exact<Number> SynthesisOf<Number>::kernel(const Row &norm, std::int64_t length) const {
  Exact<Number> result(rows(), length);
  for (std::int64_t row = 0; row < rows(); ++row) {
    RowOf<Number> values = raw(row, length), terms = magnitudes(row, length);
    const Number z = norm[static_cast<std::size_t>(row)];
    for (Number &value : values) value /= z;
    for (Number &term : terms) term /= z;
    result.add(row, values, bound_of_sums(terms));
  }
  return result;
}

template <class Number>
void SynthesisOf<Number>::backward(const Row &norm, std::int64_t length, const Row &gradient,
                                   RowOf<Number> &grad_weights, Exact<Number> &grad_decay) const {
  grad_weights.assign(weights.size(), 0);
  for (std::int64_t row = 0; row < rows(); ++row) {
    const Number z = norm[static_cast<std::size_t>(row)];
    const auto upstream = [&](std::int64_t lag) {
      return static_cast<Number>(gradient[static_cast<std::size_t>(row * length + lag)]) / z;
    };
    each_coefficient(row, length, [&](std::int64_t lag, std::int64_t index, Number coefficient) {
      grad_weights[static_cast<std::size_t>(index)] +=
          upstream(lag) * power_law(row, lag) * coefficient;
    });
    if (geometry.decay != SGCONV_POWER) continue;
    const RowOf<Number> values = raw(row, length), terms = magnitudes(row, length);
    AllLags<Number> sum;
    Number total = 0, squares = 0;
    for (std::int64_t lag = 0; lag < std::min(length, full_length()); ++lag) {
      const Number factor = -upstream(lag) * std::log(static_cast<Number>(lag + 1));
      const Number term = factor * terms[static_cast<std::size_t>(lag)];
      total += factor * values[static_cast<std::size_t>(lag)];
      squares += term * term;
    }
    sum.add({total}, static_cast<double>(std::sqrt(squares)));
    grad_decay.add(row % geometry.hidden, sum.values(), sum.bound());
  }
}

template <class Number>
std::string SynthesisOf<Number>::text() const {
  return std::string(geometry.composition == SGCONV_SUM ? "sum" : "concatenate") +
         (geometry.interpolation == SGCONV_NEAREST ? " nearest" : " linear") +
         (geometry.decay == SGCONV_POWER ? " power" : " geometric") +
         " C'=" + std::to_string(geometry.channels) + " H=" + std::to_string(geometry.hidden) +
         " d=" + std::to_string(geometry.dim) + " S=" + std::to_string(geometry.scales) +
         " r=" + std::to_string(geometry.init_scale);
}

template <class Number>
std::vector<Judgement> SynthesisOf<Number>::judge(const SynthesisResults &results,
                                                  std::int64_t length, const Row &gradient,
                                                  Type type) const {
  RowOf<Number> weight_gradients;
  Exact<Number> exponent_gradients(geometry.hidden, 1);
  backward(results.norm, length, gradient, weight_gradients, exponent_gradients);
  std::vector<Judgement> judgements = {
      {"norm", norm().error(results.norm, type), type},
      {"kernel", kernel(results.norm, length).error(results.kernel, type), type},
      // As one row: by themselves some are sums that cancel by chance.
      {"grad_weights", error_of_sums(results.grad_weights, weight_gradients, type), type}};
  if (!results.grad_decay.empty()) {
    judgements.push_back({"grad_decay", exponent_gradients.error(results.grad_decay, type), type});
  }
  return judgements;
}

template struct SynthesisOf<double>;
template struct SynthesisOf<long double>;

}  // namespace oracle
