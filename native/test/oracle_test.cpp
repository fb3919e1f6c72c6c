// The oracle that all others rest on: its values are right, its rule can fail, and it does not cry
// wolf.
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>

#include "exact_convolution.h"
#include "oracle.h"
#include "random.h"
#include "signals.h"

namespace {

using oracle::Row;
using oracle::Type;

int failures = 0;

void check(bool holds, const std::string &what) {
  if (holds) return;
  ++failures;
  std::printf("FAILED %s\n", what.c_str());
}

Row noise(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  Row row(count);
  for (double &value : row) value = random.gauss();
  return row;
}

void products_by_fft_are_the_direct_sums() {
  const Row a = noise(777, 1), b = noise(300, 2);
  const Row found = oracle::product(a, b);
  Row expected(a.size() + b.size() - 1, 0.0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) expected[i + j] += a[i] * b[j];
  }
  Row difference = found;
  for (std::size_t i = 0; i < found.size(); ++i) difference[i] -= expected[i];
  check(
      found.size() == expected.size() && oracle::norm(difference) <= 1e-14 * oracle::norm(expected),
      "products by FFT are the direct sums");
}

// What judges float64 must be far nearer than float64 is: products whose every bit matters.
void wide_products_are_nearer_than_double_can_be() {
  const Row a = noise(3001, 1), b = noise(2500, 2);
  const oracle::RowOf<long double> wide_a(a.begin(), a.end()), wide_b(b.begin(), b.end());
  const oracle::RowOf<long double> found = oracle::product(wide_a, wide_b);
  oracle::RowOf<long double> difference = found;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) difference[i + j] -= wide_a[i] * wide_b[j];
  }
  check(oracle::norm(difference) <= 1e-18L * oracle::norm(found), "wide products by FFT");
  check(found[3000] != static_cast<long double>(static_cast<double>(found[3000])),
        "wide products have no more than 53 bits");
}

// y, du and dk of small rows by the sums that define them; the rest follows from linearity.
void convolutions_are_their_definition() {
  for (const auto &[mode, lags] : {std::pair{SGCONV_CAUSAL, 5},
                                   {SGCONV_BIDIRECTIONAL, 5},
                                   {SGCONV_CIRCULAR, 5},
                                   {SGCONV_CENTERED, 5},
                                   {SGCONV_CENTERED, 4},
                                   {SGCONV_CENTERED, 17}}) {
    const oracle::Problem p = {mode, 1, 1, 1, 5, lags};
    const oracle::Signals s = oracle::draw(oracle::SignalClass::kNoise, p, 3, {true});
    oracle::Results r = {Row(5, 0.0), Row(5, 0.0), Row(s.kernel.size(), 0.0), Row(1, 0.0), {}, {}};
    const auto pair = [&](std::size_t t, std::size_t from, std::size_t k, double weight) {
      r.y[t] += weight * s.u[from];
      r.du[from] += weight * s.dy[t];
      if (k < s.kernel.size()) r.dk[k] += s.u[from] * s.dy[t];
    };
    for (std::size_t t = 0; t < 5; ++t) {
      for (std::size_t from = 0; from < 5; ++from) {
        if (mode == SGCONV_CENTERED) {
          const std::size_t index = t + static_cast<std::size_t>(lags / 2) - from;
          if (index < s.kernel.size()) pair(t, from, index, s.kernel[index]);
          continue;
        }
        if (from <= t) pair(t, from, t - from, s.kernel[t - from]);
        if (from <= t) continue;
        if (mode == SGCONV_CIRCULAR) pair(t, from, 5 + t - from, s.kernel[5 + t - from]);
        if (mode == SGCONV_BIDIRECTIONAL)
          pair(t, from, 5 + from - t - 1, s.kernel[5 + from - t - 1]);
      }
      pair(t, t, s.kernel.size(), s.skip[0]);
      r.dskip[0] += s.u[t] * s.dy[t];
    }
    for (const auto &[name, error, type] : oracle::ExactConvolution(p, s).judge(r)) {
      check(error < 1e-6, p.text() + ": " + name);
    }
  }
}

