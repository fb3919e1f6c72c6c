// The library's tables with an error in the roots: its own source under another name, and the
// finished tables changed afterwards.
#define fill_tables fill_exact_tables
#include "cpu/tables.cpp"
#undef fill_tables

#include <algorithm>

#include "mutation.h"

namespace sgconv {

template <class Real>
Buffer fill_tables(const TableSizes &sizes, std::int64_t width, Transform<Real> &transform);

namespace {

template <class Real>
struct Root {
  Real *re, *im;
  bool forward;
  int step;            // or the number of steps for the leaf
  std::int64_t place;  // in its table
  // The turns that it gains when the ring's constant gains one turn.
  double slope;

  Complex value() const { return {static_cast<double>(*re), static_cast<double>(*im)}; }
  void set(const Complex &value) const {
    *re = static_cast<Real>(value.re);
    *im = static_cast<Real>(value.im);
  }
  void turn(double turns) const {
    const Complex w = value(), by = e(turns);
    set({w.re * by.re - w.im * by.im, w.re * by.im + w.im * by.re});
  }
};

// All roots in the tables of a transform, whatever their layout.
template <class Real>
class Roots {
 public:
  Roots(const Transform<Real> &t, std::int64_t width) : t_(t), width_(width) {
    for (int i = 0; i < t.step_count; ++i) add_step(i);
    if (t.factored) {
      add_factored_leaf();
    } else {
      add_leaf();
    }
  }

  const std::vector<Root<Real>> &all() const { return roots_; }

  std::vector<Root<Real>> of(bool forward, int step) const {
    std::vector<Root<Real>> result;
    for (const Root<Real> &root : roots_) {
      if (root.forward == forward && root.step == step) result.push_back(root);
    }
    return result;
  }

 private:
  // A root of a node whose constant gains `gain` turns when the ring's gains one: n as in
  // forward_twiddle or inverse_twiddle, which both depend on theta by a factor.
  void add(const Real *re, const Real *im, bool forward, int step, std::int64_t place,
           std::int64_t radix, std::int64_t n, double gain) {
    double slope = 0.0;
    if (!forward) {
      slope = static_cast<double>(n) / static_cast<double>(radix);
    } else if (!is_power_of_two(radix)) {
      slope = static_cast<double>(n + 1) / static_cast<double>(radix);
    } else {
      const int depth = n == 0 ? 0 : 64 - __builtin_clzll(static_cast<std::uint64_t>(n));
      slope = 1.0 / static_cast<double>(std::int64_t{2} << depth);
    }
    // The tables are const for who reads them; they lie in memory that make_exact_transform owns.
    roots_.push_back(
        {const_cast<Real *>(re), const_cast<Real *>(im), forward, step, place, slope * gain});
  }

  void add_step(int i) {
    const Step<Real> &step = t_.steps[i];
    const double gain = static_cast<double>(step.radix * step.child) / static_cast<double>(t_.size);
    std::int64_t place = 0;
    for (std::int64_t node = 0; node < step.nodes; ++node) {
      const Real *w = step.forward + node * step.forward_reals;
      for (std::int64_t n = 0; n < forward_twiddles(step.radix); ++n, w += 2) {
        add(w, w + 1, true, i, place++, step.radix, n, gain);
      }
    }
    place = 0;
    for (std::int64_t node = 0; node < step.nodes; ++node) {
      const Real *w = step.inverse + node * step.inverse_reals;
      for (std::int64_t n = 1; n < step.radix; ++n, w += 2) {
        add(w, w + 1, false, i, place++, step.radix, n, gain);
      }
    }
  }

  double leaf_gain() const { return static_cast<double>(width_) / static_cast<double>(t_.size); }

