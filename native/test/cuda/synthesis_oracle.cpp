#include "synthesis_oracle.h"

#include <algorithm>
#include <cmath>

namespace sgconv::test {

int64_t Synthesis::full_length() const {
  return geometry.dim << (geometry.scales - 1 + geometry.init_scale);
}

double Synthesis::power_law(int64_t row, int64_t lag) const {
  const double delta = decay[static_cast<std::size_t>(row % geometry.hidden)];
  return geometry.decay == SGCONV_POWER ? std::pow(static_cast<double>(lag + 1), -delta) : 1.0;
}

template <class Visit>
void Synthesis::each_coefficient(int64_t row, int64_t length, Visit &&visit) const {
  const int64_t d = geometry.dim;
  int64_t offset = 0;
  for (int64_t i = 0; i < geometry.scales; ++i) {
    const bool concatenate = geometry.composition == SGCONV_CONCATENATE;
    const int64_t exponent =
        concatenate ? std::max<int64_t>(0, i - 1) + geometry.init_scale : i + geometry.init_scale;
    const int64_t factor = int64_t{1} << exponent;
    const double m = decay[static_cast<std::size_t>(row % geometry.hidden)];
    const double weight = geometry.decay == SGCONV_GEOMETRIC
                              ? std::pow(m, static_cast<double>(geometry.scales - 1 - i))
                              : 1.0;
    const int64_t base = (i * rows() + row) * d;
    for (int64_t j = 0; j < d * factor && offset + j < length; ++j) {
      const int64_t lag = offset + j;
      if (geometry.interpolation == SGCONV_NEAREST) {
        visit(lag, base + j / factor, weight);
        continue;
      }
      const double source =
          std::max(0.0, (static_cast<double>(j) + 0.5) / static_cast<double>(factor) - 0.5);
      const auto low = static_cast<int64_t>(std::floor(source));
      const double fraction = source - static_cast<double>(low);
      visit(lag, base + low, weight * (1 - fraction));
      visit(lag, base + std::min(low + 1, d - 1), weight * fraction);
    }
    offset += concatenate ? d * factor : 0;
  }
}

Doubles Synthesis::raw(int64_t row, int64_t length) const {
  Doubles values(static_cast<std::size_t>(length), 0.0);
  each_coefficient(row, length, [&](int64_t lag, int64_t index, double coefficient) {
    values[static_cast<std::size_t>(lag)] += coefficient * weights[static_cast<std::size_t>(index)];
  });
  for (int64_t lag = 0; lag < std::min(length, full_length()); ++lag) {
    values[static_cast<std::size_t>(lag)] *= power_law(row, lag);
  }
  return values;
}

Doubles Synthesis::norm() const {
  Doubles result;
  for (int64_t row = 0; row < rows(); ++row) {
    double squares = 0;
    for (const double value : raw(row, full_length())) {
      squares += value * value;
    }
    result.push_back(std::sqrt(squares));
  }
  return result;
}

Doubles Synthesis::kernel(const Doubles &norm, int64_t length) const {
  Doubles result;
  for (int64_t row = 0; row < rows(); ++row) {
    for (const double value : raw(row, length)) {
      result.push_back(value / norm[static_cast<std::size_t>(row)]);
    }
  }
  return result;
}

void Synthesis::backward(const Doubles &norm, int64_t length, const Doubles &gradient,
                         Doubles &grad_weights, Doubles &grad_decay) const {
  grad_weights.assign(weights.size(), 0.0);
  grad_decay.assign(decay.size(), 0.0);
  for (int64_t row = 0; row < rows(); ++row) {
    const double z = norm[static_cast<std::size_t>(row)];
    const auto upstream = [&](int64_t lag) {
      return gradient[static_cast<std::size_t>(row * length + lag)] / z;
    };
    each_coefficient(row, length, [&](int64_t lag, int64_t index, double coefficient) {
      grad_weights[static_cast<std::size_t>(index)] +=
          upstream(lag) * power_law(row, lag) * coefficient;
    });
    const Doubles values = raw(row, length);
    for (int64_t lag = 0; lag < std::min(length, full_length()); ++lag) {
      grad_decay[static_cast<std::size_t>(row % geometry.hidden)] -=
          upstream(lag) * values[static_cast<std::size_t>(lag)] *
          std::log(static_cast<double>(lag + 1));
    }
  }
}

}  // namespace sgconv::test
