// GELU, dropouts and residual sums: every element against its definition.
#include "layer_check.h"

namespace {

// Words of the authors' known answers, seen through the library: which elements a dropout of
// probability p leaves out, for p around each word.
void known_words(Checks &checks) {
  const std::uint32_t zero[4] = {}, ones[4] = {~0u, ~0u, ~0u, ~0u};
  const Philox of_zero = philox(zero, 0, 0), of_ones = philox(ones, ~0u, ~0u);
  const std::uint32_t zero_words[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  const std::uint32_t ones_words[4] = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
  checks.expect(std::memcmp(of_zero.words, zero_words, sizeof zero_words) == 0, "words of 0");
  checks.expect(std::memcmp(of_ones.words, ones_words, sizeof ones_words) == 0, "words of ones");
  const TestContext context(1);
  const double x[4] = {8.0, 8.0, 8.0, 8.0};
  for (int word = 0; word < 4; ++word) {
    for (const std::uint32_t more : {0u, 1u}) {
      const sgconv_dropout dropout = {(zero_words[word] + more) * 0x1p-32, 0, 0, 0};
      double y[4] = {};
      require_ok(sgconv_cpu_gelu_forward(context.context, 4, SGCONV_FLOAT64, &dropout, x, y),
                 "gelu_forward");
      checks.expect((y[word] == 0.0) == (more == 1), "the threshold of a word");
    }
  }
}

template <class Real>
void gelu_case(Checks &checks, sgconv_cpu_context *context, std::int64_t count, bool at_start,
               const sgconv_dropout *dropout, double scale) {
  Random random(static_cast<std::uint64_t>(count));
  const Guarded<Real> x(count, at_start), dy(count, at_start), y(count, at_start);
  const Guarded<Real> dx(count, at_start);
  draw(random, x, scale);
  draw(random, dy);
  require_ok(sgconv_cpu_gelu_forward(context, count, kDtype<Real>, dropout, x.data(), y.data()),
             "gelu_forward");
  require_ok(sgconv_cpu_gelu_backward(context, count, kDtype<Real>, dropout, x.data(), dy.data(),
                                      dx.data()),
             "gelu_backward");
  const std::string type = type_name<Real>();
  for (std::int64_t i = 0; i < count; ++i) {
    const Exact v = x[i], factor = dropout == nullptr ? 1 : dropout_factor(*dropout, i);
    const Exact right = factor * gelu(v), slope = factor * gelu_slope(v);
    const Exact least = std::numeric_limits<Real>::denorm_min();
    checks.near("gelu " + type, i, y[i], right, 6 * kUnit<Real> * std::fabs(right) + least);
    checks.near("dgelu " + type, i, dx[i], slope * dy[i],
                6 * kUnit<Real> * factor * std::fabs(dy[i]) + least);
    if (factor == 0) checks.expect(y[i] == 0 && dx[i] == 0, "an element that is left out");
  }
}

// Everywhere that it matters, closely.
template <class Real>
void gelu_everywhere(Checks &checks, sgconv_cpu_context *context, int steps) {
  const std::int64_t count = steps + 1;
  const Guarded<Real> x(count, false), ones(count, false), y(count, false), dx(count, false);
  const double limit = sizeof(Real) == sizeof(float) ? 16.0 : 40.0;
  for (std::int64_t i = 0; i < count; ++i) {
    x[i] = static_cast<Real>(limit * (2.0 * static_cast<double>(i) / steps - 1.0) + 1e-3);
    ones[i] = 1;
  }
  require_ok(sgconv_cpu_gelu_forward(context, count, kDtype<Real>, nullptr, x.data(), y.data()),
             "gelu_forward");
  require_ok(sgconv_cpu_gelu_backward(context, count, kDtype<Real>, nullptr, x.data(), ones.data(),
                                      dx.data()),
             "gelu_backward");
  Exact worst = 0, worst_slope = 0;
  const Exact least = std::numeric_limits<Real>::denorm_min();
  for (std::int64_t i = 0; i < count; ++i) {
    const Exact right = gelu(x[i]), slope = gelu_slope(x[i]);
    checks.near(std::string("gelu ") + type_name<Real>() + " at " + std::to_string(x[i]), i, y[i],
                right, 6 * kUnit<Real> * std::fabs(right) + least);
    checks.near(std::string("dgelu ") + type_name<Real>() + " at " + std::to_string(x[i]), i, dx[i],
                slope, 3 * kUnit<Real>);
    if (std::fabs(right) > std::numeric_limits<Real>::min()) {
      worst = std::fmax(worst, std::fabs(y[i] / right - 1));
    }
    worst_slope = std::fmax(worst_slope, std::fabs(dx[i] - slope));
  }
  std::printf("%s %s: gelu within %.3g of itself, its slope within %.3g\n", sgconv_cpu_tier(),
              type_name<Real>(), static_cast<double>(worst), static_cast<double>(worst_slope));
}

template <class Real>
void special_values(Checks &checks, sgconv_cpu_context *context) {
  const Real infinity = std::numeric_limits<Real>::infinity();
  const Real most = std::numeric_limits<Real>::max(), nan = std::numeric_limits<Real>::quiet_NaN();
  const Real x[8] = {infinity, -infinity, nan, most, -most, 0, -Real{0}, Real{1e-30f}};
  const Real ones[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  Real y[8], dx[8];
  require_ok(sgconv_cpu_gelu_forward(context, 8, kDtype<Real>, nullptr, x, y), "gelu_forward");
  require_ok(sgconv_cpu_gelu_backward(context, 8, kDtype<Real>, nullptr, x, ones, dx),
             "gelu_backward");
  checks.expect(y[0] == infinity && dx[0] == 1, "gelu(inf)");
  checks.expect(y[1] == 0 && dx[1] == 0, "gelu(-inf)");
  checks.expect(std::isnan(y[2]) && std::isnan(dx[2]), "gelu(nan)");
  checks.expect(y[3] == most && dx[3] == 1, "gelu(max)");
  checks.expect(y[4] == 0 && dx[4] == 0, "gelu(-max)");
  checks.expect(y[5] == 0 && dx[5] == Real{0.5}, "gelu(0)");
  checks.expect(y[6] == 0 && std::signbit(y[6]) && dx[6] == Real{0.5}, "gelu(-0)");
  checks.near("gelu(tiny)", 7, y[7], static_cast<Exact>(x[7]) / 2, x[7] * kUnit<Real>);
  // What is left out is 0 whatever it was.
  const sgconv_dropout dropout = {1.0 - 0x1p-30, 1, 2, 3};
  const Real nans[8] = {nan, nan, nan, nan, nan, nan, nan, nan};
  require_ok(sgconv_cpu_gelu_forward(context, 8, kDtype<Real>, &dropout, nans, y), "gelu_forward");
  for (const Real value : y) checks.expect(value == 0, "NaN left out");
}

template <class Real>
void add_case(Checks &checks, sgconv_cpu_context *context, const sgconv_signal_geometry &g,
              const sgconv_dropout *tied, int way) {
  const std::int64_t count = g.batch * g.channels * g.length;
  Random random(7);
  const Guarded<Real> x(count, way == 1), branch(count, false), sum(count, way == 2);
  draw(random, x);
  draw(random, branch);
  const std::vector<Real> x_before = numbers(x), branch_before = numbers(branch);
  // 0: apart; 1: no x; 2: in x; 3: in branch.
  Real *out = way == 2 ? x.data() : way == 3 ? branch.data() : sum.data();
  require_ok(sgconv_cpu_add(context, &g, kDtype<Real>, tied, way == 1 ? nullptr : x.data(),
                            branch.data(), out),
             "add");
  for (std::int64_t i = 0; i < count; ++i) {
    const Exact factor = tied == nullptr ? 1 : dropout_factor(*tied, i / g.length);
    const Exact a = way == 1 ? 0 : x_before[at(i)], b = factor * branch_before[at(i)];
    checks.near("sum", i, out[i], a + b, 2 * kUnit<Real> * (std::fabs(a) + std::fabs(b)));
  }
}

template <class Real>
void all(Checks &checks, sgconv_cpu_context *context, std::int64_t longest) {
  const sgconv_dropout dropouts[] = {
      {0.0, 1, 2, 3}, {0.3, 0xdeadbeef, 7, (std::uint64_t{5} << 32) + 9}, {0.9, 0, ~0u, 0}};
  for (const std::int64_t count : {1, 2, 3, 5, 17, 31, 33, 64, 100, 257, 1025, 40003}) {
    if (count > longest) continue;
    for (const bool at_start : {true, false}) {
      gelu_case<Real>(checks, context, count, at_start, nullptr, 3.0);
      for (const sgconv_dropout &d : dropouts) {
        gelu_case<Real>(checks, context, count, at_start, &d, 1.0);
      }
    }
  }
  const sgconv_signal_geometry shapes[] = {{1, 1, 1},    {2, 3, 1},   {3, 5, 2},
                                           {2, 2, 17},   {3, 1, 100}, {1, 40, 257},
                                           {2, 2, 9001}, {700, 3, 1}, {60, 50, 7}};
  for (const sgconv_signal_geometry &g : shapes) {
    if (g.batch * g.channels * g.length > longest) continue;
    for (int way = 0; way < 4; ++way) {
      add_case<Real>(checks, context, g, nullptr, way);
      for (const sgconv_dropout &d : dropouts) add_case<Real>(checks, context, g, &d, way);
    }
  }
  special_values<Real>(checks, context);
  gelu_everywhere<Real>(checks, context, longest > 1000000 ? 40000 : 2000);
}

// Outputs so large that they are stored past the caches.
template <class Real>
void large(Checks &checks) {
  const sgconv_signal_geometry g = {3, 7, 150001};
  const std::int64_t count = g.batch * g.channels * g.length;
  Random random(3);
  const Guarded<Real> x(count, false), branch(count, false);
  draw(random, x);
  draw(random, branch);
  const sgconv_dropout dropout = {0.25, 3, 4, 5};
  expect_same_bits<Real>(checks, "large", [&](sgconv_cpu_context *context) {
    const Guarded<Real> y(count, false), dx(count, false), sum(count, false);
    require_ok(sgconv_cpu_gelu_forward(context, count, kDtype<Real>, &dropout, x.data(), y.data()),
               "gelu_forward");
    require_ok(sgconv_cpu_gelu_backward(context, count, kDtype<Real>, &dropout, x.data(),
                                        branch.data(), dx.data()),
               "gelu_backward");
    require_ok(
        sgconv_cpu_add(context, &g, kDtype<Real>, &dropout, x.data(), branch.data(), sum.data()),
        "add");
    for (std::int64_t i = 0; i < count; i += 9973) {
      const Exact v = x[i], factor = dropout_factor(dropout, i);
      const Exact row = dropout_factor(dropout, i / g.length) * branch[i];
      checks.near("large gelu", i, y[i], factor * gelu(v), 9 * kUnit<Real> * (std::fabs(v) + 1));
      checks.near("large dgelu", i, dx[i], factor * gelu_slope(v) * branch[i],
                  9 * kUnit<Real> * (std::fabs(branch[i]) + 1));
      checks.near("large sum", i, sum[i], v + row,
                  2 * kUnit<Real> * (std::fabs(v) + std::fabs(row)));
    }
    std::vector<Real> all = numbers(y);
    for (const auto *more : {&dx, &sum}) {
      all.insert(all.end(), more->data(), more->data() + count);
    }
    return all;
  });
}

}  // namespace

int main(int argc, char **argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  const std::int64_t longest = argc > 2 ? std::atoll(argv[2]) : 2000000;
  const TestContext context(threads);
  Checks checks;
  known_words(checks);
  all<float>(checks, context.context, longest);
  all<double>(checks, context.context, longest);
  if (longest > 1000000) {
    large<float>(checks);
    large<double>(checks);
  }
  return checks.finish();
}
