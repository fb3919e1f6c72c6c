// What a plan and a synthesis will take is said before, quickly, and is what they then take.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "convolution_case.h"
#include "sgconv/cpu.h"

namespace {

int failures = 0;

void expect(bool condition, const char *what, std::int64_t value) {
  if (condition) return;
  ++failures;
  std::fprintf(stderr, "FAILED: %s: %lld; last error: %s\n", what, static_cast<long long>(value),
               sgconv_cpu_last_error());
}

// A field of /proc/self/status, in bytes.
std::int64_t status(const std::string &field) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(field + ":", 0) == 0) return std::stoll(line.substr(field.size() + 1)) * 1024;
  }
  return -1;
}

struct Memory {
  std::int64_t held = -1, building = -1, spectrum = -1;
};

Memory memory_of(sgconv_cpu_context *context, const sgconv_convolution_geometry &geometry,
                 sgconv_dtype dtype = SGCONV_FLOAT32) {
  Memory memory;
  require_ok(sgconv_cpu_plan_memory(context, &geometry, dtype, &memory.held, &memory.building,
                                    &memory.spectrum),
             "plan_memory");
  return memory;
}

// The address space that a plan takes is what was announced, and a huge page at most for each
// buffer, whose start must lie on one.
void plan_takes_what_it_says(sgconv_cpu_context *context, int threads,
                             const sgconv_convolution_geometry &geometry, sgconv_dtype dtype) {
  const Memory memory = memory_of(context, geometry, dtype);
  const std::int64_t before = status("VmSize");
  sgconv_cpu_plan *plan = nullptr;
  require_ok(sgconv_cpu_plan_create(context, &geometry, dtype, &plan), "plan_create");
  const std::int64_t taken = status("VmSize") - before;
  std::int64_t spectrum = 0;
  require_ok(sgconv_cpu_plan_spectrum_bytes(plan, &spectrum), "plan_spectrum_bytes");
  expect(spectrum == memory.spectrum, "spectrum", spectrum - memory.spectrum);
  const std::int64_t slack = (threads + 2) * (std::int64_t{1} << 21);
  // The C library may keep what building took, or give back what an earlier plan's building took.
  expect(taken <= memory.held + memory.building + slack, "takes more than it says, at length",
         geometry.length);
  expect(taken >= memory.held - memory.building - slack, "takes less than it says, at length",
         geometry.length);
  sgconv_cpu_plan_destroy(plan);
}

void long_rows_share_one_workspace(sgconv_cpu_context *one, sgconv_cpu_context *eight) {
  sgconv_convolution_geometry geometry = {
      1, 1, std::int64_t{1} << 22, std::int64_t{1} << 22, SGCONV_CAUSAL, 0};
  expect(memory_of(eight, geometry).held == memory_of(one, geometry).held,
         "eight threads take more", geometry.length);
  geometry.length = geometry.kernel_length = std::int64_t{1} << 20;
  expect(memory_of(eight, geometry).held > 7 * memory_of(one, geometry).held,
         "eight threads take less than their scratch memory", geometry.length);
  geometry.length = geometry.kernel_length = std::int64_t{1} << 21;
  expect(memory_of(eight, geometry, SGCONV_FLOAT64).held ==
             memory_of(one, geometry, SGCONV_FLOAT64).held,
         "eight threads take more in float64", geometry.length);
}

// What a short kernel takes grows with its lags, not with the rows.
void short_kernels_take_what_their_lags_need(sgconv_cpu_context *context) {
  for (const std::int64_t lags : {1, 40, 1000, 100000}) {
    const auto memory = [&](int power) {
      const sgconv_convolution_geometry geometry = {
          1, 2, std::int64_t{1} << power, lags, SGCONV_CAUSAL, 0};
      return memory_of(context, geometry);
    };
    const Memory some = memory(22), many = memory(38);
    expect(many.held == some.held, "a plan for longer rows takes more, lags", lags);
    expect(many.spectrum == some.spectrum, "a spectrum for longer rows takes more, lags", lags);
    expect(some.spectrum <= 2 * 8 * 16 * std::max<std::int64_t>(lags, 1024), "bytes of spectrum",
           some.spectrum);
  }
}