void what_is_near_passes_and_what_is_wrong_does_not() {
  const Row expected = {3, -4, 0, 12};
  check(oracle::error_of_sums(expected, expected) == 0.0, "itself");
  check(oracle::error_of_sums({3 + 1e-6, -4, 1e-6, 12}, expected) <= 1.0, "what is near");
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  for (const double wrong : {12.001, -12.0, kNaN, double{INFINITY}, -double{INFINITY}}) {
    check(oracle::error_of_sums({3, -4, 0, wrong}, expected) > 1.0, "a wrong element passes");
  }
  check(oracle::error_of_sums({3, -4, 0}, expected) > 1.0, "too few values pass");
  check(oracle::error_of_sums({0, 1e-30}, {0, 0}) > 1.0, "something passes for silence");
  check(oracle::error_of_sums({0, 0}, {0, 0}) == 0.0, "silence");
}

// 2^-29 of what float32 may be off by, and what would pass for float32 does not.
void float64_is_held_to_its_own_bound() {
  const oracle::RowOf<long double> expected = {3, -4, 0, 12};
  const auto error = [&](double by) {
    return oracle::error_of_sums({3, -4, by, 12}, expected, Type::kFloat64);
  };
  check(error(0.0) == 0.0 && error(1e-15) <= 1.0, "what is near in float64");
  check(error(3e-14) > 1.0 && error(1e-8) > 1e4, "what is near in float32 passes for float64");
  check(oracle::rounded({0.1}, Type::kFloat64)[0] == 0.1, "float64 is rounded");
}

// Invisible in the norm.
void one_bad_element_among_many_is_refused() {
  const Row expected(1000000, 1.0);
  Row actual = expected;
  actual[123456] += 1e-5;
  check(oracle::error_of_sums(actual, expected) > 1.0, "one bad element among many passes");
}

// Invisible in every element.
void many_small_errors_are_refused() {
  Row expected(1000), near(1000), far(1000);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expected[i] = i % 3 == 0 ? -1.0 : 1.0;
    near[i] = expected[i] * (1.0 + 0.9e-6);
    far[i] = expected[i] * (1.0 + 1.2e-6);
  }
  check(oracle::error_of_sums(near, expected) <= 1.0, "a norm within the bound");
  check(oracle::error_of_sums(far, expected) > 1.0, "a norm beyond the bound passes");
}

void each_row_is_judged_by_itself() {
  oracle::Exact exact(2, 2);
  for (const std::int64_t row : {0, 1}) {
    const Row values = row == 0 ? Row{1e6, -1e6} : Row{1, -1};
    exact.add(row, values, oracle::bound_of_sums(values));
  }
  check(exact.error({1e6, -1e6, 1, -1 + 1e-4}) > 1.0, "a quiet row has a loud one's bound");
}

double error_stored(const Row &actual, const Row &expected, Type type) {
  oracle::Exact exact(1, static_cast<std::int64_t>(expected.size()));
  exact.add(0, expected, oracle::bound_of_sums(expected));
  return exact.error(actual, type);
}

// One rounding is free, a second spacing is not.
void rounding_to_16_bits_is_allowed_once() {
  const Row expected = {1.002, -300.9, 1e-7, 5};
  Row bfloat16 = {1, -300, std::ldexp(430.0 / 256.0, -24), 5};
  check(oracle::rounded(expected, Type::kBfloat16) == bfloat16, "rounding to bfloat16");
  check(error_stored(bfloat16, expected, Type::kBfloat16) <= 1.0, "bfloat16");
  bfloat16[0] += 0x1p-7;
  check(error_stored(bfloat16, expected, Type::kBfloat16) > 1.0, "two spacings of bfloat16 pass");
  Row float16 = {1.001953125, -301, 1.1920928955078125e-7, 5};
  check(oracle::rounded(expected, Type::kFloat16) == float16, "rounding to float16");
  check(error_stored(float16, expected, Type::kFloat16) <= 1.0, "float16");
  float16[1] += 0.5;
  check(error_stored(float16, expected, Type::kFloat16) > 1.0, "two spacings of float16 pass");
  // Each element within one rounding, and together further than roundings are.
  Row steps(200), low(200);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    steps[i] = 1.0 + std::fmod(static_cast<double>(i) / 128.0, 1.0);
    low[i] = steps[i] - 0x1p-8;
  }
  check(error_stored(low, steps, Type::kBfloat16) > 1.0, "rounding that always goes far passes");
  check(error_stored(Row(200, 1.0), Row(200, 1.0 + 0x1p-8), Type::kBfloat16) <= 1.0,
        "a constant half a spacing off");
}

