#include "exact_synthesis.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace oracle {

template <class Number>
std::int64_t SynthesisOf<Number>::full_length() const {
  return geometry.dim << (geometry.scales - 1 + geometry.init_scale);
}

template <class Number>
typename SynthesisOf<Number>::Laws SynthesisOf<Number>::power_laws() const {
  if (geometry.decay != SGCONV_POWER) return {};
  Laws laws;
  for (const double exponent : decay) {
    const Number delta = exponent;
    RowOf<Number> law(static_cast<std::size_t>(full_length()));
    for (std::size_t lag = 0; lag < law.size(); ++lag) {
      law[lag] = std::pow(static_cast<Number>(lag + 1), -delta);
    }
    laws.push_back(std::move(law));
  }
  return laws;
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
RowOf<Number> SynthesisOf<Number>::raw(const Laws &laws, const Row &of, std::int64_t row,
                                       std::int64_t length) const {
  RowOf<Number> values(static_cast<std::size_t>(length));
  each_coefficient(row, length, [&](std::int64_t lag, std::int64_t index, Number coefficient) {
    values[static_cast<std::size_t>(lag)] +=
        coefficient * static_cast<Number>(of[static_cast<std::size_t>(index)]);
  });
  if (laws.empty()) return values;
  const RowOf<Number> &law = laws[static_cast<std::size_t>(row % geometry.hidden)];
  for (std::size_t lag = 0; lag < std::min(values.size(), law.size()); ++lag) {
    values[lag] *= law[lag];
  }
  return values;
}

// Coefficients are not negative: what absolute weights make is what the terms' magnitudes make.
template <class Number>
RowOf<Number> SynthesisOf<Number>::magnitudes(const Laws &laws, std::int64_t row,
                                              std::int64_t length) const {
  Row absolute = weights;
  for (double &weight : absolute) weight = std::fabs(weight);
  return raw(laws, absolute, row, length);
}

// Each by itself: norms of different rows differ by orders of magnitude.
template <class Number>
Exact<Number> SynthesisOf<Number>::norm(const Laws &laws) const {
  Exact<Number> result(rows(), 1);
  for (std::int64_t row = 0; row < rows(); ++row) {
    const RowOf<Number> one = {oracle::norm(raw(laws, weights, row, full_length()))};
    result.add(row, one, bound_of_sums(one));
  }
  return result;
}

template <class Number>
Exact<Number> SynthesisOf<Number>::kernel(const Laws &laws, const Row &norm,
                                          std::int64_t length) const {
  Exact<Number> result(rows(), length);
  for (std::int64_t row = 0; row < rows(); ++row) {
    RowOf<Number> values = raw(laws, weights, row, length), terms = magnitudes(laws, row, length);
    const Number z = norm[static_cast<std::size_t>(row)];
    for (Number &value : values) value /= z;
    for (Number &term : terms) term /= z;
    result.add(row, values, bound_of_sums(terms));
  }
  return result;
}

template <class Number>
void SynthesisOf<Number>::backward(const Laws &laws, const Row &norm, std::int64_t length,
                                   const Row &gradient, RowOf<Number> &grad_weights,
                                   Exact<Number> &grad_decay) const {
  grad_weights.assign(weights.size(), 0);
  for (std::int64_t row = 0; row < rows(); ++row) {
    const Number z = norm[static_cast<std::size_t>(row)];
    const auto upstream = [&](std::int64_t lag) {
      return static_cast<Number>(gradient[static_cast<std::size_t>(row * length + lag)]) / z;
    };
    const RowOf<Number> *const law =
        laws.empty() ? nullptr : &laws[static_cast<std::size_t>(row % geometry.hidden)];
    each_coefficient(row, length, [&](std::int64_t lag, std::int64_t index, Number coefficient) {
      const Number factor = law == nullptr ? 1 : (*law)[static_cast<std::size_t>(lag)];
      grad_weights[static_cast<std::size_t>(index)] += upstream(lag) * factor * coefficient;
    });
    if (geometry.decay != SGCONV_POWER) continue;
    const RowOf<Number> values = raw(laws, weights, row, length),
                        terms = magnitudes(laws, row, length);
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
  const Laws laws = power_laws();
  backward(laws, results.norm, length, gradient, weight_gradients, exponent_gradients);
  std::vector<Judgement> judgements = {
      {"norm", norm(laws).error(results.norm, type), type},
      {"kernel", kernel(laws, results.norm, length).error(results.kernel, type), type},
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