// Lengths that would take minutes and terabytes are sized at once, and nothing overflows.
void absurd_sizes_are_said_quickly(sgconv_cpu_context *context) {
  const std::int64_t resident = status("VmHWM");
  const auto start = std::chrono::steady_clock::now();
  std::int64_t last = 0;
  for (int power = 0; power <= 40; ++power) {
    const sgconv_convolution_geometry geometry = {
        1, 1, std::int64_t{1} << power, std::int64_t{1} << power, SGCONV_BIDIRECTIONAL, 0};
    const Memory memory = memory_of(context, geometry);
    expect(memory.spectrum >= 2 * 4 * geometry.length, "spectrum is too small", memory.spectrum);
    expect(memory.held > 0 && memory.building >= 0, "held", memory.held);
    if (power > 24) expect(memory.held > last, "held falls", power);
    last = memory.held;
  }
  for (const std::int64_t heads : {std::int64_t{1} << 30, std::int64_t{1} << 53}) {
    for (const std::int64_t length : {std::int64_t{1}, std::int64_t{100}, std::int64_t{60000}}) {
      const std::int64_t most = INT64_MAX / 16 / 64 / length;
      const sgconv_convolution_geometry geometry = {
          heads < most ? heads : most, 1, length, length, SGCONV_CAUSAL, 0};
      expect(memory_of(context, geometry).held > geometry.heads, "overflow", geometry.heads);
    }
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  expect(seconds < 1.0, "milliseconds for all sizes", static_cast<std::int64_t>(1000 * seconds));
  expect(status("VmHWM") - resident < (std::int64_t{1} << 22), "bytes touched to size plans",
         status("VmHWM") - resident);
}

void synthesis_says_what_it_takes(sgconv_cpu_context *context) {
  sgconv_kernel_geometry g = {1, 2, 16, 13, 0, SGCONV_CONCATENATE, SGCONV_LINEAR, SGCONV_POWER, 0};
  std::int64_t norm = 0, forward = 0, geometric = 0;
  require_ok(sgconv_cpu_kernel_memory(context, &g, SGCONV_FLOAT32, 0, &norm), "kernel_memory");
  require_ok(sgconv_cpu_kernel_memory(context, &g, SGCONV_FLOAT32, 1000, &forward),
             "kernel_memory");
  const std::int64_t lags = std::int64_t{16} << 12;
  expect(norm >= 8 * lags && norm < 16 * lags + (1 << 21), "norm by the power law", norm);
  expect(forward >= 8000 && forward < norm, "kernel of 1000 lags", forward);
  std::int64_t twice = 0;
  require_ok(sgconv_cpu_kernel_memory(context, &g, SGCONV_FLOAT64, 0, &twice), "kernel_memory");
  expect(twice >= 16 * lags && twice < 16 * lags + (3 << 21), "norm in float64", twice);
  g.decay = SGCONV_GEOMETRIC;
  g.scales = 37;
  require_ok(sgconv_cpu_kernel_memory(context, &g, SGCONV_FLOAT32, 0, &geometric), "kernel_memory");
  expect(geometric < (1 << 21), "norm by the geometric law", geometric);
  g.decay = SGCONV_POWER;
  require_ok(sgconv_cpu_kernel_memory(context, &g, SGCONV_FLOAT32, 0, &norm), "kernel_memory");
  expect(norm >= 8 * (std::int64_t{16} << 36), "norm over 2^40 lags", norm);
}

void misuse(sgconv_cpu_context *context) {
  sgconv_convolution_geometry geometry = {1, 1, 0, 1, SGCONV_CAUSAL, 0};
  std::int64_t a = -7, b = -7, c = -7;
  expect(sgconv_cpu_plan_memory(context, &geometry, SGCONV_FLOAT32, &a, &b, &c) ==
             SGCONV_INVALID_ARGUMENT,
         "length 0", a);
  geometry.length = INT64_MAX;
  expect(sgconv_cpu_plan_memory(context, &geometry, SGCONV_FLOAT32, &a, &b, &c) ==
             SGCONV_INVALID_ARGUMENT,
         "length 2^63 - 1", a);
  geometry.length = 4;
  for (const std::int32_t dtype : {SGCONV_BFLOAT16, SGCONV_FLOAT16}) {
    expect(sgconv_cpu_plan_memory(context, &geometry, dtype, &a, &b, &c) == SGCONV_UNSUPPORTED,
           "a type of 16 bits", a);
  }
  expect(sgconv_cpu_plan_memory(context, &geometry, 4, &a, &b, &c) == SGCONV_INVALID_ARGUMENT,
         "no type", a);
  expect(sgconv_cpu_plan_memory(nullptr, &geometry, SGCONV_FLOAT32, &a, &b, &c) ==
             SGCONV_INVALID_ARGUMENT,
         "no context", a);
  expect(sgconv_cpu_plan_memory(context, &geometry, SGCONV_FLOAT32, &a, nullptr, &c) ==
             SGCONV_INVALID_ARGUMENT,
         "no building", a);
  sgconv_kernel_geometry kernel = {1, 1, 2, 2, 0, SGCONV_SUM, SGCONV_LINEAR, SGCONV_POWER, 0};
  expect(
      sgconv_cpu_kernel_memory(context, &kernel, SGCONV_FLOAT32, -1, &a) == SGCONV_INVALID_ARGUMENT,
      "length -1", a);
  kernel.scales = 60;
  expect(
      sgconv_cpu_kernel_memory(context, &kernel, SGCONV_FLOAT32, 0, &a) == SGCONV_INVALID_ARGUMENT,
      "scales 60", a);
  expect(a == -7 && b == -7 && c == -7, "a failing call wrote its output", a);
}

}  // namespace

