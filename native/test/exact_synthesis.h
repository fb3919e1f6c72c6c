// Kernel synthesis by its formulas, with the bounds of its errors.
#ifndef SGCONV_TEST_EXACT_SYNTHESIS_H
#define SGCONV_TEST_EXACT_SYNTHESIS_H

#include <cstdint>
#include <string>
#include <vector>

#include "oracle.h"
#include "sgconv/geometry.h"

namespace oracle {

// What was computed; grad_decay is empty where there is none.
struct SynthesisResults {
  Row norm, kernel, grad_weights, grad_decay;
};

template <class Number>
struct SynthesisOf {
  sgconv_kernel_geometry geometry;
  Row weights, decay;  // (S, C', H, d), (H)

  std::string text() const;
  std::int64_t full_length() const;
  std::int64_t rows() const { return geometry.channels * geometry.hidden; }
  // Of every result that is there. Kernel and gradients are those of the norm that was computed, as
  // a caller stores it; `gradient`, of the kernel's `length` lags, is what the gradients are of.
  std::vector<Judgement> judge(const SynthesisResults &results, std::int64_t length,
                               const Row &gradient, Type type = Type::kFloat32) const;

 private:
  // The power law's factors of every lag, for each h; none of another decay. Computed once: in many
  // digits a power takes longer than everything else here.
  using Laws = std::vector<RowOf<Number>>;
  Laws power_laws() const;

  // Calls visit(lag, weight index, coefficient) for every parameter that row's lags depend on,
  // without the power law.
  template <class Visit>
  void each_coefficient(std::int64_t row, std::int64_t length, Visit &&visit) const;
  // Un-normalized values of the first `length` lags of a row, made from weights.
  RowOf<Number> raw(const Laws &laws, const Row &of, std::int64_t row, std::int64_t length) const;
  // What the magnitudes of the terms of each of these add up to.
  RowOf<Number> magnitudes(const Laws &laws, std::int64_t row, std::int64_t length) const;
  Exact<Number> norm(const Laws &laws) const;
  Exact<Number> kernel(const Laws &laws, const Row &norm, std::int64_t length) const;
  // Gradients of sum(gradient * kernel). Those of exponents are each by itself a sum of very many
  // terms, which may cancel by chance: their bounds are of the terms.
  void backward(const Laws &laws, const Row &norm, std::int64_t length, const Row &gradient,
                RowOf<Number> &grad_weights, Exact<Number> &grad_decay) const;
};

// For results of 32 and of 64 bits.
using ExactSynthesis = SynthesisOf<double>;
using WideSynthesis = SynthesisOf<long double>;

}  // namespace oracle

#endif
