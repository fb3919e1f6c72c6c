// Sweep of awkward sizes in every mode, and of classes of signals, against the oracle, in float32
// and in float64. Arguments: threads, seed, and the most samples of a case's output (B·C·H·L); what
// has more is left out, and counted.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>

#include "convolution_case.h"
#include "random.h"

namespace {

constexpr std::int64_t kShort[] = {1,   2,   3,   5,   16,  17,  31,  63,  64,  65,   100, 129,
                                   200, 255, 256, 257, 300, 320, 500, 777, 997, 1000, 1024};
constexpr std::int64_t kMedium[] = {1025, 1280, 1500, 2048, 3000, 4095, 4096, 4097, 5000, 14113};
constexpr std::int64_t kLong[] = {32768, 65536, 100000};

}  // namespace

int main(int argc, char **argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  const std::int64_t seed = argc > 2 ? std::atoll(argv[2]) : 7;
  const std::int64_t limit =
      argc > 3 ? std::atoll(argv[3]) : std::numeric_limits<std::int64_t>::max();
  const std::int64_t longest_wide =
      argc > 4 ? std::atoll(argv[4]) : std::numeric_limits<std::int64_t>::max();
  sgconv_cpu_context *context = nullptr;
  require_ok(sgconv_cpu_context_create(threads, &context), "context_create");
  Random random(static_cast<std::uint64_t>(seed));
  std::map<sgconv_dtype, double> worst;
  std::map<sgconv_dtype, int> runs;
  int cases = 0, left_out = 0, failures = 0;
  const auto run = [&](ConvolutionCase test) {
    test.seed = seed + cases++;
    if (test.batch * test.heads * test.hidden * test.length > limit) {
      ++left_out;
      return;
    }
    const int share = test.length <= 300 ? 1 : test.length <= 5000 ? 6 : 12;
    const bool wide = test.length <= longest_wide && cases % share == 0;
    for (const sgconv_dtype dtype : {SGCONV_FLOAT32, SGCONV_FLOAT64}) {
      if (dtype == SGCONV_FLOAT64 && !wide) break;
      test.dtype = dtype;
      const double error = check_convolution(context, test);
      if (!(error <= 1.0)) ++failures;
      worst[dtype] = std::max(worst[dtype], error);
      ++runs[dtype];
    }
  };
  const auto pick = [&](std::int64_t most) {
    return 1 + static_cast<std::int64_t>(random.word() % static_cast<std::uint64_t>(most));
  };
  const auto flag = [&] { return (random.word() & 1) != 0; };
  for (const sgconv_mode mode : oracle::kModes) {
    for (const std::int64_t length : kShort) {
      run({1, 1, 1, length, mode, false, false, false, 0, false});
      run({pick(5), pick(3), pick(4), length, mode, flag(), flag(), flag(), 0, flag()});
      run({3, 2, 2, length, mode, true, true, true, 0, true});
      run({2, 1, 40, length, mode, true, false, false, 0, flag()});
    }
    for (const std::int64_t length : kMedium) {
      run({2, 1, 3, length, mode, true, false, false, 0, false});
      run({pick(3), pick(3), pick(3), length, mode, flag(), flag(), flag(), 0, flag()});
    }
    for (const std::int64_t length : kLong) {
      run({1, 1, 1, length, mode, true, false, false, 0, true});
      run({2, 2, 1, length, mode, flag(), true, true, 0, false});
    }
  }
  // Plain, fused and factored transforms; a batch, as rows of one may cancel.
  for (const std::int64_t length : {256, 1000, 4096, 14113, 65536}) {
    for (const oracle::SignalClass signals : oracle::kSignalClasses) {
      const sgconv_mode mode = oracle::kModes[cases % 4];
      run({2, 2, 1, length, mode, false, false, false, 0, false, signals});
    }
  }
  run({1, 1, 1, 1000000, SGCONV_CAUSAL, true, false, false, 0, false});
  // Rows that exceed a level-2 cache, one after another.
  run({2, 1, 2, 131072, SGCONV_CAUSAL, true, false, false, 0, false});
  // Enough of everything to be stored past the caches, and of a batch to be summed.
  run({1, 1, 33, 65536, SGCONV_CAUSAL, true, false, false, 0, true});
  run({3, 1, 36, 20480, SGCONV_BIDIRECTIONAL, false, false, false, 0, true});
  sgconv_cpu_context_destroy(context);
  std::printf(
      "%s, %d threads: %d cases in float32 and %d in float64, %d left out, %d failures, worst "
      "errors %.3f and %.3f of the bound\n",
      sgconv_cpu_tier(), threads, runs[SGCONV_FLOAT32], runs[SGCONV_FLOAT64], left_out, failures,
      worst[SGCONV_FLOAT32], worst[SGCONV_FLOAT64]);
  return failures == 0 ? 0 : 1;
}