// With the argument "emulator" without what the process takes: it is the emulator's memory too.
int main(int argc, char **argv) {
  const bool emulator = argc > 1 && std::string(argv[1]) == "emulator";
  if (emulator) std::printf("left out under an emulator: what plans take of the address space\n");
  sgconv_cpu_context *one = nullptr, *eight = nullptr;
  require_ok(sgconv_cpu_context_create(1, &one), "context_create");
  require_ok(sgconv_cpu_context_create(8, &eight), "context_create");
  absurd_sizes_are_said_quickly(eight);
  for (const std::int64_t length :
       {100, 5000, 70000, 100000, 1 << 20, 3 << 20, 1 << 22, 10000019}) {
    if (emulator) break;
    for (const sgconv_dtype dtype : {SGCONV_FLOAT32, SGCONV_FLOAT64}) {
      plan_takes_what_it_says(one, 1, {1, 1, length, length, SGCONV_CAUSAL, 0}, dtype);
      plan_takes_what_it_says(eight, 8, {1, 1, length, length, SGCONV_BIDIRECTIONAL, 0}, dtype);
      plan_takes_what_it_says(eight, 8, {2, 1, length, length / 30 + 1, SGCONV_BIDIRECTIONAL, 0},
                              dtype);
      plan_takes_what_it_says(eight, 8, {3, 2, length, length, SGCONV_CIRCULAR, 0}, dtype);
    }
  }
  long_rows_share_one_workspace(one, eight);
  short_kernels_take_what_their_lags_need(eight);
  synthesis_says_what_it_takes(eight);
  misuse(eight);
  sgconv_cpu_context_destroy(one);
  sgconv_cpu_context_destroy(eight);
  return failures == 0 ? 0 : 1;
}
