#include "exact_synthesis.h"

#include <algorithm>
#include <cmath>

namespace oracle {

std::int64_t ExactSynthesis::full_length() const {
  return geometry.dim << (geometry.scales - 1 + geometry.init_scale);
}

double ExactSynthesis::power_law(std::int64_t row, std::int64_t lag) const {
  const double delta = decay[static_cast<std::size_t>(row % geometry.hidden)];
  return geometry.decay == SGCONV_POWER ? std::pow(static_cast<double>(lag + 1), -delta) : 1.0;
}

template <class Visit>
void ExactSynthesis::each_coefficient(std::int64_t row, std::int64_t length, Visit &&visit) const {
  const std::int64_t d = geometry.dim;
  std::int64_t offset = 0;
  for (std::int64_t i = 0; i < geometry.scales; ++i) {
    const bool concatenate = geometry.composition == SGCONV_CONCATENATE;
    const std::int64_t exponent = concatenate
                                      ? std::max<std::int64_t>(0, i - 1) + geometry.init_scale
                                      : i + geometry.init_scale;
    const std::int64_t factor = std::int64_t{1} << exponent;
    const double m = decay[static_cast<std::size_t>(row % geometry.hidden)];
    const double weight = geometry.decay == SGCONV_GEOMETRIC
                              ? std::pow(m, static_cast<double>(geometry.scales - 1 - i))
                              : 1.0;
    const std::int64_t base = (i * rows() + row) * d;
    for (std::int64_t j = 0; j < d * factor && offset + j < length; ++j) {
      const std::int64_t lag = offset + j;
      if (geometry.interpolation == SGCONV_NEAREST) {
        visit(lag, base + j / factor, weight);
        continue;
      }
      const double source =
          std::max(0.0, (static_cast<double>(j) + 0.5) / static_cast<double>(factor) - 0.5);
      const auto low = static_cast<std::int64_t>(std::floor(source));
      const double fraction = source - static_cast<double>(low);
      visit(lag, base + low, weight * (1 - fraction));
      visit(lag, base + std::min(low + 1, d - 1), weight * fraction);
    }
    offset += concatenate ? d * factor : 0;
  }
}

Row ExactSynthesis::raw(std::int64_t row, std::int64_t length) const {
  Row values(static_cast<std::size_t>(length), 0.0);
  each_coefficient(row, length, [&](std::int64_t lag, std::int64_t index, double coefficient) {
    values[static_cast<std::size_t>(lag)] += coefficient * weights[static_cast<std::size_t>(index)];
  });
  for (std::int64_t lag = 0; lag < std::min(length, full_length()); ++lag) {
    values[static_cast<std::size_t>(lag)] *= power_law(row, lag);
  }
  return values;
}

// Each by itself: norms of different rows differ by orders of magnitude.
Exact ExactSynthesis::norm() const {
  Exact result(rows(), 1);
  for (std::int64_t row = 0; row < rows(); ++row) {
    const Row one = {oracle::norm(raw(row, full_length()))};
    result.add(row, one, bound_of_sums(one));
  }
  return result;
}

Exact ExactSynthesis::kernel(const Row &norm, std::int64_t length) const {
  // Coefficients are not negative: what absolute weights make is what the terms' magnitudes make.
  ExactSynthesis magnitudes = *this;
  for (double &weight : magnitudes.weights) weight = std::fabs(weight);
  Exact result(rows(), length);
  for (std::int64_t row = 0; row < rows(); ++row) {
    Row values = raw(row, length), terms = magnitudes.raw(row, length);
    for (double &value : values) value /= norm[static_cast<std::size_t>(row)];
    for (double &term : terms) term /= norm[static_cast<std::size_t>(row)];
    result.add(row, values, bound_of_sums(terms));
  }
  return result;
}

void ExactSynthesis::backward(const Row &norm, std::int64_t length, const Row &gradient,
                              Row &grad_weights, Row &grad_decay) const {
  grad_weights.assign(weights.size(), 0.0);
  grad_decay.assign(decay.size(), 0.0);
  for (std::int64_t row = 0; row < rows(); ++row) {
    const double z = norm[static_cast<std::size_t>(row)];
    const auto upstream = [&](std::int64_t lag) {
      return gradient[static_cast<std::size_t>(row * length + lag)] / z;
    };
    each_coefficient(row, length, [&](std::int64_t lag, std::int64_t index, double coefficient) {
      grad_weights[static_cast<std::size_t>(index)] +=
          upstream(lag) * power_law(row, lag) * coefficient;
    });
    if (geometry.decay != SGCONV_POWER) continue;
    const Row values = raw(row, length);
    for (std::int64_t lag = 0; lag < std::min(length, full_length()); ++lag) {
      grad_decay[static_cast<std::size_t>(row % geometry.hidden)] -=
          upstream(lag) * values[static_cast<std::size_t>(lag)] *
          std::log(static_cast<double>(lag + 1));
    }
  }
}

std::string ExactSynthesis::text() const {
  return std::string(geometry.composition == SGCONV_SUM ? "sum" : "concatenate") +
         (geometry.interpolation == SGCONV_NEAREST ? " nearest" : " linear") +
         (geometry.decay == SGCONV_POWER ? " power" : " geometric") +
         " C'=" + std::to_string(geometry.channels) + " H=" + std::to_string(geometry.hidden) +
         " d=" + std::to_string(geometry.dim) + " S=" + std::to_string(geometry.scales) +
         " r=" + std::to_string(geometry.init_scale);
}

std::vector<Judgement> ExactSynthesis::judge(const SynthesisResults &results, std::int64_t length,
                                             const Row &gradient) const {
  Row weight_gradients, exponent_gradients;
  backward(results.norm, length, gradient, weight_gradients, exponent_gradients);
  std::vector<Judgement> judgements = {
      {"norm", norm().error(results.norm)},
      {"kernel", kernel(results.norm, length).error(results.kernel)},
      // As one row: by themselves some are sums that cancel by chance.
      {"grad_weights", error_of_sums(results.grad_weights, weight_gradients)}};
  if (!results.grad_decay.empty()) {
    judgements.push_back({"grad_decay", error_of_sums(results.grad_decay, exponent_gradients)});
  }
  return judgements;
}

}  // namespace oracle
