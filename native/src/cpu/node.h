// Passes below the root: steps on one node in work, and tiles, where transform meets spectrum.
#ifndef SGCONV_CPU_NODE_H
#define SGCONV_CPU_NODE_H

#include "cpu/radix.h"

namespace sgconv::SGCONV_TIER {

// Twiddles that are equal in all lanes, from an array of complex numbers.
struct Broadcast {
  const Real *table;
  SGCONV_INLINE C operator()(int n) const { return {set1(table[2 * n]), set1(table[2 * n + 1])}; }
};

// The inverse's tables start at n = 1.
struct BroadcastFromOne {
  const Real *table;
  SGCONV_INLINE C operator()(int n) const {
    return {set1(table[2 * n - 2]), set1(table[2 * n - 1])};
  }
};

struct Lanes {
  const Real *table;
  SGCONV_INLINE C operator()(int n) const { return load_complex(table + 2 * W * n); }
};

struct LanesFromOne {
  const Real *table;
  SGCONV_INLINE C operator()(int n) const { return load_complex(table + 2 * W * (n - 1)); }
};

// A leaf's forward twiddles as products: one factor a level from the tile, one vector from the
// lanes.
struct FactoredLanes {
  const Real *tile;
  const Real *lanes;
  SGCONV_INLINE C operator()(int n) const {
    return Broadcast{tile}(n == 0 ? 0 : 32 - __builtin_clz(static_cast<unsigned>(n))) *
           load_complex(lanes + 2 * W * n);
  }
};

template <int R>
void step_forward(const Step &step, std::int64_t node, Real *data) {
  const Broadcast twiddle{step.forward + node * step.forward_reals};
  const std::int64_t stride = 2 * step.child;
  for (Real *at = data; at < data + stride; at += 2 * W) {
    forward<R>([&](int j) SGCONV_BODY { return load_complex(at + j * stride); },
               [&](int p, C x) SGCONV_BODY { store_complex(at + p * stride, x); }, twiddle);
  }
}

template <int R>
void step_inverse(const Step &step, std::int64_t node, Real *data) {
  const BroadcastFromOne twiddle{step.inverse + node * step.inverse_reals};
  const std::int64_t stride = 2 * step.child;
  for (Real *at = data; at < data + stride; at += 2 * W) {
    inverse<R>([&](int p) SGCONV_BODY { return load_complex(at + p * stride); },
               [&](int n, C x) SGCONV_BODY { store_complex(at + n * stride, x); }, twiddle);
  }
}

// Calls body with the radix as a compile-time constant.
template <class Body>
SGCONV_INLINE void with_radix(std::int64_t radix, const Body &body) {
  switch (radix) {
    case 2:
      return body(Index<2>{});
    case 3:
      return body(Index<3>{});
    case 4:
      return body(Index<4>{});
    case 5:
      return body(Index<5>{});
    case 8:
      return body(Index<8>{});
    default:
      return body(Index<16>{});
  }
}

inline void step_forward(const Step &step, std::int64_t node, Real *data) {
  with_radix(step.radix, [&](auto radix) { step_forward<radix>(step, node, data); });
}

inline void step_inverse(const Step &step, std::int64_t node, Real *data) {
  with_radix(step.radix, [&](auto radix) { step_inverse<radix>(step, node, data); });
}

// The halves of the transposition of a tile: W/4 times 4 x 4 within lanes' groups of four, and
// between the groups of the vectors 0, 4, 8, ... of x.
SGCONV_INLINE void transpose_group(C *x) {
  transpose_group(x[0].re, x[1].re, x[2].re, x[3].re);
  transpose_group(x[0].im, x[1].im, x[2].im, x[3].im);
}

SGCONV_INLINE void transpose_column(C *x) {
  F re[W / 4], im[W / 4];
  each<0, W / 4>([&](auto m) SGCONV_BODY {
    re[m] = x[4 * m].re;
    im[m] = x[4 * m].im;
  });
  transpose_column(re);
  transpose_column(im);
  each<0, W / 4>([&](auto m) SGCONV_BODY { x[4 * m] = {re[m], im[m]}; });
}

// One tile: W blocks of W complex numbers, contiguous at `data`. `middle` says whether there is a
// forward part (`kForward`) before it and an inverse part (`kInverse`) after it, and is applied to
// the tile's spectrum, four vectors at a time. `step` is the last step if that is fused, else null.
//
// The transposition between step and leaf has two halves, which go with the groups and the columns
// of the steps beside them.
//
// `factored`: the inverse leaf leaves to the step above what depends on the lane.
template <bool fused, bool factored, class Middle>
SGCONV_OUTLINE void tile_code(const Transform &t, const Step *step, std::int64_t index, Real *data,
                              const Middle &middle) {
  constexpr int groups = W / 4;
  C x[W];
  if constexpr (Middle::kForward) {
    const auto leaf = [&] {
      if constexpr (factored) {
        return FactoredLanes{t.tile_forward + index * (2 * log2_of(W)), t.leaf_forward};
      } else {
        return Lanes{t.leaf_forward + index * (W * W)};
      }
    }();
    const auto load_at = [&](int j) SGCONV_BODY { return load_complex(data + 2 * W * j); };
    if constexpr (fused) {
      const Broadcast twiddle{step->forward + index * step->forward_reals};
      each<0, 4>([&](auto i) SGCONV_BODY {
        each<0, groups>([&](auto m) SGCONV_BODY { x[i + 4 * m] = load_at(i + 4 * m); });
        forward_column<W, 0>(x, i, twiddle);
      });
      each<0, groups>([&](auto g) SGCONV_BODY {
        forward_group<W, g>(x, twiddle);
        transpose_group(x + 4 * g);
      });
    } else {
      each<0, groups>([&](auto g) SGCONV_BODY {
        each<0, 4>([&](auto a) SGCONV_BODY { x[4 * g + a] = load_at(4 * g + a); });
        transpose_group(x + 4 * g);
      });
    }
    each<0, 4>([&](auto i) SGCONV_BODY {
      transpose_column(x + i);
      forward_column<W, 0>(x, i, leaf);
    });
    each<0, groups>([&](auto g) SGCONV_BODY {
      forward_group<W, g>(x, leaf);
      middle(x + 4 * g, index, g);
      if constexpr (Middle::kInverse) inverse_group<g>(x);
    });
  } else {
    each<0, groups>([&](auto g) SGCONV_BODY {
      middle(x + 4 * g, index, g);
      inverse_group<g>(x);
    });
  }
  if constexpr (Middle::kInverse) {
    const auto leaf = [&] {
      if constexpr (factored) {
        return BroadcastFromOne{t.tile_inverse + index * (2 * (W - 1))};
      } else {
        return LanesFromOne{t.leaf_inverse + index * (2 * W * (W - 1))};
      }
    }();
    const Lanes shift{t.leaf_inverse};
    each<0, 4>([&](auto i) SGCONV_BODY {
      inverse_column<W, i>(x);
      each<0, groups>(
          [&](auto m) SGCONV_BODY { x[i + 4 * m] = untwiddled<i + 4 * m>(x[i + 4 * m], leaf); });
      transpose_column(x + i);
    });
    each<0, groups>([&](auto g) SGCONV_BODY {
      transpose_group(x + 4 * g);
      if constexpr (factored) {
        inverse_shifted_group<g>(x, shift);
      } else if constexpr (fused) {
        inverse_group<g>(x);
      } else {
        each<0, 4>([&](auto a)
                       SGCONV_BODY { store_complex(data + 2 * W * (4 * g + a), x[4 * g + a]); });
      }
    });
    if constexpr (fused) {
      const BroadcastFromOne twiddle{step->inverse + index * step->inverse_reals};
      each<0, 4>([&](auto i) SGCONV_BODY {
        if constexpr (factored) {
          inverse_shifted_column<W, i>(x, shift);
        } else {
          inverse_column<W, i>(x);
        }
        each<0, groups>([&](auto m) SGCONV_BODY {
          constexpr int n = i + 4 * m;
          store_complex(data + 2 * W * n, untwiddled<n>(x[n], twiddle));
        });
      });
    }
  }
}

template <bool fused, class Middle>
SGCONV_INLINE void tile(const Transform &t, const Step *step, std::int64_t index, Real *data,
                        const Middle &middle) {
  if (fused && t.factored) {
    tile_code<fused, fused>(t, step, index, data, middle);
  } else {
    tile_code<fused, false>(t, step, index, data, middle);
  }
}

// Where the row in work will be stored, if not past the caches: tiles ask for it, so that the lines
// and the translation of their addresses are there by the time that the root stores them.
struct Output {
  const Real *row = nullptr;

