#include "plan_synthesis_cases.h"

#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "check.h"
#include "device.h"

namespace sgconv::test {
namespace {

using Floats = std::vector<float>;

void ok(sgconv_status status, const std::string &what) {
  check(status == SGCONV_OK, what + ": " + sgconv_cuda_last_error());
}

Floats random(std::mt19937_64 &source, int64_t count) {
  std::normal_distribution<float> normal;
  Floats values(static_cast<std::size_t>(count));
  for (float &value : values) {
    value = normal(source);
  }
  return values;
}

Floats uniform(std::mt19937_64 &source, int64_t count, float low, float high) {
  std::uniform_real_distribution<float> between(low, high);
  Floats values(static_cast<std::size_t>(count));
  for (float &value : values) {
    value = between(source);
  }
  return values;
}

// Memory holds NaN before it is written.
Floats poison(int64_t count) {
  return Floats(static_cast<std::size_t>(count), std::numeric_limits<float>::quiet_NaN());
}

void same_bits(const Floats &actual, const Floats &expected, const std::string &what) {
  check(actual.size() == expected.size() &&
            std::memcmp(actual.data(), expected.data(), expected.size() * sizeof(float)) == 0,
        what);
}

}  // namespace

void run_plan_synthesis(const SynthesisCase &c) {
  char name[200];
  std::snprintf(name, sizeof name,
                "mode %d, rules %d %d %d, N=%ld L=%ld C=%ld H=%ld d=%ld S=%ld r=%ld K=%ld",
                static_cast<int>(c.mode), c.rules.composition, c.rules.interpolation, c.rules.decay,
                static_cast<long>(c.size), static_cast<long>(c.length), static_cast<long>(c.heads),
                static_cast<long>(c.hidden), static_cast<long>(c.dim), static_cast<long>(c.scales),
                static_cast<long>(c.init_scale), static_cast<long>(c.lags()));
  const std::string where(name);
  const int64_t channels = c.mode == SGCONV_BIDIRECTIONAL ? 2 * c.heads : c.heads;
  const sgconv_kernel_geometry kernel_geometry{channels,
                                               c.hidden,
                                               c.dim,
                                               c.scales,
                                               c.init_scale,
                                               c.rules.composition,
                                               c.rules.interpolation,
                                               c.rules.decay,
                                               0};
  const sgconv_convolution_geometry geometry{c.heads, c.hidden, c.length, c.lags(), c.mode, 0};
  sgconv_cuda_plan *plan = nullptr;
  int64_t size = 0;
  ok(sgconv_cuda_plan_create(&geometry, SGCONV_FLOAT32, &plan), where + " plan_create");
  ok(sgconv_cuda_plan_transform_size(plan, &size), where + " transform_size");
  check_equal(size, c.size, where + ": size");
  const int64_t all = c.heads * c.hidden;

  std::mt19937_64 source(static_cast<unsigned>(c.size + c.length));
  const bool power = c.rules.decay == SGCONV_POWER;
  DeviceArray<float> weights(random(source, c.scales * channels * c.hidden * c.dim));
  DeviceArray<float> decay(uniform(source, c.hidden, power ? 0.05f : 1.1f, power ? 0.6f : 2.0f));
  DeviceArray<float> norm(uniform(source, channels * c.hidden, 0.5f, 3.0f));
  DeviceArray<float> skip(random(source, all));
  const float *const d = c.skip ? skip.get() : nullptr;

  const Floats no_kernel = poison(channels * c.hidden * c.lags());
  const Floats no_spectrum = poison(2 * all * c.size);
  DeviceArray<float> kernel(no_kernel), spectrum(no_spectrum);
  ok(sgconv_cuda_kernel_forward(&kernel_geometry, weights.get(), decay.get(), norm.get(), c.lags(),
                                kernel.get(), nullptr),
     where + " kernel_forward");
  ok(sgconv_cuda_plan_prepare(plan, kernel.get(), d, spectrum.get(), nullptr),
     where + " plan_prepare");

  for (const bool wanted : {true, false}) {
    DeviceArray<float> own_kernel(no_kernel), own_spectrum(no_spectrum);
    ok(sgconv_cuda_plan_synthesize(plan, &kernel_geometry, weights.get(), decay.get(), norm.get(),
                                   d, wanted ? own_kernel.get() : nullptr, own_spectrum.get(),
                                   nullptr),
       where + " plan_synthesize");
    same_bits(own_spectrum.host(), spectrum.host(),
              where + (wanted ? ": spectrum, with the kernel" : ": spectrum alone"));
    same_bits(own_kernel.host(), wanted ? kernel.host() : no_kernel, where + ": kernel");
  }
  sgconv_cuda_plan_destroy(plan);
}

}  // namespace sgconv::test
