// Codelets: one step of the transform on R complex vectors held in registers. Element j of the
// input is the coefficient at j * (child size); output position p is the child that the step makes
// there.
#ifndef SGCONV_CPU_RADIX_H
#define SGCONV_CPU_RADIX_H

#include "cpu/simd/vector.h"

namespace sgconv::SGCONV_TIER {

constexpr bool is_power_of_two(int r) { return (r & (r - 1)) == 0; }

// (a, b) <- (a + w b, a - w b), with i w in place of w if `turned`. Six fused operations, where a
// separate product would take ten.
template <bool turned>
SGCONV_INLINE void butterfly(C &a, C &b, C w) {
  if constexpr (kHasFma) {
    C t;
    if constexpr (turned) {
      t.re = fnma(w.im, b.re, fnma(w.re, b.im, a.re));
      t.im = fma(w.re, b.re, fnma(w.im, b.im, a.im));
    } else {
      t = add_times(a, w, b);
    }
    const F two = set1(Real{2});
    b = {fms(two, a.re, t.re), fms(two, a.im, t.im)};
    a = t;
  } else {
    const C t = turned ? times_i(w * b) : w * b;
    b = a - t;
    a = a + t;
  }
}

// (a, b) <- (a + conj(w) b, a - conj(w) b), with conj(i w) in place of conj(w) if `turned`.
template <bool turned>
SGCONV_INLINE void conjugate_butterfly(C &a, C &b, C w) {
  if constexpr (kHasFma) {
    C t;
    if constexpr (turned) {
      t.re = fnma(w.im, b.re, fma(w.re, b.im, a.re));
      t.im = fnma(w.re, b.re, fnma(w.im, b.im, a.im));
    } else {
      t = add_conjugate_times(a, w, b);
    }
    const F two = set1(Real{2});
    b = {fms(two, a.re, t.re), fms(two, a.im, t.im)};
    a = t;
  } else {
    const C p = conjugate_times(w, b);
    const C t = turned ? C{p.im, -p.re} : p;
    b = a - t;
    a = a + t;
  }
}

constexpr Real kCos16[8] = {
    Real{1}, real(0.923879532511286756),  real(0.707106781186547524),  real(0.382683432365089772),
    Real{0}, -real(0.382683432365089772), -real(0.707106781186547524), -real(0.923879532511286756)};
constexpr Real kSin16[8] = {
    Real{0}, real(0.382683432365089772), real(0.707106781186547524), real(0.923879532511286756),
    Real{1}, real(0.923879532511286756), real(0.707106781186547524), real(0.382683432365089772)};

// (a, b) <- (a + w b, a - w b) with w = e(-sixteenths / 16).
template <int sixteenths>
SGCONV_INLINE void constant_butterfly(C &a, C &b) {
  if constexpr (sixteenths == 0) {
    const C t = a - b;
    a = a + b;
    b = t;
  } else if constexpr (sixteenths == 4) {
    const C t = b;
    b = {a.re - t.im, a.im + t.re};
    a = {a.re + t.im, a.im - t.re};
  } else {
    butterfly<false>(a, b, C{set1(kCos16[sixteenths]), set1(-kSin16[sixteenths])});
  }
}

// A step whose radix is 4, 8 or 16 goes in two phases: columns of R/4 vectors i, i + 4, ..., then
// groups of four vectors 4g .. 4g + 3; the inverse goes the other way. Each phase's parts are
// independent, so a processor overlaps one part's arithmetic with another's loads and shuffles, and
// eight complex vectors are the most that a part keeps in registers.
//
// Level d of the forward step has max(1, 2^(d-1)) twiddles, one for every two nodes, because the
// second node's is i times the first's.
constexpr int twiddle_index(int depth, int node) {
  return depth == 0 ? 0 : (1 << (depth - 1)) + node / 2;
}

constexpr int log2_of(int r) { return r == 1 ? 0 : 1 + log2_of(r / 2); }

// Levels of column i, from `depth` on.
template <int R, int depth, class Twiddle>
SGCONV_INLINE void forward_column(C *x, int i, const Twiddle &twiddle) {
  constexpr int half = (R / 4) >> (depth + 1);
  if constexpr (half > 0) {
    each<0, (1 << depth)>([&](auto node) SGCONV_BODY {
      constexpr int n = decltype(node){};
      const C w = twiddle(twiddle_index(depth, n));
      each<0, half>([&](auto j) SGCONV_BODY {
        C *at = x + i + 4 * (2 * half * n + j);
        butterfly<n % 2 == 1>(at[0], at[4 * half], w);
      });
    });
    forward_column<R, depth + 1>(x, i, twiddle);
  }
}

// The last two levels, of group g.
template <int R, int g, class Twiddle>
SGCONV_INLINE void forward_group(C *x, const Twiddle &twiddle) {
  constexpr int depth = log2_of(R) - 2;
  const C w = twiddle(twiddle_index(depth, g)), v = twiddle(twiddle_index(depth + 1, 2 * g));
  C *at = x + 4 * g;
  butterfly<g % 2 == 1>(at[0], at[2], w);
  butterfly<g % 2 == 1>(at[1], at[3], w);
  butterfly<false>(at[0], at[1], v);
  butterfly<true>(at[2], at[3], v);
}

// The first level of real input.
SGCONV_INLINE void real_butterfly(F a, F b, C w, C &sum, C &difference) {
  const F im = w.im * b;
  sum = {fma(w.re, b, a), im};
  difference = {fnma(w.re, b, a), -im};
}

template <int R, class Twiddle>
SGCONV_INLINE void forward_real_column(const F *x, C *y, int i, const Twiddle &twiddle) {
  const C w = twiddle(0);
  each<0, R / 8>([&](auto m) SGCONV_BODY {
    constexpr int at = 4 * decltype(m){};
    real_butterfly(x[i + at], x[i + at + R / 2], w, y[i + at], y[i + at + R / 2]);
  });
  forward_column<R, 1>(y, i, twiddle);
}

// Up to a factor of R and up to the twiddles: afterwards element n still lacks the factor
// conj(e(n theta / R)).
template <int g>
SGCONV_INLINE void inverse_group(C *x) {
  C *at = x + 4 * g;
  constant_butterfly<0>(at[0], at[1]);
  constant_butterfly<0>(at[2], at[3]);
  constant_butterfly<0>(at[0], at[2]);
  constant_butterfly<4>(at[1], at[3]);
}

template <int R, int i, int half = 1>
SGCONV_INLINE void inverse_column(C *x) {
  if constexpr (4 * half < R) {
    each<0, R / (8 * half)>([&](auto block) SGCONV_BODY {
      each<0, half>([&](auto j) SGCONV_BODY {
        constexpr int m = decltype(j){};
        constexpr int sixteenths = (i + 4 * m) * 2 / half;
        C *at = x + i + 4 * (2 * half * decltype(block){} + m);
        constant_butterfly<sixteenths>(at[0], at[4 * half]);
      });
    });
    inverse_column<R, i, 2 * half>(x);
  }
}

constexpr int reversed_of(int value, int bits) {
  return bits == 0 ? 0 : ((value & 1) << (bits - 1)) | reversed_of(value >> 1, bits - 1);
}

// The same, but for elements that lack the factors conj(e(n k / R)), n a fraction, where k is a
// vector's place in natural order. `twiddle` has the forward twiddles for theta = n.
template <int g, class Twiddle>
SGCONV_INLINE void inverse_shifted_group(C *x, const Twiddle &twiddle) {
  const C w = twiddle(0), v = twiddle(1);
  C *at = x + 4 * g;
  conjugate_butterfly<false>(at[0], at[1], w);
  conjugate_butterfly<false>(at[2], at[3], w);
  conjugate_butterfly<false>(at[0], at[2], v);
  conjugate_butterfly<true>(at[1], at[3], v);
}

template <int R, int i, int half = 1, class Twiddle>
SGCONV_INLINE void inverse_shifted_column(C *x, const Twiddle &twiddle) {
  if constexpr (4 * half < R) {
    constexpr int depth = log2_of(4 * half);
    each<0, half>([&](auto j) SGCONV_BODY {
      constexpr int place = i + 4 * decltype(j){};
      constexpr bool turned = place >= 2 * half;
      constexpr int pair = reversed_of(place % (2 * half), depth - 1);
      const C w = twiddle(2 * half + pair);
      each<0, R / (8 * half)>([&](auto block) SGCONV_BODY {
        C *at = x + place + 8 * half * block;
        conjugate_butterfly<turned>(at[0], at[4 * half], w);
      });
    });
    inverse_shifted_column<R, i, 2 * half>(x, twiddle);
  }
}

// Discrete Fourier transforms of three and five points, exponent +1 or, for the inverse, -1.
template <bool inverse>
SGCONV_INLINE void fourier3(C *x) {
  const F half = set1(Real{0.5}),
          root = set1(inverse ? -real(0.866025403784438647) : real(0.866025403784438647));
  const C s = x[1] + x[2], d = x[1] - x[2];
  const C m = {fnma(half, s.re, x[0].re), fnma(half, s.im, x[0].im)};
  x[0] = x[0] + s;
  x[1] = {fnma(root, d.im, m.re), fma(root, d.re, m.im)};
  x[2] = {fma(root, d.im, m.re), fnma(root, d.re, m.im)};
}

template <bool inverse>
SGCONV_INLINE void fourier5(C *x) {
  const F c1 = set1(real(0.309016994374947424)), c2 = set1(-real(0.809016994374947424));
  const F s1 = set1(inverse ? -real(0.951056516295153572) : real(0.951056516295153572));
  const F s2 = set1(inverse ? -real(0.587785252292473129) : real(0.587785252292473129));
  const C a = x[1] + x[4], b = x[2] + x[3], c = x[1] - x[4], d = x[2] - x[3];
  const C m1 = {fma(c2, b.re, fma(c1, a.re, x[0].re)), fma(c2, b.im, fma(c1, a.im, x[0].im))};
  const C m2 = {fma(c1, b.re, fma(c2, a.re, x[0].re)), fma(c1, b.im, fma(c2, a.im, x[0].im))};
  const C v1 = {fma(s2, d.re, s1 * c.re), fma(s2, d.im, s1 * c.im)};
  const C v2 = {fms(s2, c.re, s1 * d.re), fms(s2, c.im, s1 * d.im)};
  x[0] = x[0] + a + b;
  x[1] = {m1.re - v1.im, m1.im + v1.re};
  x[4] = {m1.re + v1.im, m1.im - v1.re};
  x[2] = {m2.re - v2.im, m2.im + v2.re};
  x[3] = {m2.re + v2.im, m2.im - v2.re};
}

template <int R, bool inverse>
SGCONV_INLINE void fourier_odd(C *x) {
  static_assert(R == 3 || R == 5);
  if constexpr (R == 3) fourier3<inverse>(x);
  if constexpr (R == 5) fourier5<inverse>(x);
}

// Whole steps. `load(j)` gives element j, `store(p, value)` takes the result at position p.
// `twiddle(n)` is the n-th of the step's forward twiddles, or for the inverse e(n theta / R), n = 1
// .. R - 1.
template <int R, class Load, class Store, class Twiddle>
SGCONV_INLINE void forward(const Load &load_at, const Store &store_at, const Twiddle &twiddle) {
  C x[std::size_t{R}];
  if constexpr (R >= 4 && is_power_of_two(R)) {
    each<0, 4>([&](auto i) SGCONV_BODY {
      each<0, R / 4>([&](auto m) SGCONV_BODY { x[i + 4 * m] = load_at(i + 4 * m); });
      forward_column<R, 0>(x, i, twiddle);
    });
    each<0, R / 4>([&](auto g) SGCONV_BODY {
      forward_group<R, g>(x, twiddle);
      each<0, 4>([&](auto a) SGCONV_BODY { store_at(4 * g + a, x[4 * g + a]); });
    });
  } else {
    each<0, R>([&](auto j) SGCONV_BODY { x[j] = load_at(j); });
    if constexpr (R == 2) {
      butterfly<false>(x[0], x[1], twiddle(0));
    } else {
      each<1, R>([&](auto j) SGCONV_BODY { x[j] = twiddle(j - 1) * x[j]; });
      fourier_odd<R, false>(x);
    }
    each<0, R>([&](auto p) SGCONV_BODY { store_at(p, x[p]); });
  }
}

// The same for real input.
template <int R, class Load, class Store, class Twiddle>
SGCONV_INLINE void forward_real(const Load &load_at, const Store &store_at,
                                const Twiddle &twiddle) {
  F x[std::size_t{R}];
  C y[std::size_t{R}];
  if constexpr (R >= 8 && is_power_of_two(R)) {
    each<0, 4>([&](auto i) SGCONV_BODY {
      each<0, R / 4>([&](auto m) SGCONV_BODY { x[i + 4 * m] = load_at(i + 4 * m); });
      forward_real_column<R>(x, y, i, twiddle);
    });
    each<0, R / 4>([&](auto g) SGCONV_BODY {
      forward_group<R, g>(y, twiddle);
      each<0, 4>([&](auto a) SGCONV_BODY { store_at(4 * g + a, y[4 * g + a]); });
    });
  } else {
    each<0, R>([&](auto j) SGCONV_BODY { x[j] = load_at(j); });
    if constexpr (R == 2) {
      real_butterfly(x[0], x[1], twiddle(0), y[0], y[1]);
    } else if constexpr (R == 4) {
      const C w = twiddle(0), v = twiddle(1);
      real_butterfly(x[0], x[2], w, y[0], y[2]);
      real_butterfly(x[1], x[3], w, y[1], y[3]);
      butterfly<false>(y[0], y[1], v);
      butterfly<true>(y[2], y[3], v);
    } else {
      y[0] = {x[0], set1(Real{0})};
      each<1, R>([&](auto j) SGCONV_BODY {
        const C w = twiddle(j - 1);
        y[j] = {w.re * x[j], w.im * x[j]};
      });
      fourier_odd<R, false>(y);
    }
    each<0, R>([&](auto p) SGCONV_BODY { store_at(p, y[p]); });
  }
}

// Undoes a step up to a factor of R; `finish(n, value)` takes element n before its last factor,
// conj(e(n theta / R)).
template <int R, class Load, class Finish>
SGCONV_INLINE void inverse_without_twiddles(const Load &load_at, const Finish &finish) {
  C x[std::size_t{R}];
  if constexpr (R >= 4 && is_power_of_two(R)) {
    each<0, R / 4>([&](auto g) SGCONV_BODY {
      each<0, 4>([&](auto a) SGCONV_BODY { x[4 * g + a] = load_at(4 * g + a); });
      inverse_group<g>(x);
    });
    each<0, 4>([&](auto i) SGCONV_BODY {
      inverse_column<R, i>(x);
      each<0, R / 4>([&](auto m) SGCONV_BODY { finish(Index<i + 4 * m>{}, x[i + 4 * m]); });
    });
  } else {
    each<0, R>([&](auto p) SGCONV_BODY { x[p] = load_at(p); });
    if constexpr (R == 2) {
      constant_butterfly<0>(x[0], x[1]);
    } else {
      fourier_odd<R, true>(x);
    }
    each<0, R>([&](auto n) SGCONV_BODY { finish(n, x[n]); });
  }
}

// Element n with its last factor.
template <int n, class Twiddle>
SGCONV_INLINE C untwiddled(C value, const Twiddle &twiddle) {
  if constexpr (n == 0) {
    return value;
  } else {
    return conjugate_times(twiddle(n), value);
  }
}

template <int R, class Load, class Store, class Twiddle>
SGCONV_INLINE void inverse(const Load &load_at, const Store &store_at, const Twiddle &twiddle) {
  inverse_without_twiddles<R>(load_at, [&](auto n, C value) SGCONV_BODY {
    store_at(n, untwiddled<decltype(n){}>(value, twiddle));
  });
}

// The same, real parts only.
template <int R, class Load, class Store, class Twiddle>
SGCONV_INLINE void inverse_real(const Load &load_at, const Store &store_at,
                                const Twiddle &twiddle) {
  inverse_without_twiddles<R>(load_at, [&](auto n, C value) SGCONV_BODY {
    if constexpr (decltype(n){} == 0) {
      store_at(n, value.re);
    } else {
      const C w = twiddle(n);
      store_at(n, fma(w.re, value.re, w.im * value.im));
    }
  });
}

}  // namespace sgconv::SGCONV_TIER

#endif