  void add_leaf() {
    std::int64_t forward = 0, inverse = 0;
    for (std::int64_t block = 0; block < t_.size / width_; ++block) {
      const std::int64_t tile = block / width_, lane = block % width_;
      const auto at = [&](const Real *table, std::int64_t vectors, std::int64_t n) {
        return table + 2 * width_ * (tile * vectors + n) + lane;
      };
      for (std::int64_t n = 0; n < width_ / 2; ++n) {
        const Real *w = at(t_.leaf_forward, width_ / 2, n);
        add(w, w + width_, true, t_.step_count, forward++, width_, n, leaf_gain());
      }
      for (std::int64_t n = 1; n < width_; ++n) {
        const Real *w = at(t_.leaf_inverse, width_ - 1, n - 1);
        add(w, w + width_, false, t_.step_count, inverse++, width_, n, leaf_gain());
      }
    }
  }

  // The factors that belong to a tile; the lanes' do not depend on the ring.
  void add_factored_leaf() {
    const Real *w = t_.tile_forward;
    for (std::int64_t i = 0; i < t_.tiles * log2_of(width_); ++i, w += 2) {
      const int depth = static_cast<int>(i % log2_of(width_));
      const std::int64_t n = depth == 0 ? 0 : std::int64_t{1} << (depth - 1);
      add(w, w + 1, true, t_.step_count, i, width_, n, leaf_gain());
    }
    w = t_.tile_inverse;
    for (std::int64_t i = 0; i < t_.tiles * (width_ - 1); ++i, w += 2) {
      add(w, w + 1, false, t_.step_count, i, width_, i % (width_ - 1) + 1, leaf_gain());
    }
  }

  const Transform<Real> &t_;
  std::int64_t width_;
  std::vector<Root<Real>> roots_;
};

template <class Real>
int step_at(const Transform<Real> &t, Level level) {
  if (level == Level::kRoot) return 0;
  return level == Level::kMiddle ? t.step_count / 2 : t.step_count;
}

// The first from the place on that is about as far from its conjugate as any of them.
template <class Real>
const Root<Real> &one_of(const std::vector<Root<Real>> &roots, double place) {
  const auto height = [](const Root<Real> &root) { return std::abs(root.value().im); };
  double highest = 0.0;
  for (const Root<Real> &root : roots) highest = std::max(highest, height(root));
  std::size_t i = static_cast<std::size_t>(place * static_cast<double>(roots.size() - 1));
  while (height(roots[i]) < highest / 2.0) i = (i + 1) % roots.size();
  return roots[i];
}

// Between -1 and 1; the same at every call.
double noise(std::uint64_t index) {
  std::uint64_t z = (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1.0;
}

template <class Real>
void change(const Transform<Real> &t, std::int64_t width, const Mutation &mutation) {
  const Roots<Real> roots(t, width);
  const double n = static_cast<double>(t.size);
  if (mutation.fault == Fault::kNegate || mutation.fault == Fault::kConjugate) {
    const std::vector<Root<Real>> candidates =
        roots.of(mutation.forward, step_at(t, mutation.level));
    const Root<Real> &root = one_of(candidates, mutation.place);
    *root.im = -*root.im;
    if (mutation.fault == Fault::kNegate) *root.re = -*root.re;
    return;
  }
  std::uint64_t index = 0;
  for (const Root<Real> &root : roots.all()) {
    if (!(root.forward ? mutation.forward : mutation.inverse)) continue;
    if (mutation.fault == Fault::kTwist) root.turn(root.slope / (4.0 * n));
    if (mutation.fault == Fault::kOddRoots && root.place % 2 == 1) root.turn(1.0 / n);
    if (mutation.fault == Fault::kRootNoise) {
      const Complex w = root.value();
      root.set({w.re + 1e-5 * noise(index), w.im + 1e-5 * noise(index + 1)});
      index += 2;
    }
  }
}

}  // namespace

template <class Real>
Buffer fill_tables(const TableSizes &sizes, std::int64_t width, Transform<Real> &transform) {
  Buffer tables = fill_exact_tables(sizes, width, transform);
  // Also refuses a name that does not exist.
  const Mutation mutation = mutation_in_use();
  if (mutation.fault != Fault::kNone) change(transform, width, mutation);
  return tables;
}

template Buffer fill_tables(const TableSizes &, std::int64_t, Transform<float> &);
template Buffer fill_tables(const TableSizes &, std::int64_t, Transform<double> &);

}  // namespace sgconv
