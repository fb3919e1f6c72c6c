// Kernel synthesis, its norm and its gradients against plain float64 code.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "convolution_case.h"
#include "guarded.h"
#include "oracle.h"
#include "random.h"
#include "sgconv/cpu.h"

namespace {

using Doubles = std::vector<double>;

std::size_t size_of(std::int64_t n) { return static_cast<std::size_t>(n); }

struct Weighted {
  std::int64_t index;
  double weight;
};

// The one or two weights that sample j of a piece is made of (SEMANTICS, section 1).
std::vector<Weighted> interpolation(const sgconv_kernel_geometry &g, std::int64_t factor,
                                    std::int64_t j) {
  if (g.interpolation == SGCONV_NEAREST) return {{j / factor, 1.0}};
  const double source =
      std::max(0.0, (static_cast<double>(j) + 0.5) / static_cast<double>(factor) - 0.5);
  const std::int64_t low = static_cast<std::int64_t>(source);
  const double fraction = source - static_cast<double>(low);
  return {{low, 1.0 - fraction}, {std::min(low + 1, g.dim - 1), fraction}};
}

std::int64_t factor_of(const sgconv_kernel_geometry &g, std::int64_t i) {
  const std::int64_t power = g.composition == SGCONV_SUM ? i : std::max<std::int64_t>(0, i - 1);
  return std::int64_t{1} << (power + g.init_scale);
}

// Calls visit(lag, index of the weight, coefficient) for every term of row (c', h).
template <class Visit>
void each_term(const sgconv_kernel_geometry &g, const float *decay, std::int64_t row,
               const Visit &visit) {
  std::int64_t start = 0;
  for (std::int64_t i = 0; i < g.scales; ++i) {
    const std::int64_t factor = factor_of(g, i);
    const double law = static_cast<double>(decay[row % g.hidden]);
    const double multiplier =
        g.decay == SGCONV_GEOMETRIC ? std::pow(law, static_cast<double>(g.scales - 1 - i)) : 1.0;
    for (std::int64_t j = 0; j < g.dim * factor; ++j) {
      const double power =
          g.decay == SGCONV_POWER ? std::pow(static_cast<double>(start + j + 1), -law) : 1.0;
      for (const Weighted &w : interpolation(g, factor, j)) {
        visit(start + j, (i * g.channels * g.hidden + row) * g.dim + w.index,
              multiplier * power * w.weight);
      }
    }
    if (g.composition == SGCONV_CONCATENATE) start += g.dim * factor;
  }
}

struct Result {
  int cases = 0, failures = 0;
  double worst = 0.0;

  void check(const sgconv_kernel_geometry &g, std::int64_t length, const char *name,
             const float *out, const Doubles &expected, const double *terms = nullptr) {
    const double error = oracle::error_in_bounds(out, expected.data(),
                                                 static_cast<std::int64_t>(expected.size()), terms);
    ++cases;
    worst = std::max(worst, error);
    if (error <= 1.0) return;
    ++failures;
    std::printf(
        "FAILED %s: C'=%d H=%d d=%d S=%d r=%d composition=%d interpolation=%d decay=%d "
        "L=%lld is off by %.3g times the bound\n",
        name, static_cast<int>(g.channels), static_cast<int>(g.hidden), static_cast<int>(g.dim),
        static_cast<int>(g.scales), static_cast<int>(g.init_scale), g.composition, g.interpolation,
        g.decay, static_cast<long long>(length), error);
  }
};

void run(sgconv_cpu_context *context, const sgconv_kernel_geometry &g, std::int64_t length,
         Random &random, Result &result) {
  const std::int64_t rows = g.channels * g.hidden, weights = g.scales * rows * g.dim;
  const std::int64_t full = g.dim << (g.scales - 1 + g.init_scale);
  Guarded w(weights, false), decay(g.hidden, false), norm(rows, false);
  Guarded kernel(rows * length, false), grad(rows * length, false);
  Guarded grad_weights(weights, false), grad_decay(g.hidden, false);
  for (std::int64_t i = 0; i < weights; ++i) w[i] = random.normal();
  for (std::int64_t i = 0; i < rows * length; ++i) grad[i] = random.normal();
  for (std::int64_t h = 0; h < g.hidden; ++h) {
    decay[h] = static_cast<float>(g.decay == SGCONV_POWER ? 0.1 + 1.4 * random.uniform()
                                                          : 0.5 + 2.0 * random.uniform());
  }
  const bool power = g.decay == SGCONV_POWER;
  require_ok(sgconv_cpu_kernel_norm(context, &g, w.data(), decay.data(), norm.data()), "norm");
  require_ok(sgconv_cpu_kernel_forward(context, &g, w.data(), decay.data(), norm.data(), length,
                                       kernel.data()),
             "kernel_forward");
  require_ok(sgconv_cpu_kernel_backward(context, &g, w.data(), decay.data(), norm.data(), length,
                                        grad.data(), grad_weights.data(),
                                        power ? grad_decay.data() : nullptr),
             "kernel_backward");

  Doubles norms, kernels(size_of(rows * length), 0.0), gradients(size_of(weights), 0.0);
  Doubles exponents(size_of(g.hidden), 0.0), terms(size_of(rows * length), 0.0);
  for (std::int64_t row = 0; row < rows; ++row) {
    Doubles raw(size_of(full), 0.0);
    each_term(g, decay.data(), row, [&](std::int64_t t, std::int64_t i, double coefficient) {
      const double term = coefficient * static_cast<double>(w[i]);
      raw[size_of(t)] += term;
      if (t < length) {
        terms[size_of(row * length + t)] += std::fabs(term) / static_cast<double>(norm[row]);
      }
    });
    double squares = 0.0;
    for (const double value : raw) squares += value * value;
    norms.push_back(std::sqrt(squares));
    const double z = static_cast<double>(norm[row]);
    const std::int64_t live = std::min(length, full);
    for (std::int64_t t = 0; t < live; ++t) {
      kernels[size_of(row * length + t)] = raw[size_of(t)] / z;
      exponents[size_of(row % g.hidden)] -= static_cast<double>(grad[row * length + t]) / z *
                                            raw[size_of(t)] * std::log(static_cast<double>(t + 1));
    }
    each_term(g, decay.data(), row, [&](std::int64_t t, std::int64_t i, double coefficient) {
      if (t < live) {
        gradients[size_of(i)] += coefficient * static_cast<double>(grad[row * length + t]) / z;
      }
    });
  }
  result.check(g, length, "norm", norm.data(), norms);
  result.check(g, length, "kernel", kernel.data(), kernels, terms.data());
  result.check(g, length, "grad_weights", grad_weights.data(), gradients);
  if (power) result.check(g, length, "grad_decay", grad_decay.data(), exponents);
}

}  // namespace

int main(int argc, char **argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
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
  std::printf("%s: %d checks, %d failures, worst error %.3f of the bound\n", sgconv_cpu_tier(),
              result.cases, result.failures, result.worst);
  return result.failures == 0 ? 0 : 1;
}
