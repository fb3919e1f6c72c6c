#include "synthesis_cases.h"

#include <random>

#include "cases.h"
#include "device.h"
#include "exact_synthesis.h"
#include "values.h"

namespace sgconv::test {
namespace {

Doubles random(std::mt19937_64 &source, int64_t count) {
  std::normal_distribution<double> normal;
  Doubles values(static_cast<std::size_t>(count));
  for (double &value : values) {
    value = normal(source);
  }
  return oracle::rounded(values, oracle::Type::kFloat32);
}

std::vector<float> floats(const Doubles &values) { return narrow<float>(values); }

oracle::ExactSynthesis make(const sgconv_kernel_geometry &g, unsigned seed) {
  std::mt19937_64 source(seed);
  oracle::ExactSynthesis s{g, random(source, g.scales * g.channels * g.hidden * g.dim), {}};
  for (int64_t h = 0; h < g.hidden; ++h) {
    const double step = static_cast<double>(h) / static_cast<double>(g.hidden);
    s.decay.push_back(g.decay == SGCONV_GEOMETRIC ? 1.1 + 0.9 * step : 0.05 + 0.6 * step);
  }
  s.decay = oracle::rounded(s.decay, oracle::Type::kFloat32);
  return s;
}

}  // namespace

void run_synthesis(const sgconv_kernel_geometry &g, int64_t length) {
  const oracle::ExactSynthesis s = make(g, static_cast<unsigned>(length) + 5u);
  const auto rows = static_cast<std::size_t>(s.rows());
  DeviceArray<float> weights(floats(s.weights)), decay(floats(s.decay)), norm(rows);
  DeviceArray<float> kernel(rows * static_cast<std::size_t>(length));
  ok(sgconv_cuda_kernel_norm(&g, weights.get(), decay.get(), norm.get(), nullptr), "kernel_norm");
  ok(sgconv_cuda_kernel_forward(&g, weights.get(), decay.get(), norm.get(), length, kernel.get(),
                                nullptr),
     "kernel_forward");

  std::mt19937_64 source(17);
  const Doubles gradient = random(source, s.rows() * length);
  DeviceArray<float> grad_kernel(floats(gradient));
  DeviceArray<float> grad_weights(s.weights.size()), grad_decay(s.decay.size());
  const bool power = g.decay == SGCONV_POWER;
  ok(sgconv_cuda_kernel_backward(&g, weights.get(), decay.get(), norm.get(), length,
                                 grad_kernel.get(), grad_weights.get(),
                                 power ? grad_decay.get() : nullptr, nullptr),
     "kernel_backward");
  expect(s.text() + " L=" + std::to_string(length),
         s.judge({widen(norm.host()), widen(kernel.host()), widen(grad_weights.host()),
                  power ? widen(grad_decay.host()) : Doubles()},
                 length, gradient));
}

}  // namespace sgconv::test
