#include "cpu/tables.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace sgconv {
namespace {

// From here on the leaf's twiddles as one table would be more to read than the row itself, out of
// the level-2 cache or worse. The products cost a tenth more arithmetic.
constexpr std::int64_t kFactoredSize = 32768;

struct Complex {
  double re, im;
};

// e(t) = exp(2 pi i t)
Complex e(double turns) {
  const double angle = 2.0 * std::numbers::pi * turns;
  return {std::cos(angle), std::sin(angle)};
}

std::int64_t reversed(std::int64_t value, int bits) {
  std::int64_t result = 0;
  for (int i = 0; i < bits; ++i) result |= ((value >> i) & 1) << (bits - 1 - i);
  return result;
}

bool is_power_of_two(std::int64_t n) { return (n & (n - 1)) == 0; }

int log2_of(std::int64_t power) { return __builtin_ctzll(static_cast<std::uint64_t>(power)); }

// Constant of the child at position p of a node with constant theta.
double child_theta(double theta, std::int64_t radix, std::int64_t p) {
  const std::int64_t k = is_power_of_two(radix) ? reversed(p, log2_of(radix)) : p;
  return (theta + static_cast<double>(k)) / static_cast<double>(radix);
}

// The n-th forward twiddle of a step: level d of a power of two has one for every two nodes.
Complex forward_twiddle(double theta, std::int64_t radix, std::int64_t n) {
  if (!is_power_of_two(radix)) {
    return e(theta * static_cast<double>(n + 1) / static_cast<double>(radix));
  }
  if (n == 0) return e(theta / 2.0);
  const int depth = 64 - __builtin_clzll(static_cast<std::uint64_t>(n));
  const std::int64_t pair = n - (std::int64_t{1} << (depth - 1));
  const double k = static_cast<double>(reversed(2 * pair, depth));
  return e((theta + k) / static_cast<double>(std::int64_t{2} << depth));
}

Complex inverse_twiddle(double theta, std::int64_t radix, std::int64_t n) {
  return e(theta * static_cast<double>(n) / static_cast<double>(radix));
}

void put(float *table, const Complex &value) {
  table[0] = static_cast<float>(value.re);
  table[1] = static_cast<float>(value.im);
}

void fill_step(float *forward, float *inverse, const Step &step,
               const std::vector<double> &thetas) {
  for (const double theta : thetas) {
    for (std::int64_t n = 0; n < forward_twiddles(step.radix); ++n, forward += 2) {
      put(forward, forward_twiddle(theta, step.radix, n));
    }
    for (std::int64_t n = 1; n < step.radix; ++n, inverse += 2) {
      put(inverse, inverse_twiddle(theta, step.radix, n));
    }
  }
}

void place(float *table, std::int64_t width, std::int64_t vector, std::int64_t lane,
           const Complex &value) {
  table[2 * width * vector + lane] = static_cast<float>(value.re);
  table[2 * width * vector + width + lane] = static_cast<float>(value.im);
}

// Lane l of tile i belongs to block i * W + l; lanes past the last block stay zero.
void fill_leaf(float *forward, float *inverse, std::int64_t width,
               const std::vector<double> &thetas) {
  const std::int64_t blocks = static_cast<std::int64_t>(thetas.size());
  for (std::int64_t block = 0; block < blocks; ++block) {
    const double theta = thetas[static_cast<std::size_t>(block)];
    const std::int64_t tile = block / width, lane = block % width;
    for (std::int64_t n = 0; n < width / 2; ++n) {
      place(forward, width, tile * (width / 2) + n, lane, forward_twiddle(theta, width, n));
    }
    for (std::int64_t n = 1; n < width; ++n) {
      place(inverse, width, tile * (width - 1) + n - 1, lane, inverse_twiddle(theta, width, n));
    }
  }
}

// The leaf's twiddles of a lane, for all tiles, and of each tile, for all lanes.
void fill_factored_leaf(const Transform &t, float *forward, float *inverse, float *tile_forward,
                        float *tile_inverse, std::int64_t width,
                        const std::vector<double> &tile_thetas) {
  const int levels = log2_of(width);
  const double w = static_cast<double>(width);
  for (std::int64_t n = 0; n < width / 2; ++n) {
    for (std::int64_t lane = 0; lane < width; ++lane) {
      const double reverse = static_cast<double>(reversed(lane, levels)) / w;
      place(forward, width, n, lane, forward_twiddle(reverse, width, n));
      place(inverse, width, n, lane, forward_twiddle(static_cast<double>(lane) / w, width, n));
    }
  }
  for (std::int64_t tile = 0; tile < t.tiles; ++tile) {
    const double theta = tile_thetas[static_cast<std::size_t>(tile)] / w;
    for (int depth = 0; depth < levels; ++depth, tile_forward += 2) {
      put(tile_forward, e(theta / static_cast<double>(std::int64_t{2} << depth)));
    }
    for (std::int64_t n = 1; n < width; ++n, tile_inverse += 2) {
      put(tile_inverse, inverse_twiddle(theta, width, n));
    }
  }
}

// Floats of the leaf's tables, in the order in which they lie.
struct LeafTables {
  std::int64_t forward, inverse, tile_forward, tile_inverse;
  std::int64_t all() const { return forward + inverse + tile_forward + tile_inverse; }
};

LeafTables leaf_tables(const Transform &t, std::int64_t width) {
  if (!t.factored) {
    return {t.tiles * width * width, t.tiles * 2 * width * (width - 1), 0, 0};
  }
  return {width * width, width * width, t.tiles * 2 * log2_of(width), t.tiles * 2 * (width - 1)};
}

}  // namespace

