// Kernel synthesis in float64 by its formulas (SEMANTICS section 1), for tests.
#pragma once

#include <cstdint>
#include <vector>

#include "sgconv/geometry.h"

namespace sgconv::test {

using Doubles = std::vector<double>;

struct Synthesis {
  sgconv_kernel_geometry geometry;
  Doubles weights, decay;  // (S, C', H, d), (H)

  int64_t full_length() const;
  int64_t rows() const { return geometry.channels * geometry.hidden; }
  // Un-normalised values of the first `length` lags of a row.
  Doubles raw(int64_t row, int64_t length) const;
  Doubles norm() const;
  Doubles kernel(const Doubles &norm, int64_t length) const;
  // Gradients of sum(gradient * kernel).
  void backward(const Doubles &norm, int64_t length, const Doubles &gradient, Doubles &grad_weights,
                Doubles &grad_decay) const;

 private:
  // Calls visit(lag, weight index, coefficient) for every parameter that row's lags depend on,
  // without the power law.
  template <class Visit>
  void each_coefficient(int64_t row, int64_t length, Visit &&visit) const;
  double power_law(int64_t row, int64_t lag) const;
};

}  // namespace sgconv::test
