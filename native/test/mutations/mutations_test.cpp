// The mutated library gives the real one's very bits without a mutation, and with any of them
// results that the oracle rejects. Arguments: the two libraries, and optionally the longest row.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "exact_convolution.h"
#include "guarded.h"
#include "mutation.h"
#include "sgconv/cpu.h"
#include "signals.h"

namespace {

constexpr const char *kVariable = "SGCONV_MUTATION";

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

using oracle::Row;

template <class Real>
constexpr sgconv_dtype kDtype = sizeof(Real) == sizeof(float) ? SGCONV_FLOAT32 : SGCONV_FLOAT64;
template <class Real>
constexpr oracle::Type kType = sizeof(Real) == sizeof(float) ? oracle::Type::kFloat32
                                                             : oracle::Type::kFloat64;
template <class Real>
using Exact = std::conditional_t<kType<Real> == oracle::Type::kFloat64, oracle::WideConvolution,
                                 oracle::ExactConvolution>;

template <class Real>
using Numbers = std::vector<Real>;

template <class Real>
Numbers<Real> numbers(const Row &row) {
  return Numbers<Real>(row.begin(), row.end());
}

template <class Real>
Row row_of(const Numbers<Real> &values) {
  return Row(values.begin(), values.end());
}

template <class Real>
struct Outputs {
  Numbers<Real> y, du, dk;
};

template <class Real>
Outputs<Real> outputs(const Library &library, const oracle::Problem &p, const oracle::Signals &s) {
  const auto u = numbers<Real>(s.u), k = numbers<Real>(s.kernel), dy = numbers<Real>(s.dy);
  Outputs<Real> result = {Numbers<Real>(dy.size()), Numbers<Real>(u.size()),
                          Numbers<Real>(k.size())};
  const sgconv_convolution_geometry geometry = p.geometry();
  sgconv_cpu_context *context = nullptr;
  sgconv_cpu_plan *plan = nullptr;
  std::int64_t bytes = 0;
  // Two threads, so that long rows are split.
  library.require_ok(FUNCTION(library, sgconv_cpu_context_create)(2, &context), "context_create");
  library.require_ok(
      FUNCTION(library, sgconv_cpu_plan_create)(context, &geometry, kDtype<Real>, &plan),
      "plan_create");
  library.require_ok(FUNCTION(library, sgconv_cpu_plan_spectrum_bytes)(plan, &bytes), "bytes");
  Guarded<float> spectrum((bytes + 4095) / 4096 * 1024, true);
  library.require_ok(
      FUNCTION(library, sgconv_cpu_spectrum_prepare)(plan, k.data(), nullptr, spectrum.data()),
      "spectrum_prepare");
  library.require_ok(
      FUNCTION(library, sgconv_cpu_convolution_forward)(
          plan, spectrum.data(), p.batch, nullptr, u.data(), nullptr, nullptr, result.y.data()),
      "convolution_forward");
  library.require_ok(FUNCTION(library, sgconv_cpu_convolution_backward)(
                         plan, spectrum.data(), p.batch, nullptr, u.data(), dy.data(), nullptr,
                         nullptr, result.du.data(), result.dk.data(), nullptr, nullptr, nullptr),
                     "convolution_backward");
  FUNCTION(library, sgconv_cpu_plan_destroy)(plan);
  FUNCTION(library, sgconv_cpu_context_destroy)(context);
  return result;
}

template <class Real>
bool same_bits(const Numbers<Real> &a, const Numbers<Real> &b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(Real)) == 0;
}

std::vector<std::string> mutations(const Library &library) {
  std::istringstream list(FUNCTION(library, sgconv_mutations)());
  std::vector<std::string> names;
  for (std::string name; list >> name;) names.push_back(name);
  return names;
}

