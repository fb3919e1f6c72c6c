// What the tests of layers share: drawn tensors, words of a dropout by their definition, and how
// far results are from what is right, as a fraction of a bound.
#ifndef SGCONV_TEST_LAYER_CHECK_H
#define SGCONV_TEST_LAYER_CHECK_H

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "convolution_case.h"
#include "guarded.h"
#include "random.h"
#include "sgconv/cpu_layers.h"

// What is right is computed in it.
using Exact = long double;
using Exacts = std::vector<Exact>;

inline std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

template <class Real>
constexpr Exact kUnit = static_cast<Exact>(std::numeric_limits<Real>::epsilon());

template <class Real>
const char *type_name() {
  return sizeof(Real) == sizeof(float) ? "float32" : "float64";
}

struct Philox {
  std::uint32_t words[4];
};

// Philox4x32-10 as its authors define it.
inline Philox philox(const std::uint32_t (&counter)[4], std::uint32_t key0, std::uint32_t key1) {
  std::uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]};
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c[2];
    const std::uint32_t next[4] = {
        static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ key0, static_cast<std::uint32_t>(p1),
        static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ key1, static_cast<std::uint32_t>(p0)};
    std::memcpy(c, next, sizeof c);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return {{c[0], c[1], c[2], c[3]}};
}

// What element e is multiplied by.
inline Exact dropout_factor(const sgconv_dropout &d, std::int64_t e) {
  if (d.probability == 0.0) return 1;
  const std::uint64_t group = static_cast<std::uint64_t>(e) / 4;
  const Philox made =
      philox({static_cast<std::uint32_t>(group), static_cast<std::uint32_t>(group >> 32),
              static_cast<std::uint32_t>(d.step), static_cast<std::uint32_t>(d.step >> 32)},
             d.seed, d.site);
  const auto below = static_cast<std::uint32_t>(std::floor(d.probability * 0x1p32));
  return made.words[e % 4] < below ? 0 : 1 / (1 - static_cast<Exact>(d.probability));
}

// Phi without cancellation, its density, and what GELU and the logistic function are.
inline Exact distribution(Exact x) { return std::erfc(-x / std::sqrt(Exact{2})) / 2; }
inline Exact density(Exact x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::acos(Exact{-1})); }
inline Exact gelu(Exact x) { return x * distribution(x); }
inline Exact gelu_slope(Exact x) { return distribution(x) + x * density(x); }
inline Exact logistic(Exact x) { return 1 / (1 + std::exp(-x)); }

class Checks {
 public:
  // |found - right| at most bound; what is not a number fails.
  void near(const std::string &what, std::int64_t i, Exact found, Exact right, Exact bound) {
    ++count_;
    const Exact error = std::fabs(found - right);
    const double part = error == 0 ? 0.0 : static_cast<double>(error / bound);
    if (part > worst_) worst_ = part;
    if (part <= 1.0 && !std::isnan(found)) return;
    fail(what + "[" + std::to_string(i) + "] = " + std::to_string(static_cast<double>(found)) +
         ", expected " + std::to_string(static_cast<double>(right)) + " (" + std::to_string(part) +
         " of the bound)");
  }
  void expect(bool condition, const std::string &what) {
    ++count_;
    if (!condition) fail(what);
  }
  // Prints a line; what main returns.
  int finish() const {
    std::printf("%s: %lld checks, %d failures, worst error %.3f of its bound\n", sgconv_cpu_tier(),
                static_cast<long long>(count_), failures_, worst_);
    return failures_ == 0 && count_ > 0 ? 0 : 1;
  }

 private:
  void fail(const std::string &text) {
    if (++failures_ <= 20) std::printf("FAILED: %s\n", text.c_str());
  }
  std::int64_t count_ = 0;
  int failures_ = 0;
  double worst_ = 0.0;
};

template <class Real>
void draw(Random &random, const Guarded<Real> &x, double scale = 1.0, double offset = 0.0) {
  // Uniform where many would take their time.
  const bool many = x.count() > 100000;
  for (std::int64_t i = 0; i < x.count(); ++i) {
    const double number = many ? 3.46 * (random.uniform() - 0.5) : random.gauss();
    x[i] = static_cast<Real>(offset + scale * number);
  }
}

template <class Real>
std::vector<Real> numbers(const Guarded<Real> &x) {
  return std::vector<Real>(x.data(), x.data() + x.count());
}

// A context of so many threads.
struct TestContext {
  explicit TestContext(int threads) {
    require_ok(sgconv_cpu_context_create(threads, &context), "context_create");
  }
  ~TestContext() { sgconv_cpu_context_destroy(context); }
  TestContext(const TestContext &) = delete;
  TestContext &operator=(const TestContext &) = delete;
  sgconv_cpu_context *context = nullptr;
};

// Memory that starts at a page, NaN at first.
struct TestWorkspace {
  explicit TestWorkspace(std::int64_t bytes)
      : memory(bytes / static_cast<std::int64_t>(sizeof(float)), true) {}
  void *data() const { return memory.count() == 0 ? nullptr : memory.data(); }
  Guarded<float> memory;
};

// The same call on contexts of several numbers of threads must give the same bits: `run` returns
// the bytes of what it wrote.
template <class Real>
void expect_same_bits(Checks &checks, const std::string &what,
                      const std::function<std::vector<Real>(sgconv_cpu_context *)> &run) {
  std::vector<Real> first;
  for (const int threads : {1, 2, 3, 2}) {
    const TestContext context(threads);
    const std::vector<Real> found = run(context.context);
    if (first.empty()) first = found;
    checks.expect(!found.empty() && found.size() == first.size() &&
                      std::memcmp(found.data(), first.data(), found.size() * sizeof(Real)) == 0,
                  what + " on " + std::to_string(threads) + " threads has other bits");
  }
}

#endif