// An impulse at the end lets one sample through; the transform carries the whole kernel.
void errors_are_relative_to_what_is_carried() {
  const oracle::Problem p = {SGCONV_CAUSAL, 1, 1, 1, 1000};
  oracle::Signals s;
  s.u = Row(1000, 0.0);
  s.u[999] = 1.0;
  s.kernel = noise(1000, 3);
  const oracle::ExactConvolution exact(p, s);
  Row y = exact.output();
  y[500] = 1e-6;  // zero but for the transform's error
  check(exact.judge({y, {}, {}, {}, {}, {}})[0].error <= 1.0, "a right impulse is refused");
  y[500] = 1e-5;
  check(exact.judge({y, {}, {}, {}, {}, {}})[0].error > 1.0, "a wrong impulse passes");
}

// Rows of a batch that cancel leave nothing in dk of what their transforms carry.
void errors_of_sums_are_relative_to_their_terms() {
  const oracle::Problem p = {SGCONV_CAUSAL, 2, 1, 1, 1000};
  const oracle::Signals s = oracle::draw(oracle::SignalClass::kCancel, p, 7);
  const oracle::ExactConvolution exact(p, s);
  const auto error = [&](double of_dk) {
    return exact.judge({{}, {}, Row(1000, of_dk), {}, {}, {}})[0].error;
  };
  // A row of noise carries about 1000, and sqrt(2) times that two of them, over 1999 lags.
  check(error(2e-5) <= 1.0, "right rows that cancel are refused");
  check(error(1e-4) > 1.0, "wrong rows that cancel pass");
}

// What a class is for: a result that is small beside what is carried, or not.
void classes_are_what_they_say() {
  const oracle::Problem p = {SGCONV_CAUSAL, 2, 1, 1, 4096};
  for (const oracle::SignalClass each : oracle::kSignalClasses) {
    const oracle::Signals s = oracle::draw(each, p, 5);
    const std::string name = oracle::name_of(each);
    check(s.u == oracle::draw(each, p, 5).u, name + " is reproducible");
    check(s.u.size() == 8192 && s.dy.size() == 8192 && s.kernel.size() == 4096, name + ": sizes");
    check(oracle::norm(s.u) > 0.0 && oracle::norm(s.dy) > 0.0, name + ": silence");
  }
  const auto kept = [&](const oracle::Signals &s) {
    const Row y = oracle::ExactConvolution(p, s).output();
    return oracle::norm(Row(y.begin() + 2048, y.begin() + 4096)) /
           (oracle::norm(s.kernel) * oracle::norm(Row(s.u.begin(), s.u.begin() + 4096)));
  };
  check(kept(oracle::draw(oracle::SignalClass::kNoise, p, 5)) > 0.1, "noise comes through");
  check(kept(oracle::draw(oracle::SignalClass::kTone, p, 5)) < 1e-5, "a tone comes through");
  check(kept(oracle::draw(oracle::SignalClass::kConstant, p, 5)) < 1e-5,
        "a constant comes through");
  const oracle::Signals self = oracle::draw(oracle::SignalClass::kSelf, p, 5);
  check(self.dy == oracle::rounded(oracle::ExactConvolution(p, self).output(), Type::kFloat32),
        "dy is not y");
  const oracle::Signals decay = oracle::draw(oracle::SignalClass::kDecay, p, 5);
  check(oracle::norm(Row(decay.dy.begin() + 3072, decay.dy.begin() + 4096)) <
            1e-3 * oracle::norm(decay.dy),
        "dy does not decay");
  const oracle::Signals cancel = oracle::draw(oracle::SignalClass::kCancel, p, 5);
  for (std::size_t i = 0; i < 4096; ++i) {
    check(cancel.u[i] == cancel.u[4096 + i] && cancel.dy[i] == -cancel.dy[4096 + i],
          "rows do not cancel");
  }
}

}  // namespace

int main() {
  products_by_fft_are_the_direct_sums();
  wide_products_are_nearer_than_double_can_be();
  convolutions_are_their_definition();
  what_is_near_passes_and_what_is_wrong_does_not();
  float64_is_held_to_its_own_bound();
  one_bad_element_among_many_is_refused();
  many_small_errors_are_refused();
  each_row_is_judged_by_itself();
  rounding_to_16_bits_is_allowed_once();
  errors_are_relative_to_what_is_carried();
  errors_of_sums_are_relative_to_their_terms();
  classes_are_what_they_say();
  return failures == 0 ? 0 : 1;
}
