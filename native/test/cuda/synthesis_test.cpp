// Kernel synthesis on the emulated device, against its formulas in float64.
#include <random>

#include "cufft_path.h"
#include "synthesis_oracle.h"

namespace {

using namespace sgconv::test;

constexpr double kL2 = 1e-6;  // SEMANTICS section 6
constexpr double kPeak = 5e-6;
constexpr double kRoundoff = 0x1p-24;  // of the output: values near lag 0 are many times the rms

Error worst;

void compare(const std::string &what, const Doubles &actual, const Doubles &expected) {
  const Error error = error_of(actual, expected, kRoundoff);
  worst.l2 = std::fmax(worst.l2, error.l2);
  worst.peak = std::fmax(worst.peak, error.peak);
  char text[240];
  std::snprintf(text, sizeof text, "%s: relative L2 %.3g (bound %.3g), peak %.3g (bound %.3g)",
                what.c_str(), error.l2, kL2, error.peak, kPeak);
  check(error.l2 <= kL2 && error.peak <= kPeak, text);
}

Doubles random(std::mt19937_64 &source, int64_t count) {
  std::normal_distribution<double> normal;
  Doubles values(static_cast<std::size_t>(count));
  for (double &value : values) {
    value = normal(source);
  }
  return rounded(values, SGCONV_FLOAT32);
}

std::vector<float> floats(const Doubles &values) { return narrow<float>(values); }

Synthesis make(const sgconv_kernel_geometry &g, unsigned seed) {
  std::mt19937_64 source(seed);
  Synthesis s{g, random(source, g.scales * g.channels * g.hidden * g.dim), {}};
  for (int64_t h = 0; h < g.hidden; ++h) {
    const double step = static_cast<double>(h) / static_cast<double>(g.hidden);
    s.decay.push_back(g.decay == SGCONV_GEOMETRIC ? 1.1 + 0.9 * step : 0.05 + 0.6 * step);
  }
  s.decay = rounded(s.decay, SGCONV_FLOAT32);
  return s;
}

void run(const sgconv_kernel_geometry &g, int64_t length) {
  const Synthesis s = make(g, static_cast<unsigned>(length) + 5u);
  char name[160];
  std::snprintf(name, sizeof name, "%s %s %s C'=%ld H=%ld d=%ld S=%ld r=%ld L=%ld",
                g.composition == SGCONV_SUM ? "sum" : "concatenate",
                g.interpolation == SGCONV_NEAREST ? "nearest" : "linear",
                g.decay == SGCONV_POWER ? "power" : "geometric", static_cast<long>(g.channels),
                static_cast<long>(g.hidden), static_cast<long>(g.dim), static_cast<long>(g.scales),
                static_cast<long>(g.init_scale), static_cast<long>(length));
  const std::string where(name);
  const auto rows = static_cast<std::size_t>(s.rows());
  DeviceArray<float> weights(floats(s.weights)), decay(floats(s.decay)), norm(rows);
  DeviceArray<float> kernel(rows * static_cast<std::size_t>(length));
  ok(sgconv_cuda_kernel_norm(&g, weights.get(), decay.get(), norm.get(), nullptr), "kernel_norm");
  compare(where + " norm", widen(norm.host()), s.norm());

  const Doubles z = widen(norm.host());  // as a caller stores it
  ok(sgconv_cuda_kernel_forward(&g, weights.get(), decay.get(), norm.get(), length, kernel.get(),
                                nullptr),
     "kernel_forward");
  compare(where + " kernel", widen(kernel.host()), s.kernel(z, length));

  std::mt19937_64 source(17);
  const Doubles gradient = random(source, s.rows() * length);
  DeviceArray<float> grad_kernel(floats(gradient));
  DeviceArray<float> grad_weights(s.weights.size()), grad_decay(s.decay.size());
  const bool power = g.decay == SGCONV_POWER;
  ok(sgconv_cuda_kernel_backward(&g, weights.get(), decay.get(), norm.get(), length,
                                 grad_kernel.get(), grad_weights.get(),
                                 power ? grad_decay.get() : nullptr, nullptr),
     "kernel_backward");
  Doubles expected_weights, expected_decay;
  s.backward(z, length, gradient, expected_weights, expected_decay);
  compare(where + " grad_weights", widen(grad_weights.host()), expected_weights);
  if (power) {
    compare(where + " grad_decay", widen(grad_decay.host()), expected_decay);
  }
}

}  // namespace

int main() {
  for (const int32_t composition : {SGCONV_CONCATENATE, SGCONV_SUM}) {
    for (const int32_t interpolation : {SGCONV_LINEAR, SGCONV_NEAREST}) {
      for (const int32_t decay : {SGCONV_GEOMETRIC, SGCONV_POWER}) {
        const auto geometry = [&](int64_t channels, int64_t hidden, int64_t dim, int64_t scales,
                                  int64_t init_scale) {
          return sgconv_kernel_geometry{channels,    hidden,        dim,   scales, init_scale,
                                        composition, interpolation, decay, 0};
        };
        run(geometry(1, 1, 1, 1, 0), 1);
        run(geometry(1, 2, 1, 3, 1), 9);
        run(geometry(2, 3, 4, 3, 0), 7);
        run(geometry(2, 3, 5, 4, 2), 200);   // longer than M
        run(geometry(2, 19, 8, 6, 0), 256);  // more rows than blocks
        run(geometry(1, 2, 16, 11, 0), 14113);
        run(geometry(1, 1, 3, 12, 1), 12288);  // the longest groups of lanes
      }
    }
  }
  run({1, 1, 32, 14, 0, SGCONV_CONCATENATE, SGCONV_LINEAR, SGCONV_GEOMETRIC, 0}, 250001);
  run({1, 1, 32, 14, 0, SGCONV_CONCATENATE, SGCONV_LINEAR, SGCONV_POWER, 0}, 250001);
  std::printf("synthesis: worst relative L2 %.3g, worst peak %.3g rms\n", worst.l2, worst.peak);
  return failures() == 0 ? 0 : 1;
}
