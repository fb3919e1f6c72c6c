// Short kernels in windows of the rows (overlap-save), against the definition in float64 and
// against themselves.
#include <cstdio>
#include <cstring>
#include <string>

#include "plan_cases.h"

namespace {

using namespace sgconv::test;

// Of a plan for one channel.
int64_t size_for(sgconv_mode mode, int64_t length, int64_t lags, int64_t heads = 1) {
  return Plan({mode, 1, heads, 1, length, lags}, SGCONV_FLOAT32).size();
}

// That the plan cuts the rows into windows of this size: it is not one that the whole row has.
void expect_windows(const Problem &p, int64_t size) {
  check_equal(Plan(p, SGCONV_FLOAT32).size(), size, p.text() + ": windows");
}

// Where windows pay by policy/costs.h, and where not.
void choice() {
  check_equal(size_for(SGCONV_CAUSAL, 100000, 1), int64_t{256}, "one lag");
  check_equal(size_for(SGCONV_CAUSAL, 100000, 17), int64_t{256}, "17 lags");
  check_equal(size_for(SGCONV_CAUSAL, 100000, 33), int64_t{1024}, "33 lags");
  check_equal(size_for(SGCONV_CAUSAL, 100000, 64), int64_t{1024}, "64 lags");
  check_equal(size_for(SGCONV_CAUSAL, 100000, 110), int64_t{1024}, "110 lags");
  check_equal(size_for(SGCONV_CAUSAL, 100000, 1000), int64_t{4096}, "1000 lags");
  check_equal(size_for(SGCONV_CAUSAL, 100000, 1800), int64_t{8192}, "1800 lags");
  check_equal(size_for(SGCONV_CAUSAL, 100000, 4096), int64_t{16384}, "4096 lags");
  check_equal(size_for(SGCONV_CAUSAL, 100000, 12000), int64_t{131072}, "whole rows beyond");
  check_equal(size_for(SGCONV_CENTERED, 100000, 65), int64_t{1024}, "lags on both sides");
  check_equal(size_for(SGCONV_BIDIRECTIONAL, 100000, 12), int64_t{1024}, "both directions");
  check_equal(size_for(SGCONV_CAUSAL, 1024, 4), int64_t{1024}, "short rows stay whole");
  check_equal(size_for(SGCONV_CAUSAL, 4097, 4), int64_t{256}, "padding is saved");
  check_equal(size_for(SGCONV_CAUSAL, 100000, 64, 2), int64_t{131072}, "several heads: whole rows");
  // Longer than any row of other algorithms.
  check_equal(size_for(SGCONV_CAUSAL, (int64_t{16} << 20) + 1, 64), int64_t{1024}, "very long");
  check_equal(size_for(SGCONV_CAUSAL, int64_t{1} << 30, 64), int64_t{1024}, "the longest");
  const auto refused = [](const sgconv_convolution_geometry &geometry, const char *why) {
    sgconv_cuda_plan *plan = nullptr;
    check_equal(sgconv_cuda_plan_create(&geometry, SGCONV_FLOAT32, &plan), SGCONV_UNSUPPORTED, why);
  };
  refused({1, 1, (int64_t{1} << 30) + 1, 64, SGCONV_CAUSAL, 0}, "and no longer");
  refused({2, 1, (int64_t{16} << 20) + 1, 64, SGCONV_CAUSAL, 0}, "long rows of several heads");
  // Counted in 32 bits.
  refused({1, 1 << 20, int64_t{1} << 28, 64, SGCONV_CAUSAL, 0}, "too many windows");
}

// Every size in every mode, of every type and with all gates; several windows, of which the last is
// not full.
void sizes() {
  struct Case {
    int64_t length, lags, size;
  };
  int turn = 0;
  for (const Case &each : {Case{5000, 20, 256}, Case{10000, 60, 1024}, Case{30000, 130, 4096},
                           Case{25000, 1800, 8192}, Case{36000, 3500, 16384}}) {
    for (const sgconv_mode mode : oracle::kModes) {
      // As many lags in all.
      const int64_t lags = mode == SGCONV_BIDIRECTIONAL ? each.lags / 2 : each.lags;
      const Problem p{mode, 2, 1, each.size < 4096 ? 3 : 1, each.length, lags};
      expect_windows(p, each.size);
      run(p, turn % 3, kNone, {.skew = 1});
      run(p, (turn + 1) % 3, turn % 2 == 0 ? kBoth : kPost);
      ++turn;
    }
  }
}

// Windows and rows that end together or nearly so, one window, the fewest new samples, one lag.
void edges() {
  int turn = 0;
  for (const sgconv_mode mode : oracle::kModes) {
    for (const int64_t more : {-1, 0, 1}) {
      // 240 new samples of 256 forward, or with 16 lags on each side 224.
      const int64_t step = mode == SGCONV_BIDIRECTIONAL || mode == SGCONV_CENTERED ? 224 : 240;
      const Problem p{mode, 2, 1, 2, 19 * step + more, mode == SGCONV_CENTERED ? 17 : 12};
      expect_windows(p, 256);
      run(p, turn % 3, turn % 4);
      ++turn;
    }
    const Problem one_lag{mode, 3, 1, 1, 4100, 1};
    expect_windows(one_lag, 256);
    run(one_lag, SGCONV_FLOAT32, kBoth);
  }
  // A circular row little longer than a window, so that each window has an end of it.
  const Problem around{SGCONV_CIRCULAR, 2, 1, 1, 17000, 4000};
  expect_windows(around, 16384);
  run(around, SGCONV_FLOAT32, kBoth);
}

// Rows of several lengths: shorter than a window, than the kernel, ending with one, and whole.
void lengths() {
  for (const sgconv_mode mode : {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CENTERED}) {
    for (const int32_t dtype : {SGCONV_FLOAT32, SGCONV_BFLOAT16, SGCONV_FLOAT16}) {
      const int64_t lags = mode == SGCONV_BIDIRECTIONAL ? 15 : 30;
      const Problem p{mode, 7, 1, 2, 5000, lags, {5000, 1, 20, 4999, 224, 224, 448}};
      expect_windows(p, 256);
      run(p, dtype, dtype == SGCONV_FLOAT32 ? kBoth : kNone);
    }
  }
  run({SGCONV_CAUSAL, 3, 1, 1, 30000, 400, {100, 3696, 29999}}, SGCONV_FLOAT32, kBoth);
}

void classes() {
  for (const sgconv_mode mode : oracle::kModes) {
    const Problem p{mode, 2, 1, 1, 5000, 12};
    expect_windows(p, 256);
    run_classes(p, mode % 3);
  }
  run_classes({SGCONV_CAUSAL, 1, 1, 1, 40000, 700}, SGCONV_FLOAT32);
}

// Sums over many windows: more slices than are added up at once. A constant is the worst, because
// all terms are alike.
void many_windows() {
  const Problem p{SGCONV_CAUSAL, 1, 1, 1, 5000000, 3};
  expect_windows(p, 256);
  run(p, SGCONV_FLOAT32, kNone, {}, oracle::SignalClass::kConstant);
}

// The same bits whatever the workspace, with gates and lengths; and gradients by themselves.
void bits() {
  const Problem channels{SGCONV_BIDIRECTIONAL, 5, 1, 6, 5000, 12};
  expect_windows(channels, 256);
  repeats(channels);
  const Problem lengths{SGCONV_CAUSAL, 5, 1, 3, 10000, 100, {10000, 17, 17, 4000, 10000}};
  expect_windows(lengths, 1024);
  repeats(lengths);
  parts({SGCONV_CENTERED, 3, 1, 2, 10000, 60});
  parts({SGCONV_CAUSAL, 2, 1, 2, 25000, 1800});
}

// Forward and the gradient of the gate behind need no scratch memory, and that of kernels little.
void workspace() {
  const Plan plan({SGCONV_CAUSAL, 1, 1, 1, int64_t{1} << 28, 64}, SGCONV_FLOAT32);
  check_equal(plan.workspace_bytes(8, 0, 1), int64_t{0}, "forward");
  check_equal(plan.workspace_bytes(8, SGCONV_GRADIENT_POST, 1), int64_t{0}, "post");
  const int64_t bytes = plan.workspace_bytes(
      8, SGCONV_GRADIENT_INPUT | SGCONV_GRADIENT_KERNEL | SGCONV_GRADIENT_POST, 0);
  check(bytes <= 16 << 20, "workspace of a channel: " + std::to_string(bytes) + " bytes");
  check_equal(plan.spectrum_bytes(), int64_t{1024 * 8}, "the spectrum has a window's size");
}

// A small device, whose blocks take many windows each.
void ranges() {
  run({SGCONV_CAUSAL, 3, 1, 5, 5000, 20}, SGCONV_FLOAT32, kBoth);
  run({SGCONV_CIRCULAR, 3, 1, 3, 10000, 60}, SGCONV_BFLOAT16, kNone);
  run({SGCONV_BIDIRECTIONAL, 2, 1, 2, 30000, 200}, SGCONV_FLOAT16, kPost);
  repeats({SGCONV_CAUSAL, 5, 1, 3, 10000, 100, {10000, 17, 17, 4000, 10000}});
}

// With room for a few slices of the batch at a time (small_slices.h): several rounds of them, which
// begin within a row, at a shorter one, and in a batch of whole rows.
void rounds() {
  const Problem p{SGCONV_CAUSAL, 1, 1, 1, 1000000, 3};
  expect_windows(p, 256);
  run(p, SGCONV_FLOAT32, kNone);
  repeats({SGCONV_CAUSAL, 5, 1, 2, 200000, 12, {200000, 17, 199999, 100000, 200000}});
  repeats({SGCONV_BIDIRECTIONAL, 1600, 1, 2, 40});
  repeats({SGCONV_CAUSAL, 1400, 2, 1, 3});
}

// What errors of the windows must not pass.
void brief() {
  run({SGCONV_CAUSAL, 2, 1, 2, 5000, 20}, SGCONV_FLOAT32, kBoth);
  run({SGCONV_BIDIRECTIONAL, 2, 1, 2, 5000, 12}, SGCONV_FLOAT32, kNone);
  run({SGCONV_CIRCULAR, 2, 1, 1, 5000, 20}, SGCONV_FLOAT32, kNone);
}

}  // namespace

// The part that is named, or all but `ranges` and `rounds`.
int main(int argc, char **argv) {
  const std::string only = argc > 1 ? argv[1] : "";
  if (only == "ranges") {
    ranges();
  } else if (only == "rounds") {
    rounds();
  } else if (only == "brief") {
    brief();
  } else {
    choice();
    sizes();
    edges();
    lengths();
    classes();
    many_windows();
    bits();
    workspace();
  }
  print_worst("windows_test");
  return failures() == 0 ? 0 : 1;
}