TableSizes lay_out_transform(std::int64_t length, const Factors &factors, std::int64_t width,
                             Transform &t) {
  t = Transform{};
  t.length = length;
  t.size = factors.size;
  t.fused = factors.fused;
  t.factored = t.fused && t.size >= kFactoredSize;
  t.step_count = static_cast<int>(factors.steps.size());
  const std::int64_t blocks = t.size / width;
  t.tiles = (blocks + width - 1) / width;
  t.spectrum_floats = t.tiles * 2 * width * width;

  TableSizes sizes{leaf_tables(t, width).all(), 0};
  std::int64_t node_size = t.size;
  for (int i = 0; i < t.step_count; ++i) {
    Step &step = t.steps[i];
    step.radix = factors.steps[static_cast<std::size_t>(i)];
    step.nodes = t.size / node_size;
    node_size /= step.radix;
    step.child = node_size;
    step.forward_floats = 2 * forward_twiddles(step.radix);
    step.inverse_floats = 2 * (step.radix - 1);
    sizes.floats += step.nodes * (step.forward_floats + step.inverse_floats);
    // The constants of this step's nodes, and of their children unless nobody asks for those.
    const std::int64_t below = t.factored && i + 1 == t.step_count ? 0 : step.nodes * step.radix;
    sizes.building_bytes = std::max(
        sizes.building_bytes, (step.nodes + below) * static_cast<std::int64_t>(sizeof(double)));
  }
  // Children that start at equal addresses modulo 4096 would compete for the same cache lines.
  t.root_stride = 2 * t.steps[0].child + (t.fused ? 2 * width : 0);
  t.work_floats = t.fused ? t.steps[0].radix * t.root_stride : t.spectrum_floats;
  return sizes;
}

Buffer fill_tables(const TableSizes &sizes, std::int64_t width, Transform &t) {
  const LeafTables leaf = leaf_tables(t, width);
  Buffer tables(sizes.floats * static_cast<std::int64_t>(sizeof(float)), "twiddle tables");
  float *leaf_forward = tables.floats(), *leaf_inverse = leaf_forward + leaf.forward;
  float *tile_forward = leaf_inverse + leaf.inverse;
  float *tile_inverse = tile_forward + leaf.tile_forward;
  float *next = tile_inverse + leaf.tile_inverse;
  t.leaf_forward = leaf_forward;
  t.leaf_inverse = leaf_inverse;
  t.tile_forward = tile_forward;
  t.tile_inverse = tile_inverse;
  std::vector<double> thetas{0.25};
  for (int i = 0; i < t.step_count; ++i) {
    Step &step = t.steps[i];
    float *inverse = next + step.nodes * step.forward_floats;
    fill_step(next, inverse, step, thetas);
    step.forward = next;
    step.inverse = inverse;
    next = inverse + step.nodes * step.inverse_floats;
    if (t.factored && i + 1 == t.step_count) {
      fill_factored_leaf(t, leaf_forward, leaf_inverse, tile_forward, tile_inverse, width, thetas);
      return tables;
    }
    std::vector<double> below;
    below.reserve(thetas.size() * static_cast<std::size_t>(step.radix));
    for (const double theta : thetas) {
      for (std::int64_t p = 0; p < step.radix; ++p) {
        below.push_back(child_theta(theta, step.radix, p));
      }
    }
    thetas.swap(below);
  }
  fill_leaf(leaf_forward, leaf_inverse, width, thetas);
  return tables;
}

}  // namespace sgconv
