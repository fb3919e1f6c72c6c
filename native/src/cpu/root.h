// The first and the last pass of a row: from real samples to work and back.
#ifndef SGCONV_CPU_ROOT_H
#define SGCONV_CPU_ROOT_H

#include <type_traits>

#include "cpu/node.h"

namespace sgconv::SGCONV_TIER {

// Samples of a row whose length is the transform's.
struct WholeRow {
  const Real *samples;
  SGCONV_INLINE F operator()(std::int64_t at) const { return loadu(samples + at); }
};

// W samples at `at` of a row of `length`, zeros beyond its end.
SGCONV_INLINE F load_within(const Real *samples, std::int64_t at, std::int64_t length) {
  if (at + W <= length) return loadu(samples + at);
  F all = set1(Real{0});
  if (at < length) {
    alignas(64) Real part[W] = {};
    for (std::int64_t i = 0; i < length - at; ++i) part[i] = samples[at + i];
    all = load(part);
  }
  return all;
}

SGCONV_INLINE void store_within(Real *samples, std::int64_t at, std::int64_t length, F value) {
  if (at + W <= length) {
    storeu(samples + at, value);
  } else if (at < length) {
    alignas(64) Real part[W];
    store(part, value);
    for (std::int64_t i = 0; i < length - at; ++i) samples[at + i] = part[i];
  }
}

// Samples, or samples times a gate, of a row that may end before the transform does.
struct GatedRow {
  const Real *samples;
  const Real *gate;  // or null
  std::int64_t length;
  SGCONV_INLINE F operator()(std::int64_t at) const {
    F x = load_within(samples, at, length);
    if (gate != nullptr) x = x * load_within(gate, at, length);
    return x;
  }
};

struct StoreWhole {
  Real *samples;
  SGCONV_INLINE void operator()(std::int64_t at, F value) const { storeu(samples + at, value); }
};

// Past the caches, for rows that are aligned to vectors.
struct StreamWhole {
  Real *samples;
  SGCONV_INLINE void operator()(std::int64_t at, F value) const { stream(samples + at, value); }
};

// value (* gate) to `samples`, value * second_gate to `second`; each may be null.
struct StoreGated {
  Real *samples;
  const Real *gate;
  Real *second;
  const Real *second_gate;
  std::int64_t length;
  SGCONV_INLINE void operator()(std::int64_t at, F value) const {
    if (second != nullptr) {
      store_within(second, at, length, value * load_within(second_gate, at, length));
    }
    if (samples != nullptr) {
      if (gate != nullptr) value = value * load_within(gate, at, length);
      store_within(samples, at, length, value);
    }
  }
};

// samples += value * factor, or = if it is the first term.
struct StoreProduct {
  Real *samples;
  const Real *factor;
  bool first;
  std::int64_t length;
  SGCONV_INLINE void operator()(std::int64_t at, F value) const {
    value = value * load_within(factor, at, length);
    if (!first) value = value + load_within(samples, at, length);
    store_within(samples, at, length, value);
  }
};

// A column's share, an eighth of a row's, of the memory at `ahead`.
template <int radix>
SGCONV_INLINE void prefetch_share(const Real *ahead, std::int64_t column) {
  constexpr int lines = radix * W >= 4 * kLine ? radix * W / (4 * kLine) : 1;
  const Real *at = ahead + column / W * (kLine * lines);
  each<0, lines>([&](auto line) SGCONV_BODY { __builtin_prefetch(at + kLine * line, 0, 2); });
}

// Complex samples, in arrays of N real and N imaginary parts.
struct ComplexRow {
  const Real *re, *im;
  SGCONV_INLINE C operator()(std::int64_t at) const { return {load(re + at), load(im + at)}; }
};

struct StoreComplex {
  Real *re, *im;
  SGCONV_INLINE void operator()(std::int64_t at, C value) const {
    SGCONV_TIER::store(re + at, value.re);
    SGCONV_TIER::store(im + at, value.im);
  }
};

// The root's step on real or complex samples.
template <int radix, class Load, class Store, class Twiddle>
SGCONV_INLINE void forward_samples(const Load &load_at, const Store &store_at,
                                   const Twiddle &twiddle) {
  if constexpr (std::is_same_v<decltype(load_at(0)), C>) {
    forward<radix>(load_at, store_at, twiddle);
  } else {
    forward_real<radix>(load_at, store_at, twiddle);
  }
}

// Its inverse. A store that takes complex samples gets both parts.
template <int radix, class Load, class Store, class Twiddle>
SGCONV_INLINE void inverse_samples(const Load &load_at, const Store &store, std::int64_t child,
                                   std::int64_t column, const Twiddle &twiddle) {
  if constexpr (std::is_invocable_v<const Store &, std::int64_t, C>) {
    inverse<radix>(
        load_at, [&](int n, C x) SGCONV_BODY { store(n * child + column, x); }, twiddle);
  } else {
    inverse_real<radix>(
        load_at, [&](int n, F x) SGCONV_BODY { store(n * child + column, x); }, twiddle);
  }
}

// Columns `first` .. `last` - 1 (multiples of W) of the root's step. Meanwhile asks for an eighth
// of a spectrum at `ahead`, if that is not null.
template <class Load>
void root_forward(const Transform &t, std::int64_t first, std::int64_t last, const Load &samples,
                  Real *work, const Real *ahead) {
  const Step &step = t.steps[0];
  const Broadcast twiddle{step.forward};
  with_radix(step.radix, [&](auto radix) {
    for (std::int64_t column = first; column < last; column += W) {
      if (ahead != nullptr) prefetch_share<radix>(ahead, column);
      forward_samples<radix>(
          [&](int j) SGCONV_BODY { return samples(j * step.child + column); },
          [&](int p, C x) SGCONV_BODY { store_complex(work + p * t.root_stride + 2 * column, x); },
          twiddle);
    }
  });
}

template <class Store>
void root_inverse(const Transform &t, std::int64_t first, std::int64_t last, const Real *work,
                  const Store &samples) {
  const Step &step = t.steps[0];
  const BroadcastFromOne twiddle{step.inverse};
  with_radix(step.radix, [&](auto radix) {
    for (std::int64_t column = first; column < last; column += W) {
      inverse_samples<radix>(
          [&](int p) SGCONV_BODY { return load_complex(work + p * t.root_stride + 2 * column); },
          samples, step.child, column, twiddle);
    }
  });
}

// The end of one row and the beginning of the next, a column at a time: what is read of work is
// overwritten at once, where two passes would bring it to the level-1 cache twice. Asks for twice
// as much as the beginning alone.
template <class Store, class Load>
void root_exchange(const Transform &t, std::int64_t first, std::int64_t last, Real *work,
                   const Store &finished, const Load &samples, const Real *ahead) {
  const Step &step = t.steps[0];
  const BroadcastFromOne inverse_twiddle{step.inverse};
  const Broadcast twiddle{step.forward};
  with_radix(step.radix, [&](auto radix) {
    for (std::int64_t column = first; column < last; column += W) {
      Real *at = work + 2 * column;
      if (ahead != nullptr) prefetch_share<2 * radix>(ahead, column);
      inverse_samples<radix>([&](int p)
                                 SGCONV_BODY { return load_complex(at + p * t.root_stride); },
                             finished, step.child, column, inverse_twiddle);
      forward_samples<radix>(
          [&](int j) SGCONV_BODY { return samples(j * step.child + column); },
          [&](int p, C x) SGCONV_BODY { store_complex(at + p * t.root_stride, x); }, twiddle);
    }
  });
}

}  // namespace sgconv::SGCONV_TIER

#endif
