#include "cpu/factors.h"

#include <algorithm>
#include <limits>

namespace sgconv {
namespace {

// Operations for one complex vector: steps of radix 2^k take three per level on the way down and
// somewhat more on the way up; the odd ones multiply first.
constexpr double kPerLevel = 6.4;
constexpr double kPerFactor3 = 16.0;
constexpr double kPerFactor5 = 24.0;
constexpr double kPerStep = 4.0;   // loads and stores
constexpr double kPerTile = 20.0;  // transpositions and the product with the spectrum

struct Powers {
  int two = 0, three = 0, five = 0;
};

// Steps for a power of two: as few as possible, then as even as possible.
void append_powers_of_two(int levels, int levels_per_step, std::vector<std::int64_t> &steps) {
  const int count = (levels + levels_per_step - 1) / levels_per_step;
  for (int i = 0; i < count; ++i) {
    const int share = levels / count + (i < levels % count ? 1 : 0);
    steps.push_back(std::int64_t{1} << share);
  }
}

int log2_of(std::int64_t power) { return __builtin_ctzll(static_cast<std::uint64_t>(power)); }

// The first of the steps is to be at most `most`, if one of them is.
void bound_root(std::int64_t most, std::vector<std::int64_t> &steps) {
  const auto root =
      std::find_if(steps.begin(), steps.end(), [=](std::int64_t radix) { return radix <= most; });
  if (root != steps.end()) std::rotate(steps.begin(), root, root + 1);
}

// Steps for a product of W and `powers`; no steps if there is no room for a root.
Factors split(const Radices &radices, const Powers &powers) {
  Factors factors{};
  const std::int64_t width = radices.width;
  const int tile_levels = log2_of(width);
  factors.fused =
      powers.two >= tile_levels && powers.two + powers.three + powers.five > tile_levels;
  append_powers_of_two(powers.two - (factors.fused ? tile_levels : 0), log2_of(radices.most),
                       factors.steps);
  factors.steps.insert(factors.steps.end(), static_cast<std::size_t>(powers.five), 5);
  factors.steps.insert(factors.steps.end(), static_cast<std::size_t>(powers.three), 3);
  std::stable_sort(factors.steps.begin(), factors.steps.end(), std::greater<>());
  bound_root(radices.of_root, factors.steps);
  if (factors.fused) factors.steps.push_back(width);
  factors.size = width;
  for (const std::int64_t radix : factors.steps) factors.size *= radix;
  return factors;
}

double cost(const Factors &factors, const Powers &powers, std::int64_t width) {
  double vectors = static_cast<double>(factors.size) / static_cast<double>(width);
  const double steps = static_cast<double>(factors.steps.size()) - (factors.fused ? 1.0 : 0.0);
  const double per_vector = kPerLevel * powers.two + kPerFactor3 * powers.three +
                            kPerFactor5 * powers.five + kPerStep * steps;
  double tiles = vectors / static_cast<double>(width);
  if (!factors.fused) tiles = static_cast<double>(static_cast<std::int64_t>(tiles + 0.999999));
  const double per_tile = static_cast<double>(width) * (kPerTile + kPerLevel * log2_of(width));
  return vectors * per_vector + tiles * per_tile;
}

}  // namespace

Factors choose_factors(std::int64_t length, const Radices &radices) {
  const std::int64_t width = radices.width;
  Factors best{};
  double least = std::numeric_limits<double>::infinity();
  const std::int64_t longest = length + length / 4;
  const auto consider = [&](std::int64_t blocks, const Powers &powers) {
    if (blocks * width < length || blocks * width > longest || blocks < 2) return;
    Factors factors = split(radices, powers);
    const double price = cost(factors, powers, width);
    if (price < least) {
      least = price;
      factors.cost = price;
      best = std::move(factors);
    }
  };
  Powers powers;
  for (std::int64_t five = 1; five * width <= longest; five *= 5, ++powers.five) {
    powers.three = 0;
    for (std::int64_t three = five; three * width <= longest; three *= 3, ++powers.three) {
      powers.two = 0;
      for (std::int64_t blocks = three; blocks * width <= longest; blocks *= 2, ++powers.two) {
        consider(blocks, powers);
      }
    }
  }
  return best;
}

}  // namespace sgconv
