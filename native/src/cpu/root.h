// The first and the last pass of a row: from real samples to work and back.
#ifndef SGCONV_CPU_ROOT_H
#define SGCONV_CPU_ROOT_H

#include "cpu/node.h"

namespace sgconv::SGCONV_TIER {

// Samples of a row whose length is the transform's.
struct WholeRow {
  const float *samples;
  SGCONV_INLINE F operator()(std::int64_t at) const { return loadu(samples + at); }
};

// W samples at `at` of a row of `length`, zeros beyond its end.
SGCONV_INLINE F load_within(const float *samples, std::int64_t at, std::int64_t length) {
  if (at + W <= length) return loadu(samples + at);
  F all = set1(0.0f);
  if (at < length) {
    alignas(64) float part[W] = {};
    for (std::int64_t i = 0; i < length - at; ++i) part[i] = samples[at + i];
    all = load(part);
  }
  return all;
}

SGCONV_INLINE void store_within(float *samples, std::int64_t at, std::int64_t length, F value) {
  if (at + W <= length) {
    storeu(samples + at, value);
  } else if (at < length) {
    alignas(64) float part[W];
    store(part, value);
    for (std::int64_t i = 0; i < length - at; ++i) samples[at + i] = part[i];
  }
}

// Samples, or samples times a gate, of a row that may end before the transform does.
struct GatedRow {
  const float *samples;
  const float *gate;  // or null
  std::int64_t length;
  SGCONV_INLINE F operator()(std::int64_t at) const {
    F x = load_within(samples, at, length);
    if (gate != nullptr) x = x * load_within(gate, at, length);
    return x;
  }
};

struct StoreWhole {
  float *samples;
  SGCONV_INLINE void operator()(std::int64_t at, F value) const { storeu(samples + at, value); }
};

// Past the caches, for rows that are aligned to vectors.
struct StreamWhole {
  float *samples;
  SGCONV_INLINE void operator()(std::int64_t at, F value) const { stream(samples + at, value); }
};

// value (* gate) to `samples`, value * second_gate to `second`; each may be null.
struct StoreGated {
  float *samples;
  const float *gate;
  float *second;
  const float *second_gate;
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
  float *samples;
  const float *factor;
  bool first;
  std::int64_t length;
  SGCONV_INLINE void operator()(std::int64_t at, F value) const {
    value = value * load_within(factor, at, length);
    if (!first) value = value + load_within(samples, at, length);
    store_within(samples, at, length, value);
  }
};

// Columns `first` .. `last` - 1 (multiples of W) of the root's step.
template <class Load>
void root_forward(const Transform &t, std::int64_t first, std::int64_t last, const Load &samples,
                  float *work) {
  const Step &step = t.steps[0];
  const Broadcast twiddle{step.forward};
  with_radix(step.radix, [&](auto radix) {
    for (std::int64_t column = first; column < last; column += W) {
      forward_real<radix>(
          [&](int j) SGCONV_BODY { return samples(j * step.child + column); },
          [&](int p, C x) SGCONV_BODY { store_complex(work + p * t.root_stride + 2 * column, x); },
          twiddle);
    }
  });
}

// Complex input, from arrays of N real and N imaginary parts.
inline void root_forward_complex(const Transform &t, std::int64_t first, std::int64_t last,
                                 const float *re, const float *im, float *work) {
  const Step &step = t.steps[0];
  const Broadcast twiddle{step.forward};
  with_radix(step.radix, [&](auto radix) {
    for (std::int64_t column = first; column < last; column += W) {
      forward<radix>(
          [&](int j) SGCONV_BODY {
            const std::int64_t at = j * step.child + column;
            return C{load(re + at), load(im + at)};
          },
          [&](int p, C x) SGCONV_BODY { store_complex(work + p * t.root_stride + 2 * column, x); },
          twiddle);
    }
  });
}

template <class Store>
void root_inverse(const Transform &t, std::int64_t first, std::int64_t last, const float *work,
                  const Store &samples) {
  const Step &step = t.steps[0];
  const BroadcastFromOne twiddle{step.inverse};
  with_radix(step.radix, [&](auto radix) {
    for (std::int64_t column = first; column < last; column += W) {
      inverse_real<radix>(
          [&](int p) SGCONV_BODY { return load_complex(work + p * t.root_stride + 2 * column); },
          [&](int n, F x) SGCONV_BODY { samples(n * step.child + column, x); }, twiddle);
    }
  });
}

inline void root_inverse_complex(const Transform &t, std::int64_t first, std::int64_t last,
                                 const float *work, float *re, float *im) {
  const Step &step = t.steps[0];
  const BroadcastFromOne twiddle{step.inverse};
  with_radix(step.radix, [&](auto radix) {
    for (std::int64_t column = first; column < last; column += W) {
      inverse<radix>(
          [&](int p) SGCONV_BODY { return load_complex(work + p * t.root_stride + 2 * column); },
          [&](int n, C x) SGCONV_BODY {
            store(re + n * step.child + column, x.re);
            store(im + n * step.child + column, x.im);
          },
          twiddle);
    }
  });
}

}  // namespace sgconv::SGCONV_TIER

#endif
