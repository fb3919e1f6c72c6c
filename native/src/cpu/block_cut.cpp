#include "cpu/block_cut.h"

#include <algorithm>
#include <utility>

#include "cpu/tier.h"

namespace sgconv {
namespace {

// A block's complex samples make its root dearer than a whole row's real ones.
constexpr double kPerBlock = 1.05;

// The spectrum, which comes from memory for each row of a batch with many channels, takes as long
// as half a block.
constexpr double kOfSpectrum = 0.5;

// Rows whose work does not stay in a level-2 cache, nor in a core's share of the next.
constexpr std::int64_t kLargeBytes = std::int64_t{1} << 20;
constexpr std::int64_t kHugeBytes = std::int64_t{1} << 22;
constexpr double kPerLarge = 1.2;
constexpr double kPerHuge = 1.6;

// The root of such a block goes along two windows of u, two of y and its own work, a line of each
// for each of its children: with 16 of them more pages than a processor keeps the addresses of.
// N = 524,288 took 1.9 ns a sample with a root of 8, 2.3 with 16; below there is no difference.
constexpr std::int64_t kRootOfLarge = 8;

// Windows so many bytes apart compete for the same places of a level-1 cache, together with the
// root's children: 1.40 ns a sample (N = 8192, K = 1024) instead of 1.03.
constexpr std::int64_t kCompetingBytes = 4096;

// No windows have fewer new samples than this part of what they repeat: there always are dearer
// sizes below, but never cheaper ones.
constexpr std::int64_t kLeastShare = 8;

// Of a row of so many transforms.
double cost_of(double transforms, const Factors &factors, std::int64_t number_bytes) {
  const std::int64_t bytes = 2 * factors.size * number_bytes;
  return (transforms + kOfSpectrum) * factors.cost *
         (bytes > kHugeBytes    ? kPerHuge
          : bytes > kLargeBytes ? kPerLarge
                                : 1.0);
}

std::int64_t ceil_divide(std::int64_t value, std::int64_t by) { return (value + by - 1) / by; }

}  // namespace

BlockCut choose_cut(const sgconv_convolution_geometry &g, std::int64_t width,
                    std::int64_t max_radix, std::int64_t number_bytes) {
  BlockCut cut{Algorithm::kRows, 1, g.length, g.length, 0, 0, {}};
  if (g.length <= kDirectLength) {
    cut.algorithm = Algorithm::kDirect;
    return cut;
  }
  cut.span = g.mode == SGCONV_BIDIRECTIONAL ? 2 * g.kernel_length : g.kernel_length;
  cut.ahead = g.mode == SGCONV_BIDIRECTIONAL ? g.kernel_length
              : g.mode == SGCONV_CENTERED    ? g.kernel_length / 2
                                             : 0;
  if (cut.span <= kMostTaps) {
    cut.algorithm = Algorithm::kTaps;
    cut.size = cut.block_length = std::min(g.length, kTapsBlock);
    cut.blocks = ceil_divide(g.length, cut.size);
    return cut;
  }
  cut.factors = choose_factors(g.length, {width, max_radix, max_radix});
  double least = cost_of(1.0, cut.factors, number_bytes);
  // Whole vectors, so that none has both samples that are dropped and others.
  const std::int64_t reach = ceil_divide(cut.span - 1, width) * width;
  for (std::int64_t blocks = 1;; blocks = std::max(blocks + 1, blocks * 6 / 5)) {
    const std::int64_t size = ceil_divide(g.length, 2 * blocks) + reach;
    if (size <= kDirectLength || size < reach + reach / kLeastShare) break;
    const bool large = 2 * size * number_bytes > kLargeBytes;
    Factors factors = choose_factors(size, {width, max_radix, large ? kRootOfLarge : max_radix});
    std::int64_t window = factors.size - reach;
    if (window * number_bytes % kCompetingBytes == 0) window -= width;
    const std::int64_t needed = ceil_divide(g.length, 2 * window);
    const double cost = cost_of(static_cast<double>(needed) * kPerBlock, factors, number_bytes);
    if (cost >= least || factors.size >= g.length) continue;
    least = cost;
    cut.algorithm = Algorithm::kBlocks;
    cut.blocks = needed;
    cut.block_length = 2 * window;
    cut.size = factors.size;
    cut.factors = std::move(factors);
  }
  return cut;
}

}  // namespace sgconv
