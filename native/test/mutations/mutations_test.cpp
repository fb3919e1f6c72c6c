// The mutated library gives the real one's very bits without a mutation, and with any of them
// results that are wrong by more than rounding can make them. Arguments: the two libraries.
#include <dlfcn.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "guarded.h"
#include "mutation.h"
#include "random.h"
#include "sgconv/cpu.h"

namespace {

constexpr const char *kVariable = "SGCONV_MUTATION";
// Twice the relative L2 error that a right result may have.
constexpr double kNoticed = 2e-6;

[[noreturn]] void fail(const std::string &text) {
  std::printf("FAILED %s\n", text.c_str());
  std::exit(1);
}

// Both libraries have the same names, so nothing of them is linked.
#define FUNCTION(library, name) (library).function<decltype(name)>(#name)

struct Library {
  void *handle;

  explicit Library(const char *path) : handle(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    if (handle == nullptr) fail(dlerror());
  }

  template <class Function>
  Function *function(const char *name) const {
    void *symbol = dlsym(handle, name);
    if (symbol == nullptr) fail(dlerror());
    return reinterpret_cast<Function *>(symbol);
  }

  const char *last_error() const { return FUNCTION(*this, sgconv_cpu_last_error)(); }

  void require_ok(sgconv_status status, const char *call) const {
    if (status == SGCONV_UNSUPPORTED) {
      std::printf("skipped: %s\n", last_error());
      std::exit(77);
    }
    if (status != SGCONV_OK) fail(std::string(call) + ": " + last_error());
  }
};

struct Case {
  std::int64_t batch, heads, length;
  sgconv_mode mode;
};

using Floats = std::vector<float>;

struct Outputs {
  Floats y, du, dk;
};

Floats noise(std::int64_t count, Random &random) {
  Floats x(static_cast<std::size_t>(count));
  for (float &value : x) value = random.normal();
  return x;
}

Outputs outputs(const Library &library, const Case &c) {
  Random random(5);
  const std::int64_t in = c.batch * c.length, out = in * c.heads;
  const std::int64_t kernel = c.heads * (c.mode == SGCONV_BIDIRECTIONAL ? 2 : 1) * c.length;
  const Floats u = noise(in, random), k = noise(kernel, random), dy = noise(out, random);
  Outputs result = {Floats(static_cast<std::size_t>(out)), Floats(static_cast<std::size_t>(in)),
                    Floats(static_cast<std::size_t>(kernel))};
  const sgconv_convolution_geometry geometry = {c.heads, 1, c.length, c.mode, 0};
  sgconv_cpu_context *context = nullptr;
  sgconv_cpu_plan *plan = nullptr;
  std::int64_t bytes = 0;
  // Two threads, so that long rows are split.
  library.require_ok(FUNCTION(library, sgconv_cpu_context_create)(2, &context), "context_create");
  library.require_ok(FUNCTION(library, sgconv_cpu_plan_create)(context, &geometry, &plan),
                     "plan_create");
  library.require_ok(FUNCTION(library, sgconv_cpu_plan_spectrum_bytes)(plan, &bytes), "bytes");
  Guarded spectrum((bytes + 4095) / 4096 * 1024, true);
  library.require_ok(
      FUNCTION(library, sgconv_cpu_spectrum_prepare)(plan, k.data(), nullptr, spectrum.data()),
      "spectrum_prepare");
  library.require_ok(
      FUNCTION(library, sgconv_cpu_convolution_forward)(plan, spectrum.data(), c.batch, u.data(),
                                                        nullptr, nullptr, result.y.data()),
      "convolution_forward");
  library.require_ok(FUNCTION(library, sgconv_cpu_convolution_backward)(
                         plan, spectrum.data(), c.batch, u.data(), dy.data(), nullptr, nullptr,
                         result.du.data(), result.dk.data(), nullptr, nullptr, nullptr),
                     "convolution_backward");
  FUNCTION(library, sgconv_cpu_plan_destroy)(plan);
  FUNCTION(library, sgconv_cpu_context_destroy)(context);
  return result;
}

bool same_bits(const Floats &a, const Floats &b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

double distance(const Floats &a, const Floats &b) {
  double difference = 0.0, norm = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    difference += (x - y) * (x - y);
    norm += y * y;
  }
  return std::sqrt(difference / norm);
}

std::vector<std::string> mutations(const Library &library) {
  std::istringstream list(FUNCTION(library, sgconv_mutations)());
  std::vector<std::string> names;
  for (std::string name; list >> name;) names.push_back(name);
  return names;
}

void check_refusal(const Library &library, const char *mutation) {
  const sgconv_convolution_geometry geometry = {1, 1, 256, SGCONV_CAUSAL, 0};
  sgconv_cpu_context *context = nullptr;
  sgconv_cpu_plan *plan = nullptr;
  library.require_ok(FUNCTION(library, sgconv_cpu_context_create)(1, &context), "context_create");
  setenv(kVariable, mutation, 1);
  const sgconv_status status = FUNCTION(library, sgconv_cpu_plan_create)(context, &geometry, &plan);
  if (status != SGCONV_INVALID_ARGUMENT) fail(std::string(mutation) + " is not refused");
  FUNCTION(library, sgconv_cpu_context_destroy)(context);
}

// One root or one pair of several.
bool has_place(const std::string &name) {
  return name.starts_with("negate") || name.starts_with("conjugate") || name.starts_with("swap");
}

const char *text_of(sgconv_mode mode) {
  static const char *const texts[] = {"causal", "bidirectional", "circular"};
  return texts[mode];
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const Library real(argv[1]), mutated(argv[2]);
  const std::vector<std::string> names = mutations(mutated);
  if (names.size() < 2) fail("there are no mutations");
  for (const char *text : {"no-such-mutation", "twist@0.5", "negate-forward-leaf@1.5", "none@"}) {
    check_refusal(mutated, text);
  }
  // Plain, fused and factored transforms of every tier; steps of radix 3 and 5; rows that are
  // shorter than their transform; several heads and rows.
  const Case cases[] = {{1, 1, 256, SGCONV_CAUSAL},     {3, 1, 257, SGCONV_CAUSAL},
                        {2, 2, 384, SGCONV_CIRCULAR},   {3, 1, 1000, SGCONV_BIDIRECTIONAL},
                        {2, 1, 4096, SGCONV_CAUSAL},    {2, 2, 5000, SGCONV_CAUSAL},
                        {1, 1, 16384, SGCONV_CIRCULAR}, {1, 1, 32768, SGCONV_CAUSAL},
                        {2, 1, 50000, SGCONV_CAUSAL},   {1, 2, 65536, SGCONV_BIDIRECTIONAL}};
  int failures = 0;
  for (const Case &c : cases) {
    setenv(kVariable, "no-such-mutation", 1);
    const Outputs right = outputs(real, c);  // which does not know the variable
    for (const std::string &name : names) {
      for (const char *place : {"", "@0", "@0.37", "@1"}) {
        if (*place != '\0' && !has_place(name)) continue;
        setenv(kVariable, (name + place).c_str(), 1);
        const Outputs found = outputs(mutated, c);
        const bool same = same_bits(found.y, right.y) && same_bits(found.du, right.du) &&
                          same_bits(found.dk, right.dk);
        const double y = distance(found.y, right.y), du = distance(found.du, right.du);
        const double dk = distance(found.dk, right.dk);
        const bool passed = name == "none" ? same : y > kNoticed || du > kNoticed || dk > kNoticed;
        if (!passed) ++failures;
        std::printf("%s%s L=%lld %s%s: y differs by %.2g, du by %.2g, dk by %.2g\n",
                    passed ? "" : "FAILED ", text_of(c.mode), static_cast<long long>(c.length),
                    name.c_str(), place, y, du, dk);
      }
    }
  }
  return failures == 0 ? 0 : 1;
}
