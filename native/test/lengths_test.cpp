// Kernels of any number of lags and rows of any number of samples, in every mode and on every path,
// against the oracle. Arguments: threads, seed, and the longest row.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "convolution_case.h"
#include "random.h"

namespace {

// Direct sums, plain, fused and factored transforms; rows that are as long as their transform and
// rows that are not; rows that two threads share.
constexpr std::int64_t kLengths[] = {1,   2,   16,  31,   64,   100,  112,   113,
                                     256, 300, 777, 1024, 4096, 5000, 16384, 40000};

struct Sweep {
  sgconv_cpu_context *context;
  std::int64_t seed, longest_wide;
  int cases = 0, failures = 0;
  std::map<sgconv_dtype, double> worst = {};
  std::map<sgconv_dtype, int> runs = {};

  void run(ConvolutionCase test) {
    test.seed = seed + cases++;
    run_as(SGCONV_FLOAT32, test);
    const int share = test.length <= 300 ? 6 : test.length <= 1024 ? 12 : 60;
    if (test.length <= longest_wide && cases % share == 0) run_as(SGCONV_FLOAT64, test);
  }

  void run_as(sgconv_dtype dtype, ConvolutionCase test) {
    test.dtype = dtype;
    const double error = check_convolution(context, test);
    if (!(error <= 1.0)) ++failures;
    worst[dtype] = std::max(worst[dtype], error);
    ++runs[dtype];
  }
};

// Kernels much shorter than rows: sums, and transforms of blocks of rows of several lengths.
void short_kernels(Sweep &sweep, Random &random, sgconv_mode mode, std::int64_t length) {
  const bool circular = mode == SGCONV_CIRCULAR;
  const auto flag = [&] { return (random.word() & 1) != 0; };
  for (const std::int64_t count : {std::int64_t{2}, std::int64_t{21}, std::int64_t{40},
                                   std::int64_t{41}, length / 40, length / 17, length / 8}) {
    if (count < 1 || 3 * count > length) continue;
    const bool brief = length > 5000;
    if (brief && count != 41 && count != length / 8) continue;
    const std::int64_t any =
        1 + static_cast<std::int64_t>(random.word() % static_cast<std::uint64_t>(length));
    std::vector<std::int64_t> samples = {any, length, 1};
    if (circular) samples.clear();
    const std::int64_t heads = 1 + static_cast<std::int64_t>(random.word() % 3);
    // One head and both gradients at once; all gates; several heads; slices of the batch and none.
    sweep.run({3, 1, 2, length, mode, flag(), false, false, 0, flag(), oracle::SignalClass::kNoise,
               count, samples});
    sweep.run({3, 1, 1, length, mode, true, true, true, 0, flag(), oracle::SignalClass::kNoise,
               count, samples});
    sweep.run({3, heads, 1, length, mode, flag(), flag(), flag(), 0, flag(),
               oracle::SignalClass::kNoise, count, samples});
    sweep.run({1, 1, 33, length, mode, flag(), false, false, 0, flag(), oracle::SignalClass::kNoise,
               count});
  }
}

// Kernels shorter and longer than rows.
void kernels(Sweep &sweep, Random &random, sgconv_mode mode, std::int64_t length) {
  std::set<std::int64_t> lags = {1, std::max<std::int64_t>(1, length / 3),
                                 std::max<std::int64_t>(1, length - 1), length};
  if (mode != SGCONV_CIRCULAR) lags.insert({length + 1, 3 * length});
  for (const std::int64_t count : lags) {
    const bool gates = (random.word() & 1) != 0, skip = (random.word() & 1) != 0;
    const std::int64_t heads = 1 + static_cast<std::int64_t>(random.word() % 2);
    sweep.run(
        {2, 1, 2, length, mode, skip, false, false, 0, false, oracle::SignalClass::kNoise, count});
    sweep.run({3, heads, 1, length, mode, skip, gates, !gates, 0, true, oracle::SignalClass::kNoise,
               count});
  }
}

// Rows of one batch that end in different places.
void lengths(Sweep &sweep, Random &random, sgconv_mode mode, std::int64_t length) {
  const auto within = [&](std::int64_t value) {
    return std::clamp<std::int64_t>(value, 1, length);
  };
  const auto any = [&] {
    return 1 + static_cast<std::int64_t>(random.word() % static_cast<std::uint64_t>(length));
  };
  const std::vector<std::int64_t> ragged[] = {{1, within(length / 2 | 1), length},
                                              {length, 1, within(length - 1), any()},
                                              {any(), any()},
                                              {length, length},
                                              {1}};
  for (const std::vector<std::int64_t> &samples : ragged) {
    const std::int64_t batch = static_cast<std::int64_t>(samples.size());
    const std::int64_t heads = 1 + static_cast<std::int64_t>(random.word() % 3);
    const std::int64_t lags = length < 3 ? 3 : any();
    // One head and both gradients at once, with and without gates; several heads; many channels,
    // as rows are then not summed in parts; a kernel of other length.
    sweep.run({batch, 1, 2, length, mode, true, false, false, 0, false, oracle::SignalClass::kNoise,
               0, samples});
    sweep.run({batch, 1, 1, length, mode, false, true, true, 0, true, oracle::SignalClass::kNoise,
               lags, samples});
    sweep.run({batch, heads, 1, length, mode, true, true, true, 0, false,
               oracle::SignalClass::kNoise, 2 * length, samples});
    if (length <= 300) {
      sweep.run({batch, 1, 33, length, mode, true, false, false, 0, true,
                 oracle::SignalClass::kNoise, lags, samples});
    }
  }
}

}  // namespace

int main(int argc, char **argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  const std::int64_t seed = argc > 2 ? std::atoll(argv[2]) : 7;
  const std::int64_t longest =
      argc > 3 ? std::atoll(argv[3]) : std::numeric_limits<std::int64_t>::max();
  const std::int64_t longest_wide =
      argc > 4 ? std::atoll(argv[4]) : std::numeric_limits<std::int64_t>::max();
  Sweep sweep{nullptr, seed, longest_wide};
  require_ok(sgconv_cpu_context_create(threads, &sweep.context), "context_create");
  Random random(static_cast<std::uint64_t>(seed));
  int left_out = 0;
  for (const std::int64_t length : kLengths) {
    if (length > longest) {
      ++left_out;
      continue;
    }
    for (const sgconv_mode mode : oracle::kModes) {
      kernels(sweep, random, mode, length);
      short_kernels(sweep, random, mode, length);
      if (mode != SGCONV_CIRCULAR) lengths(sweep, random, mode, length);
    }
  }
  sgconv_cpu_context_destroy(sweep.context);
  std::printf(
      "%s, %d threads: %d cases in float32 and %d in float64, %d lengths left out, %d failures, "
      "worst "
      "errors %.3f and %.3f of the bound\n",
      sgconv_cpu_tier(), threads, sweep.runs[SGCONV_FLOAT32], sweep.runs[SGCONV_FLOAT64], left_out,
      sweep.failures, sweep.worst[SGCONV_FLOAT32], sweep.worst[SGCONV_FLOAT64]);
  return sweep.failures == 0 ? 0 : 1;
}
