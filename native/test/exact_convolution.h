// The convolution and its gradients by their definition, with the bounds of their errors.
#ifndef SGCONV_TEST_EXACT_CONVOLUTION_H
#define SGCONV_TEST_EXACT_CONVOLUTION_H

#include <cstdint>
#include <string>
#include <vector>

#include "oracle.h"
#include "sgconv/geometry.h"

namespace oracle {

constexpr sgconv_mode kModes[] = {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CIRCULAR,
                                  SGCONV_CENTERED};

struct Problem {
  sgconv_mode mode;
  std::int64_t batch, heads, hidden, length;
  std::int64_t kernel_length = 0;          // 0: length
  std::vector<std::int64_t> lengths = {};  // of the rows of each b; none: length
  std::int64_t lags() const { return kernel_length == 0 ? length : kernel_length; }
  std::int64_t samples(std::int64_t b) const;
  sgconv_convolution_geometry geometry() const { return {heads, hidden, length, lags(), mode, 0}; }
  std::int64_t channels() const { return mode == SGCONV_BIDIRECTIONAL ? 2 * heads : heads; }
  // Whether there are lags below 0.
  bool two_sided() const { return mode == SGCONV_BIDIRECTIONAL || mode == SGCONV_CENTERED; }
  // Index of lag 0 in a kernel.
  std::int64_t zero_lag() const { return mode == SGCONV_CENTERED ? lags() / 2 : 0; }
  std::int64_t kernels() const { return channels() * hidden * lags(); }
  std::int64_t inputs() const { return batch * hidden * length; }
  std::int64_t outputs() const { return heads * inputs(); }
  std::string text() const;
};

// Row after row. D and the gates may be empty; without dy there are no gradients.
struct Signals {
  Row u, dy, kernel, skip, pre, post;
};

// What was computed; what was not is empty.
struct Results {
  Row y, du, dk, dskip, dpre, dpost;
};

template <class Number>
class ConvolutionOf {
 public:
  ConvolutionOf(const Problem &problem, const Signals &signals);

  Row output() const { return {y_.values().begin(), y_.values().end()}; }
  // Of every result that is there. Gradients of the kernel are float32 if the signals have 16 bits.
  std::vector<Judgement> judge(const Results &results, Type type = Type::kFloat32) const;

 private:
  void add_item(const Signals &signals, std::int64_t head, std::int64_t channel,
                std::vector<AllLags<Number>> &input_gradients);
  void add_kernel_gradients(std::int64_t item, const AllLags<Number> &sum);
  void add_input_gradients(const Signals &signals, const std::vector<AllLags<Number>> &sums);
  RowOf<Number> folded(const RowOf<Number> &all, std::int64_t zero) const;
  RowOf<Number> cut(RowOf<Number> row, std::int64_t b) const;
  static RowOf<Number> part(const RowOf<Number> &all, std::int64_t first, std::int64_t count);
  // Where lag 0 of a correlation is.
  std::int64_t correlated() const { return p_.mode == SGCONV_CIRCULAR ? 0 : p_.length - 1; }

  Problem p_;
  Exact<Number> y_, du_, dk_, dskip_, dpre_, dpost_;
};

// For results of 16 and 32 bits, and for those of 64.
using ExactConvolution = ConvolutionOf<double>;
using WideConvolution = ConvolutionOf<long double>;

}  // namespace oracle

#endif
