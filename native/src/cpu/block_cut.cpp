#include "cpu/block_cut.h"

#include <algorithm>
#include <utility>

#include "cpu/tier.h"

namespace sgconv {
namespace {

// A block's complex samples make its root dearer than a whole row's real ones: (1,1,65536) with
// blocks of 4096 took 1.63 ns a sample where the steps alone say 1.55.
constexpr double kPerBlock = 1.05;

// Rows whose work does not stay in a level-2 cache.
constexpr std::int64_t kLargeBytes = std::int64_t{1} << 20;
constexpr double kPerLarge = 1.2;

double cost_of(const Factors &factors, std::int64_t number_bytes) {
  return 2 * factors.size * number_bytes > kLargeBytes ? kPerLarge * factors.cost : factors.cost;
}

}  // namespace

BlockCut choose_cut(const sgconv_convolution_geometry &g, std::int64_t width,
                    std::int64_t max_radix, std::int64_t number_bytes) {
  BlockCut cut{Algorithm::kRows, 1, g.length, 0, 0, {}};
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
    cut.size = std::min(g.length, kTapsBlock);
    cut.blocks = (g.length + cut.size - 1) / cut.size;
    return cut;
  }
  cut.factors = choose_factors(g.length, width, max_radix);
  double least = cost_of(cut.factors, number_bytes);
  // Sizes a fifth apart. In a circle a block's neighbor must not reach the block itself.
  for (std::int64_t size = std::max(cut.span, kDirectLength + 1); 5 * size <= 2 * g.length;
       size += size / 5) {
    Factors factors = choose_factors(size, width, max_radix);
    const std::int64_t blocks = (g.length + factors.size - 1) / factors.size;
    const double cost = static_cast<double>(blocks) * kPerBlock * cost_of(factors, number_bytes);
    if (cost >= least) continue;
    least = cost;
    cut.algorithm = Algorithm::kBlocks;
    cut.blocks = blocks;
    cut.size = factors.size;
    cut.factors = std::move(factors);
  }
  return cut;
}

}  // namespace sgconv