void check_refusal(const Library &library, const char *mutation) {
  const sgconv_convolution_geometry geometry = {1, 1, 256, 256, SGCONV_CAUSAL, 0};
  sgconv_cpu_context *context = nullptr;
  sgconv_cpu_plan *plan = nullptr;
  library.require_ok(FUNCTION(library, sgconv_cpu_context_create)(1, &context), "context_create");
  setenv(kVariable, mutation, 1);
  const sgconv_status status =
      FUNCTION(library, sgconv_cpu_plan_create)(context, &geometry, SGCONV_FLOAT32, &plan);
  if (status != SGCONV_INVALID_ARGUMENT) fail(std::string(mutation) + " is not refused");
  FUNCTION(library, sgconv_cpu_context_destroy)(context);
}

// One root or one pair of several.
bool has_place(const std::string &name) {
  return name.starts_with("negate") || name.starts_with("conjugate") || name.starts_with("swap");
}

// How many mutations change bits that they should not, or are not rejected.
template <class Real>
int failures_of(const Library &real, const Library &mutated, const std::vector<std::string> &names,
                const oracle::Problem &p) {
  int failures = 0;
  const oracle::Signals signals = oracle::draw(oracle::SignalClass::kNoise, p, 5, {}, kType<Real>);
  const Exact<Real> exact(p, signals);
  setenv(kVariable, "no-such-mutation", 1);
  const Outputs<Real> right = outputs<Real>(real, p, signals);  // which does not know the variable
  for (const std::string &name : names) {
    for (const char *place : {"", "@0", "@0.37", "@1"}) {
      if (*place != '\0' && !has_place(name)) continue;
      setenv(kVariable, (name + place).c_str(), 1);
      const Outputs<Real> found = outputs<Real>(mutated, p, signals);
      const bool same = same_bits(found.y, right.y) && same_bits(found.du, right.du) &&
                        same_bits(found.dk, right.dk);
      const std::vector<oracle::Judgement> errors = exact.judge(
          {row_of(found.y), row_of(found.du), row_of(found.dk), {}, {}, {}}, kType<Real>);
      bool rejected = false;
      std::string text;
      for (const auto &[result, error, type] : errors) {
        rejected = rejected || error > 1.0;
        char part[40];
        std::snprintf(part, sizeof part, " %s %.3g", result, error);
        text += part;
      }
      const bool passed = name == "none" ? same && !rejected : rejected;
      if (!passed) ++failures;
      std::printf("%s%s of %zu bytes, %s%s: errors over their bounds:%s\n", passed ? "" : "FAILED ",
                  p.text().c_str(), sizeof(Real), name.c_str(), place, text.c_str());
    }
  }
  return failures;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 3 && argc != 4) return 2;
  const std::int64_t longest = argc == 4 ? std::atoll(argv[3]) : INT64_MAX;
  const Library real(argv[1]), mutated(argv[2]);
  const std::vector<std::string> names = mutations(mutated);
  if (names.size() < 2) fail("there are no mutations");
  for (const char *text : {"no-such-mutation", "twist@0.5", "negate-forward-leaf@1.5", "none@"}) {
    check_refusal(mutated, text);
  }
  // Plain, fused and factored transforms of every tier; steps of radix 3 and 5; rows that are
  // shorter than their transform; several heads and rows.
  const oracle::Problem cases[] = {
      {SGCONV_CAUSAL, 1, 1, 1, 256},     {SGCONV_CAUSAL, 3, 1, 1, 257},
      {SGCONV_CIRCULAR, 2, 2, 1, 384},   {SGCONV_BIDIRECTIONAL, 3, 1, 1, 1000},
      {SGCONV_CAUSAL, 2, 1, 1, 4096},    {SGCONV_CAUSAL, 2, 2, 1, 5000},
      {SGCONV_CIRCULAR, 1, 1, 1, 16384}, {SGCONV_CAUSAL, 1, 1, 1, 32768},
      {SGCONV_CAUSAL, 2, 1, 1, 50000},   {SGCONV_BIDIRECTIONAL, 1, 2, 1, 65536}};
  int failures = 0;
  for (const oracle::Problem &p : cases) {
    if (p.length > longest) {
      std::printf("left out: %s\n", p.text().c_str());
      continue;
    }
    failures += failures_of<float>(real, mutated, names, p);
    failures += failures_of<double>(real, mutated, names, p);
  }
  return failures == 0 ? 0 : 1;
}
