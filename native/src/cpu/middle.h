// What happens to a tile of a spectrum between the forward and the inverse part of the transform:
// called with four vectors of it, the tile's number and the number of the four.
#ifndef SGCONV_CPU_MIDDLE_H
#define SGCONV_CPU_MIDDLE_H

#include "cpu/node.h"

namespace sgconv::SGCONV_TIER {

constexpr std::int64_t kTileReals = 2 * W * W;

// The tiles of a spectrum, or one tile that stands for each in turn.
template <class Element>
struct Tiles {
  Element *start;
  std::int64_t stride;
  SGCONV_INLINE Element *at(std::int64_t tile, int four) const {
    return start + tile * stride + 8 * W * four;
  }
};

template <class Element>
SGCONV_INLINE Tiles<Element> whole(Element *spectrum) {
  return {spectrum, kTileReals};
}

template <class Element>
SGCONV_INLINE Tiles<Element> single(Element *tile) {
  return {tile, 0};
}

// What comes after a tile's row or node, to ask for while there is arithmetic to do: the next row's
// samples or, where a row is larger than the level-2 cache, the next child of the root in work.
// Prefetching past the end of a row or of memory does nothing.
struct Next {
  const Real *start;
  bool complex;

  SGCONV_INLINE void prefetch(std::int64_t tile, int four) const {
    const int parts = complex ? 2 : 1;
    const Real *at = start + parts * (tile * (W * W) + 4 * W * four);
    for (int part = 0; part < parts; ++part, at += 4 * W) {
      each<0, (4 * W + kLine - 1) / kLine>(
          [&](auto line) SGCONV_BODY { __builtin_prefetch(at + kLine * line, 0, 2); });
    }
  }
};

// Rows in work beyond this do not stay in a level-2 cache.
constexpr std::int64_t kCachedBytes = std::int64_t{1} << 20;

SGCONV_INLINE bool exceeds_cache(const Transform &t) {
  return t.work_reals * kRealBytes >= kCachedBytes;
}

SGCONV_INLINE Next next_after(const Transform &t, const Real *work, const Real *row) {
  const bool large = exceeds_cache(t);
  return {large ? work + t.root_stride : row, large};
}

// Spectra of this size or more are asked for by the root's passes as well, an eighth each: a
// core has few requests to memory under way at once, and the tiles alone could not keep up. Where a
// row exceeds the level-2 cache, what the root asked for would not stay there.
constexpr std::int64_t kSharedBytes = std::int64_t{1} << 18;

SGCONV_INLINE bool root_asks(const Transform &t) {
  return t.spectrum_reals * kRealBytes >= kSharedBytes && !exceeds_cache(t);
}

// The part of a spectrum that a pass of the root asks for, or null.
SGCONV_INLINE const Real *root_ahead(const Transform &t, const Real *kernel) {
  return root_asks(t) ? kernel : nullptr;
}

// Asks for a tile's part of a kernel's spectrum that is still to come; three quarters of what a
// tile has if the root asks too and these are whole lines.
template <bool shared>
SGCONV_INLINE void prefetch_kernel(const Real *ahead, std::int64_t tile, int four) {
  constexpr std::int64_t stride = shared ? kTileReals * 3 / 4 : kTileReals;
  constexpr int lines = shared && 6 * W % kLine == 0 ? 6 * W / kLine : 8 * W / kLine;
  const Real *at = ahead + tile * stride + kLine * lines * four;
  each<0, lines>([&](auto line) SGCONV_BODY { __builtin_prefetch(at + kLine * line, 0, 2); });
}

// What to ask for during a row: some tiles ahead for the first row that meets this spectrum,
// because a page of memory is but two tiles and the processor's own prefetching stops at its end.
// Later rows find it in a cache, and ask for what they are about to read anyway.
SGCONV_INLINE const Real *kernel_ahead(const Transform &t, const Real *kernel, bool first) {
  if (!first) return kernel;
  return kernel + (root_asks(t) ? t.spectrum_reals / 4 : 4 * kTileReals);
}

// Ends in a spectrum: x * scale.
struct ToSpectrum {
  static constexpr bool kForward = true, kInverse = false;
  Tiles<Real> spectrum;
  Real scale;
  bool streamed;  // store past the caches
  Next next;
  SGCONV_INLINE void operator()(C *x, std::int64_t tile, int four) const {
    Real *out = spectrum.at(tile, four);
    const F s = set1(scale);
    next.prefetch(tile, four);
    each<0, 4>([&](auto q) SGCONV_BODY { x[q] = {x[q].re * s, x[q].im * s}; });
    if (streamed) {
      each<0, 4>([&](auto q) SGCONV_BODY { stream_complex(out + 2 * W * q, x[q]); });
    } else {
      each<0, 4>([&](auto q) SGCONV_BODY { store_complex(out + 2 * W * q, x[q]); });
    }
  }
};

struct FromSpectrum {
  static constexpr bool kForward = false, kInverse = true;
  Tiles<const Real> spectrum;
  Real scale;
  SGCONV_INLINE void operator()(C *x, std::int64_t tile, int four) const {
    const Real *in = spectrum.at(tile, four);
    const F s = set1(scale);
    each<0, 4>([&](auto q) SGCONV_BODY {
      const C value = load_complex(in + 2 * W * q);
      x[q] = {value.re * s, value.im * s};
    });
  }
};

// With the kernel's spectrum or its conjugate. `shared`: see prefetch_kernel.
template <bool conjugate, bool shared>
struct TimesKernel {
  static constexpr bool kForward = true, kInverse = true;
  const Real *kernel;
  const Real *ahead;  // spectrum to prefetch
  Next next;
  SGCONV_INLINE void operator()(C *x, std::int64_t tile, int four) const {
    const Real *k = whole(kernel).at(tile, four);
    next.prefetch(tile, four);
    prefetch_kernel<shared>(ahead, tile, four);
    each<0, 4>([&](auto q) SGCONV_BODY {
      const C factor = load_complex(k + 2 * W * q);
      x[q] = conjugate ? conjugate_times(factor, x[q]) : x[q] * factor;
    });
  }
};

struct SignalTimesKernel {
  static constexpr bool kForward = false, kInverse = true;
  const Real *signal;
  const Real *kernel;
  SGCONV_INLINE void operator()(C *x, std::int64_t tile, int four) const {
    const Real *u = whole(signal).at(tile, four), *k = whole(kernel).at(tile, four);
    each<0, 4>([&](auto q) SGCONV_BODY {
      x[q] = load_complex(u + 2 * W * q) * load_complex(k + 2 * W * q);
    });
  }
};

// to = conj(factor) x, or that added to `from` if there is one.
SGCONV_INLINE void add_correlation(const Real *factor, const C *x, const Real *from, Real *to) {
  if (from == nullptr) {
    each<0, 4>([&](auto q) SGCONV_BODY {
      store_complex(to + 2 * W * q, conjugate_times(load_complex(factor + 2 * W * q), x[q]));
    });
  } else {
    each<0, 4>([&](auto q) SGCONV_BODY {
      store_complex(to + 2 * W * q, add_conjugate_times(load_complex(from + 2 * W * q),
                                                        load_complex(factor + 2 * W * q), x[q]));
    });
  }
}

// Of a row of dy. Adds conj(U) DY to the correlation and DY conj(K) to the sum, where they exist.
struct GradientSums {
  static constexpr bool kForward = true, kInverse = false;
  const Real *kernel;
  const Real *ahead;
  const Real *signal;
  Real *correlation;
  bool first_correlation;  // overwrite it
  Real *sum;
  bool first_sum;
  Next next;
  SGCONV_INLINE void operator()(C *x, std::int64_t tile, int four) const {
    next.prefetch(tile, four);
    prefetch_kernel<false>(ahead, tile, four);
    if (correlation != nullptr) {
      Real *c = whole(correlation).at(tile, four);
      add_correlation(whole(signal).at(tile, four), x, first_correlation ? nullptr : c, c);
    }
    if (sum != nullptr) {
      Real *s = whole(sum).at(tile, four);
      add_correlation(whole(kernel).at(tile, four), x, first_sum ? nullptr : s, s);
    }
  }
};

}  // namespace sgconv::SGCONV_TIER

#endif
