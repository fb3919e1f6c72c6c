// Passes below the root: steps on one node in work, and tiles, where transform meets spectrum.
#ifndef SGCONV_CPU_NODE_H
#define SGCONV_CPU_NODE_H

#include "cpu/radix.h"
#include "cpu/transform.h"

namespace sgconv::SGCONV_TIER {

// Twiddles that are equal in all lanes, from an array of complex numbers.
struct Broadcast {
  const float *table;
  SGCONV_INLINE C operator()(int n) const { return {set1(table[2 * n]), set1(table[2 * n + 1])}; }
};

// The inverse's tables start at n = 1.
struct BroadcastFromOne {
  const float *table;
  SGCONV_INLINE C operator()(int n) const {
    return {set1(table[2 * n - 2]), set1(table[2 * n - 1])};
  }
};

struct Lanes {
  const float *table;
  SGCONV_INLINE C operator()(int n) const { return load_complex(table + 2 * W * n); }
};

struct LanesFromOne {
  const float *table;
  SGCONV_INLINE C operator()(int n) const { return load_complex(table + 2 * W * (n - 1)); }
};

template <int R>
void step_forward(const Step &step, std::int64_t node, float *data) {
  const Broadcast twiddle{step.forward + node * step.forward_floats};
  const std::int64_t stride = 2 * step.child;
  for (std::int64_t at = 0; at < stride; at += 2 * W) {
    C x[std::size_t{R}];
    each<0, R>([&](auto j) SGCONV_BODY { x[j] = load_complex(data + j * stride + at); });
    forward<R>(x, twiddle);
    each<0, R>([&](auto j) SGCONV_BODY { store_complex(data + j * stride + at, x[j]); });
  }
}

template <int R>
void step_inverse(const Step &step, std::int64_t node, float *data) {
  const BroadcastFromOne twiddle{step.inverse + node * step.inverse_floats};
  const std::int64_t stride = 2 * step.child;
  for (std::int64_t at = 0; at < stride; at += 2 * W) {
    C x[std::size_t{R}];
    each<0, R>([&](auto j) SGCONV_BODY { x[j] = load_complex(data + j * stride + at); });
    inverse<R>(x, twiddle);
    each<0, R>([&](auto j) SGCONV_BODY { store_complex(data + j * stride + at, x[j]); });
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

inline void step_forward(const Step &step, std::int64_t node, float *data) {
  with_radix(step.radix, [&](auto radix) { step_forward<radix>(step, node, data); });
}

inline void step_inverse(const Step &step, std::int64_t node, float *data) {
  with_radix(step.radix, [&](auto radix) { step_inverse<radix>(step, node, data); });
}

SGCONV_INLINE void transpose(C *x) {
  F re[W], im[W];
  each<0, W>([&](auto j) SGCONV_BODY {
    re[j] = x[j].re;
    im[j] = x[j].im;
  });
  transpose(re);
  transpose(im);
  each<0, W>([&](auto j) SGCONV_BODY { x[j] = {re[j], im[j]}; });
}

// One tile: W blocks of W complex numbers, contiguous at `data`. `middle` says whether there is a
// forward part (`kForward`) before it and an inverse part (`kInverse`) after it, and is applied to
// the W vectors of the tile's spectrum. `step` is the last step if that is fused, else null.
template <bool fused, class Middle>
SGCONV_INLINE void tile(const Transform &t, const Step *step, std::int64_t index, float *data,
                        Middle &middle) {
  C x[W];
  if constexpr (Middle::kForward) {
    each<0, W>([&](auto j) SGCONV_BODY { x[j] = load_complex(data + 2 * W * j); });
    if constexpr (fused) {
      forward<W>(x, Broadcast{step->forward + index * step->forward_floats});
    }
    transpose(x);
    forward<W>(x, Lanes{t.leaf_forward + index * (W * W)});
  }
  middle(x, index);
  if constexpr (Middle::kInverse) {
    inverse<W>(x, LanesFromOne{t.leaf_inverse + index * (2 * W * (W - 1))});
    transpose(x);
    if constexpr (fused) {
      inverse<W>(x, BroadcastFromOne{step->inverse + index * step->inverse_floats});
    }
    each<0, W>([&](auto j) SGCONV_BODY { store_complex(data + 2 * W * j, x[j]); });
  }
}

// Takes one node of level `level` down to the spectrum, applies `middle`, and comes back up. Depth
// first, so that a node that fits in a cache stays there.
template <class Middle>
void descend(const Transform &t, int level, std::int64_t node, float *data, Middle &middle) {
  const Step &step = t.steps[level];
  if (level == t.step_count - 1) {
    tile<true>(t, &step, node, data, middle);
    return;
  }
  if constexpr (Middle::kForward) step_forward(step, node, data);
  for (std::int64_t k = 0; k < step.radix; ++k) {
    descend(t, level + 1, node * step.radix + k, data + 2 * k * step.child, middle);
  }
  if constexpr (Middle::kInverse) step_inverse(step, node, data);
}

// Everything below the root for its children `first` .. `last` - 1.
template <class Middle>
void children(const Transform &t, std::int64_t first, std::int64_t last, float *work,
              Middle &middle) {
  if (t.fused) {
    for (std::int64_t k = first; k < last; ++k) {
      descend(t, 1, k, work + k * t.root_stride, middle);
    }
    return;
  }
  // Short rows: blocks of one tile may have different parents, so go level by level. Only one team
  // member comes here with a range, which is then the whole row.
  for (int level = 1; Middle::kForward && level < t.step_count; ++level) {
    const Step &step = t.steps[level];
    for (std::int64_t node = 0; node < step.nodes; ++node) {
      step_forward(step, node, work + 2 * node * step.radix * step.child);
    }
  }
  for (std::int64_t index = 0; index < t.tiles; ++index) {
    tile<false>(t, nullptr, index, work + index * (2 * W * W), middle);
  }
  for (int level = t.step_count - 1; Middle::kInverse && level > 0; --level) {
    const Step &step = t.steps[level];
    for (std::int64_t node = 0; node < step.nodes; ++node) {
      step_inverse(step, node, work + 2 * node * step.radix * step.child);
    }
  }
}

}  // namespace sgconv::SGCONV_TIER

#endif
