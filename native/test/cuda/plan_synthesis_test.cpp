// Spectra straight from a kernel's parameters, on the emulated device: the bits of those that go
// through a kernel in device memory.
#include <cstring>
#include <random>

#include "check.h"
#include "device.h"
#include "sgconv/cuda.h"

namespace {

using namespace sgconv::test;

using Floats = std::vector<float>;

constexpr int64_t kSizes[] = {256,  384,  512,  768,  1024,  1536, 2048,
                              3072, 4096, 6144, 8192, 12288, 16384};

// How values are made of parameters.
struct Rules {
  int32_t composition, interpolation, decay;
};

Rules rules_of(int number) { return {number & 1, number >> 1 & 1, number >> 2 & 1}; }

struct Case {
  sgconv_mode mode;
  Rules rules;
  int64_t size, length;
  int64_t heads, hidden;
  int64_t dim, scales, init_scale;
  bool skip;
  int64_t kernel_length = 0;  // 0: length
  int64_t lags() const { return kernel_length == 0 ? length : kernel_length; }
};

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

void run(const Case &c) {
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

// Scales for a full length d * 2^(S-1+r) of at least `length`.
int64_t scales_for(int64_t length, int64_t dim, int64_t init_scale) {
  int64_t scales = 1;
  while ((dim << (scales - 1 + init_scale)) < length) {
    ++scales;
  }
  return scales;
}

// Kernels cut to L, kernels that end before it, and kernels of K values.
void at_size(sgconv_mode mode, int rules, int64_t size) {
  run({mode, rules_of(rules), size, size, 1, 2, 5, scales_for(size, 5, 0), 0, false});
  const int64_t length = size - size / 5;
  run({mode, rules_of(rules), size, length, 2, 3, 4, scales_for(length / 4, 4, 1), 1, true});
  run({mode, rules_of(rules), size, length, 1, 2, 4, scales_for(length, 4, 1), 1, true,
       length / 3});
  if (mode != SGCONV_CIRCULAR) {
    run({mode, rules_of(rules), size, length, 1, 2, 4, scales_for(2 * length, 4, 1), 1, true,
         2 * length});
  }
}

// Enough to notice each missing barrier.
void brief() {
  at_size(SGCONV_BIDIRECTIONAL, 0, 256);
  at_size(SGCONV_BIDIRECTIONAL, 0, 1024);
  at_size(SGCONV_BIDIRECTIONAL, 0, 24 << 10);
}

void sweep() {
  for (const sgconv_mode mode : {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CIRCULAR}) {
    int number = 0;  // of the rules: each meets each mode
    for (const int64_t size : kSizes) {
      at_size(mode, number++ % 8, size);
    }
    for (int rules = 0; rules < 8; ++rules) {
      for (const int64_t length : {1, 2, 100, 255}) {
        run({mode, rules_of(rules), 256, length, 1, 9, 3, 4, 2, true});
      }
      run({mode, rules_of(rules), 384, 300, 1, 1, 1, 1, 0, false});  // one parameter
    }
  }
  // Beyond one block.
  at_size(SGCONV_CAUSAL, 0, 24 << 10);
  at_size(SGCONV_BIDIRECTIONAL, 5, 32 << 10);
  at_size(SGCONV_CIRCULAR, 2, 384 << 10);
  // The most pieces that a kernel can have.
  for (const int64_t size : {256, 16384, 24 << 10}) {
    run({SGCONV_BIDIRECTIONAL, rules_of(0), size, size, 1, 9, 1, 57, 0, true});
  }
}

}  // namespace

int main(int argc, char **argv) {
  if (argc > 1 && std::strcmp(argv[1], "brief") == 0) {
    brief();
  } else {
    sweep();
  }
  return failures() == 0 ? 0 : 1;
}