  SGCONV_INLINE void tile(std::int64_t index) const {
    if (row == nullptr) return;
    const Real *at = row + index * (W * W);
    each<0, W * W / kLine>([&](auto line)
                               SGCONV_BODY { __builtin_prefetch(at + kLine * line, 1, 3); });
  }
};

// What a walk over the nodes does with one row: the steps down, the tiles with `middle` applied,
// the steps up.
template <class Middle>
struct OneRow {
  const Transform &t;
  Real *work;
  const Middle &middle;
  Output output;

  SGCONV_INLINE void down(const Step &step, std::int64_t node, std::int64_t at) const {
    if constexpr (Middle::kForward) step_forward(step, node, work + at);
  }
  template <bool fused>
  SGCONV_INLINE void tile(const Step *step, std::int64_t index, std::int64_t at) const {
    output.tile(index);
    SGCONV_TIER::tile<fused>(t, step, index, work + at, middle);
  }
  SGCONV_INLINE void up(const Step &step, std::int64_t node, std::int64_t at) const {
    if constexpr (Middle::kInverse) step_inverse(step, node, work + at);
  }
};

// Takes one node of level `level`, `at` numbers into work, down to the spectrum and back up. Depth
// first, so that a node that fits in a cache stays there.
template <class Pass>
void descend(const Transform &t, int level, std::int64_t node, std::int64_t at, const Pass &pass) {
  const Step &step = t.steps[level];
  if (level == t.step_count - 1) {
    pass.template tile<true>(&step, node, at);
    return;
  }
  pass.down(step, node, at);
  for (std::int64_t k = 0; k < step.radix; ++k) {
    descend(t, level + 1, node * step.radix + k, at + 2 * k * step.child, pass);
  }
  pass.up(step, node, at);
}

// Everything below the root for its children `first` .. `last` - 1.
template <class Pass>
void children(const Transform &t, std::int64_t first, std::int64_t last, const Pass &pass) {
  if (t.fused) {
    for (std::int64_t k = first; k < last; ++k) descend(t, 1, k, k * t.root_stride, pass);
    return;
  }
  // Short rows: blocks of one tile may have different parents, so go level by level. Only one team
  // member comes here with a range, which is then the whole row.
  for (int level = 1; level < t.step_count; ++level) {
    const Step &step = t.steps[level];
    for (std::int64_t node = 0; node < step.nodes; ++node) {
      pass.down(step, node, 2 * node * step.radix * step.child);
    }
  }
  for (std::int64_t index = 0; index < t.tiles; ++index) {
    pass.template tile<false>(nullptr, index, index * (2 * W * W));
  }
  for (int level = t.step_count - 1; level > 0; --level) {
    const Step &step = t.steps[level];
    for (std::int64_t node = 0; node < step.nodes; ++node) {
      pass.up(step, node, 2 * node * step.radix * step.child);
    }
  }
}

}  // namespace sgconv::SGCONV_TIER

#endif
