// Kernel synthesis, its norm and its gradients against plain code, in float32 and in float64.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "convolution_case.h"
#include "exact_synthesis.h"
#include "guarded.h"
#include "random.h"
#include "sgconv/cpu.h"

namespace {

using oracle::Row;

struct Result {
  int checks = 0, failures = 0;
  std::map<oracle::Type, double> worst = {};

  void check(const std::string &text, std::int64_t length,
             const std::vector<oracle::Judgement> &judgements) {
    for (const auto &[name, error, type] : judgements) {
      ++checks;
      worst[type] = std::max(worst[type], error);
      if (error <= 1.0) continue;
      ++failures;
      std::printf("FAILED %s L=%lld%s: %s is off by %.3g times the bound\n", text.c_str(),
                  static_cast<long long>(length), type == oracle::Type::kFloat64 ? " float64" : "",
                  name, error);
    }
  }
};

template <class Real>
Row row_of(const Guarded<Real> &a) {
  return Row(a.data(), a.data() + a.count());
}

// What is right of results of a type.
template <class Real>
using Exact = std::conditional_t<kType<Real> == oracle::Type::kFloat64, oracle::WideSynthesis,
                                 oracle::ExactSynthesis>;

template <class Real>
void run_in(sgconv_cpu_context *context, const sgconv_kernel_geometry &g, std::int64_t length,
            Random &random, Result &result) {
  const std::int64_t rows = g.channels * g.hidden, weights = g.scales * rows * g.dim;
  Guarded<Real> w(weights, false), decay(g.hidden, false), norm(rows, false);
  Guarded<Real> kernel(rows * length, false), grad(rows * length, false);
  Guarded<Real> grad_weights(weights, false), grad_decay(g.hidden, false);
  for (std::int64_t i = 0; i < weights; ++i) w[i] = static_cast<Real>(random.gauss());
  for (std::int64_t i = 0; i < rows * length; ++i) {
    grad[i] = static_cast<Real>(random.gauss());
  }
  for (std::int64_t h = 0; h < g.hidden; ++h) {
    decay[h] = static_cast<Real>(g.decay == SGCONV_POWER ? 0.1 + 1.4 * random.uniform()
                                                         : 0.5 + 2.0 * random.uniform());
  }
  const bool power = g.decay == SGCONV_POWER;
  require_ok(sgconv_cpu_kernel_norm(context, &g, kDtype<Real>, w.data(), decay.data(), norm.data()),
             "norm");
  require_ok(sgconv_cpu_kernel_forward(context, &g, kDtype<Real>, w.data(), decay.data(),
                                       norm.data(), length, kernel.data()),
             "kernel_forward");
  require_ok(sgconv_cpu_kernel_backward(context, &g, kDtype<Real>, w.data(), decay.data(),
                                        norm.data(), length, grad.data(), grad_weights.data(),
                                        power ? grad_decay.data() : nullptr),
             "kernel_backward");
  const Exact<Real> exact = {g, row_of(w), row_of(decay)};
  result.check(exact.text(), length,
               exact.judge({row_of(norm), row_of(kernel), row_of(grad_weights),
                            power ? row_of(grad_decay) : Row()},
                           length, row_of(grad), kType<Real>));
}

// The longest kernels in float64.
std::int64_t longest_wide = std::numeric_limits<std::int64_t>::max();

void run(sgconv_cpu_context *context, const sgconv_kernel_geometry &g, std::int64_t length,
         Random &random, Result &result) {
  run_in<float>(context, g, length, random, result);
  // What is exact for float64 takes its time: long kernels in half of the cases.
  const std::int64_t longest = g.interpolation == SGCONV_LINEAR ? 1000000 : 10000;
  if (length <= std::min(longest, longest_wide)) run_in<double>(context, g, length, random, result);
}

}  // namespace

int main(int argc, char **argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  if (argc > 2) longest_wide = std::atoll(argv[2]);
  sgconv_cpu_context *context = nullptr;
  require_ok(sgconv_cpu_context_create(threads, &context), "context_create");
  Random random(11);
  Result result;
  for (const std::int32_t composition : {SGCONV_CONCATENATE, SGCONV_SUM}) {
    for (const std::int32_t interpolation : {SGCONV_LINEAR, SGCONV_NEAREST}) {
      for (const std::int32_t decay : {SGCONV_GEOMETRIC, SGCONV_POWER}) {
        sgconv_kernel_geometry g = {1, 1, 1, 1, 0, composition, interpolation, decay, 0};
        run(context, g, 1, random, result);
        run(context, g, 5, random, result);
        g = {2, 3, 5, 4, 0, composition, interpolation, decay, 0};
        for (const std::int64_t length : {1, 2, 39, 40, 41, 97})
          run(context, g, length, random, result);
        g = {1, 4, 7, 3, 2, composition, interpolation, decay, 0};
        for (const std::int64_t length : {3, 100, 112, 200})
          run(context, g, length, random, result);
        g = {3, 2, 64, 8, 0, composition, interpolation, decay, 0};
        for (const std::int64_t length : {5000, 8192, 10000})
          run(context, g, length, random, result);
        g = {1, 1, 32, 16, 0, composition, interpolation, decay, 0};
        run(context, g, 1000000, random, result);
      }
    }
  }
  sgconv_kernel_geometry g = {1, 1, 64, 17, 0, SGCONV_CONCATENATE, SGCONV_LINEAR, SGCONV_POWER, 0};
  run(context, g, 4194304, random, result);
  g.decay = SGCONV_GEOMETRIC;
  run(context, g, 4194304, random, result);
  sgconv_cpu_context_destroy(context);
  std::printf(
      "%s: %d checks, %d failures, worst errors in float32 %.3f and float64 %.3f of the bound\n",
      sgconv_cpu_tier(), result.checks, result.failures, result.worst[oracle::Type::kFloat32],
      result.worst[oracle::Type::kFloat64]);
  return result.failures == 0 ? 0 : 1;
}
