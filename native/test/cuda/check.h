// Checks that name what failed; a test program returns `failures() != 0`.
#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

namespace sgconv::test {

inline int &failures() {
  static int count = 0;
  return count;
}

inline void check(bool holds, const std::string &what) {
  if (!holds) {
    ++failures();
    std::fprintf(stderr, "FAILED: %s\n", what.c_str());
  }
}

template <class A, class B>
void check_equal(const A &actual, const B &expected, const std::string &what) {
  check(actual == expected, what + ": " + std::to_string(static_cast<long long>(actual)) +
                                ", expected " + std::to_string(static_cast<long long>(expected)));
}

// Relative L2 error and largest error in units of rms, against float64 (SEMANTICS section 6).
struct Error {
  double l2 = 0, peak = 0;
};

// `roundoff`: relative error of one element that its type alone explains, not counted as peak.
inline Error error_of(const std::vector<double> &actual, const std::vector<double> &expected,
                      double roundoff = 0) {
  double difference = 0, total = 0, peak = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double d = actual[i] - expected[i];
    if (std::isnan(d)) {
      return {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
    }
    difference += d * d;
    total += expected[i] * expected[i];
    peak = std::fmax(peak, std::fabs(d) - roundoff * std::fabs(expected[i]));
  }
  if (total == 0) {
    return {difference == 0 ? 0 : std::numeric_limits<double>::infinity(), peak};
  }
  return {std::sqrt(difference / total),
          peak / std::sqrt(total / static_cast<double>(expected.size()))};
}

}  // namespace sgconv::test
