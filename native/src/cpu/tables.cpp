#include "cpu/tables.h"

#include <algorithm>
#include <vector>

#include "cpu/roots.h"

namespace sgconv {
namespace {

// From rows of so many bytes on the leaf's twiddles as one table would be more to read than the row
// itself, out of the level-2 cache or worse. The products cost a tenth more arithmetic.
constexpr std::int64_t kFactoredBytes = std::int64_t{1} << 17;

template <class Type>
constexpr std::int64_t kBytes = static_cast<std::int64_t>(sizeof(Type));

std::int64_t reversed(std::int64_t value, int bits) {
  std::int64_t result = 0;
  for (int i = 0; i < bits; ++i) result |= ((value >> i) & 1) << (bits - 1 - i);
  return result;
}

bool is_power_of_two(std::int64_t n) { return (n & (n - 1)) == 0; }

int log2_of(std::int64_t power) { return __builtin_ctzll(static_cast<std::uint64_t>(power)); }

// Constant of the child at position p of a node with constant theta.
template <class Real>
Turns<Real> child_theta(Turns<Real> theta, std::int64_t radix, std::int64_t p) {
  return (theta + (is_power_of_two(radix) ? reversed(p, log2_of(radix)) : p)) / radix;
}

// The n-th forward twiddle of a step: level d of a power of two has one for every two nodes.
template <class Real>
Complex forward_twiddle(Turns<Real> theta, std::int64_t radix, std::int64_t n) {
  if (!is_power_of_two(radix)) return e(theta * (n + 1) / radix);
  if (n == 0) return e(theta / 2);
  const int depth = 64 - __builtin_clzll(static_cast<std::uint64_t>(n));
  const std::int64_t pair = n - (std::int64_t{1} << (depth - 1));
  return e((theta + reversed(2 * pair, depth)) / (std::int64_t{2} << depth));
}

template <class Real>
Complex inverse_twiddle(Turns<Real> theta, std::int64_t radix, std::int64_t n) {
  return e(theta * n / radix);
}

template <class Real>
void put(Real *table, const Complex &value) {
  table[0] = static_cast<Real>(value.re);
  table[1] = static_cast<Real>(value.im);
}

template <class Real>
void fill_step(Real *forward, Real *inverse, const Step<Real> &step,
               const std::vector<Turns<Real>> &thetas) {
  for (const Turns<Real> theta : thetas) {
    for (std::int64_t n = 0; n < forward_twiddles(step.radix); ++n, forward += 2) {
      put(forward, forward_twiddle(theta, step.radix, n));
    }
    for (std::int64_t n = 1; n < step.radix; ++n, inverse += 2) {
      put(inverse, inverse_twiddle(theta, step.radix, n));
    }
  }
}

template <class Real>
void place(Real *table, std::int64_t width, std::int64_t vector, std::int64_t lane,
           const Complex &value) {
  table[2 * width * vector + lane] = static_cast<Real>(value.re);
  table[2 * width * vector + width + lane] = static_cast<Real>(value.im);
}

// Lane l of tile i belongs to block i * W + l; lanes past the last block stay zero.
template <class Real>
void fill_leaf(Real *forward, Real *inverse, std::int64_t width,
               const std::vector<Turns<Real>> &thetas) {
  const std::int64_t blocks = static_cast<std::int64_t>(thetas.size());
  for (std::int64_t block = 0; block < blocks; ++block) {
    const Turns<Real> theta = thetas[static_cast<std::size_t>(block)];
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
template <class Real>
void fill_factored_leaf(const Transform<Real> &t, Real *forward, Real *inverse, Real *tile_forward,
                        Real *tile_inverse, std::int64_t width,
                        const std::vector<Turns<Real>> &tile_thetas) {
  const int levels = log2_of(width);
  for (std::int64_t n = 0; n < width / 2; ++n) {
    for (std::int64_t lane = 0; lane < width; ++lane) {
      const auto reverse = Turns<Real>::of(reversed(lane, levels), width);
      place(forward, width, n, lane, forward_twiddle(reverse, width, n));
      place(inverse, width, n, lane, forward_twiddle(Turns<Real>::of(lane, width), width, n));
    }
  }
  for (std::int64_t tile = 0; tile < t.tiles; ++tile) {
    const Turns<Real> theta = tile_thetas[static_cast<std::size_t>(tile)] / width;
    for (int depth = 0; depth < levels; ++depth, tile_forward += 2) {
      put(tile_forward, e(theta / (std::int64_t{2} << depth)));
    }
    for (std::int64_t n = 1; n < width; ++n, tile_inverse += 2) {
      put(tile_inverse, inverse_twiddle(theta, width, n));
    }
  }
}

// Numbers of the leaf's tables, in the order in which they lie.
struct LeafTables {
  std::int64_t forward, inverse, tile_forward, tile_inverse;
  std::int64_t all() const { return forward + inverse + tile_forward + tile_inverse; }
};

template <class Real>
LeafTables leaf_tables(const Transform<Real> &t, std::int64_t width) {
  if (!t.factored) {
    return {t.tiles * width * width, t.tiles * 2 * width * (width - 1), 0, 0};
  }
  return {width * width, width * width, t.tiles * 2 * log2_of(width), t.tiles * 2 * (width - 1)};
}

}  // namespace

template <class Real>
TableSizes lay_out_transform(std::int64_t length, const Factors &factors, std::int64_t width,
                             Transform<Real> &t) {
  t = Transform<Real>{};
  t.length = length;
  t.size = factors.size;
  t.fused = factors.fused;
  t.factored = t.fused && t.size * kBytes<Real> >= kFactoredBytes;
  t.step_count = static_cast<int>(factors.steps.size());
  const std::int64_t blocks = t.size / width;
  t.tiles = (blocks + width - 1) / width;
  t.spectrum_reals = t.tiles * 2 * width * width;

  TableSizes sizes{leaf_tables(t, width).all(), 0};
  std::int64_t node_size = t.size;
  for (int i = 0; i < t.step_count; ++i) {
    Step<Real> &step = t.steps[i];
    step.radix = factors.steps[static_cast<std::size_t>(i)];
    step.nodes = t.size / node_size;
    node_size /= step.radix;
    step.child = node_size;
    step.forward_reals = 2 * forward_twiddles(step.radix);
    step.inverse_reals = 2 * (step.radix - 1);
    sizes.reals += step.nodes * (step.forward_reals + step.inverse_reals);
    // The constants of this step's nodes, and of their children unless nobody asks for those.
    const std::int64_t below = t.factored && i + 1 == t.step_count ? 0 : step.nodes * step.radix;
    sizes.building_bytes =
        std::max(sizes.building_bytes, (step.nodes + below) * kBytes<Turns<Real>>);
  }
  // Children that start at equal addresses modulo 4096 would compete for the same cache lines.
  t.root_stride = 2 * t.steps[0].child + (t.fused ? 2 * width : 0);
  t.work_reals = t.fused ? t.steps[0].radix * t.root_stride : t.spectrum_reals;
  return sizes;
}

template <class Real>
Buffer fill_tables(const TableSizes &sizes, std::int64_t width, Transform<Real> &t) {
  const LeafTables leaf = leaf_tables(t, width);
  Buffer tables(sizes.reals * kBytes<Real>, "twiddle tables");
  Real *leaf_forward = tables.of<Real>(), *leaf_inverse = leaf_forward + leaf.forward;
  Real *tile_forward = leaf_inverse + leaf.inverse;
  Real *tile_inverse = tile_forward + leaf.tile_forward;
  Real *next = tile_inverse + leaf.tile_inverse;
  t.leaf_forward = leaf_forward;
  t.leaf_inverse = leaf_inverse;
  t.tile_forward = tile_forward;
  t.tile_inverse = tile_inverse;
  std::vector<Turns<Real>> thetas{Turns<Real>::of(1, 4)};
  for (int i = 0; i < t.step_count; ++i) {
    Step<Real> &step = t.steps[i];
    Real *inverse = next + step.nodes * step.forward_reals;
    fill_step(next, inverse, step, thetas);
    step.forward = next;
    step.inverse = inverse;
    next = inverse + step.nodes * step.inverse_reals;
    if (t.factored && i + 1 == t.step_count) {
      fill_factored_leaf(t, leaf_forward, leaf_inverse, tile_forward, tile_inverse, width, thetas);
      return tables;
    }
    std::vector<Turns<Real>> below;
    below.reserve(thetas.size() * static_cast<std::size_t>(step.radix));
    for (const Turns<Real> theta : thetas) {
      for (std::int64_t p = 0; p < step.radix; ++p) {
        below.push_back(child_theta(theta, step.radix, p));
      }
    }
    thetas.swap(below);
  }
  fill_leaf(leaf_forward, leaf_inverse, width, thetas);
  return tables;
}

template TableSizes lay_out_transform(std::int64_t, const Factors &, std::int64_t,
                                      Transform<float> &);
template TableSizes lay_out_transform(std::int64_t, const Factors &, std::int64_t,
                                      Transform<double> &);
template Buffer fill_tables(const TableSizes &, std::int64_t, Transform<float> &);
template Buffer fill_tables(const TableSizes &, std::int64_t, Transform<double> &);

}  // namespace sgconv
