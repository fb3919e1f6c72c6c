// What the tests of layers' operations have in common: values, and how results are judged.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "device.h"
#include "sgconv/layers.h"
#include "values.h"

namespace sgconv::test {

using Floats = std::vector<float>;

inline std::size_t at(int64_t index) { return static_cast<std::size_t>(index); }

// Normal, around `mean`.
inline Floats noise(int64_t count, unsigned seed, float mean = 0.0f) {
  std::mt19937 source(seed + static_cast<unsigned>(count));
  std::normal_distribution<float> normal(mean, 1.0f);
  Floats values(at(count));
  for (float &value : values) {
    value = normal(source);
  }
  return values;
}

inline double wide(const Floats &values, int64_t index) {
  return static_cast<double>(values[at(index)]);
}

// Each element within so many roundings of float32 of the size of what it is made of: of itself,
// and of `carried`.
inline void expect_near(const std::string &what, const Floats &out, const Doubles &exact,
                        double carried, double roundings = 8) {
  double worst = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double error = std::abs(static_cast<double>(out[i]) - exact[i]);
    const double bound = std::ldexp(roundings, -24) * (std::abs(exact[i]) + carried) + 1e-37;
    worst = std::isfinite(error) ? std::max(worst, error / bound) : INFINITY;
    if (!(worst <= 1)) {
      check(false, what + ": element " + std::to_string(i) + " of " + std::to_string(exact.size()) +
                       " is " + std::to_string(out[i]) + ", expected " + std::to_string(exact[i]));
      return;
    }
  }
  check(out.size() == exact.size(), what + ": size");
}

inline Doubles filled(int64_t count, const std::function<double(int64_t)> &value) {
  Doubles values(at(count));
  for (int64_t i = 0; i < count; ++i) {
    values[at(i)] = value(i);
  }
  return values;
}

// The factor of element e, from a generator of this test's own.
double dropout_factor(const sgconv_dropout &dropout, int64_t e);

inline sgconv_dropout dropout_of(double probability, uint32_t site) {
  return {probability, 0x9abcdef0u, site, (uint64_t{7} << 32) + 3};
}

inline std::string text(const sgconv_signal_geometry &g) {
  return " (" + std::to_string(g.batch) + ", " + std::to_string(g.channels) + ", " +
         std::to_string(g.length) + ")";
}

inline int64_t size_of(const sgconv_signal_geometry &g) { return g.batch * g.channels * g.length; }

// Device memory that is NaN until it is written.
inline DeviceArray<float> blank(int64_t count) { return DeviceArray<float>(poison<float>(count)); }

}  // namespace sgconv::test
