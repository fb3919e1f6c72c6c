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
    const F two = set1(2.0f);
    b = {fms(two, a.re, t.re), fms(two, a.im, t.im)};
    a = t;
  } else {
    const C t = turned ? times_i(w * b) : w * b;
    b = a - t;
    a = a + t;
  }
}

constexpr float kCos16[8] = {
    1.0f, 0.923879532511286756f,  0.707106781186547524f,  0.382683432365089772f,
    0.0f, -0.382683432365089772f, -0.707106781186547524f, -0.923879532511286756f};
constexpr float kSin16[8] = {
    0.0f, 0.382683432365089772f, 0.707106781186547524f, 0.923879532511286756f,
    1.0f, 0.923879532511286756f, 0.707106781186547524f, 0.382683432365089772f};

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

// Levels `depth` and below of a step of radix R, a power of two. `twiddle(n)` is the n-th of the
// step's forward twiddles: level d has max(1, 2^(d-1)), one for every two nodes, because the second
// one's is i times the first's.
template <int R, int depth, class Twiddle>
SGCONV_INLINE void forward_levels(C *x, const Twiddle &twiddle) {
  if constexpr ((1 << depth) < R) {
    constexpr int half = R >> (depth + 1);
    constexpr int first = depth == 0 ? 0 : 1 << (depth - 1);
    each<0, (depth == 0 ? 1 : 1 << (depth - 1))>([&](auto pair) SGCONV_BODY {
      const C w = twiddle(first + pair);
      C *even = x + 4 * half * pair;
      each<0, half>([&](auto j) SGCONV_BODY { butterfly<false>(even[j], even[j + half], w); });
      if constexpr (depth > 0) {
        C *odd = even + 2 * half;
        each<0, half>([&](auto j) SGCONV_BODY { butterfly<true>(odd[j], odd[j + half], w); });
      }
    });
    forward_levels<R, depth + 1>(x, twiddle);
  }
}

// Discrete Fourier transforms of three and five points, exponent +1 or, for the inverse, -1.
template <bool inverse>
SGCONV_INLINE void fourier3(C *x) {
  const F half = set1(0.5f), root = set1(inverse ? -0.866025403784438647f : 0.866025403784438647f);
  const C s = x[1] + x[2], d = x[1] - x[2];
  const C m = {fnma(half, s.re, x[0].re), fnma(half, s.im, x[0].im)};
  x[0] = x[0] + s;
  x[1] = {fnma(root, d.im, m.re), fma(root, d.re, m.im)};
  x[2] = {fma(root, d.im, m.re), fnma(root, d.re, m.im)};
}

template <bool inverse>
SGCONV_INLINE void fourier5(C *x) {
  const F c1 = set1(0.309016994374947424f), c2 = set1(-0.809016994374947424f);
  const F s1 = set1(inverse ? -0.951056516295153572f : 0.951056516295153572f);
  const F s2 = set1(inverse ? -0.587785252292473129f : 0.587785252292473129f);
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

template <int R, class Twiddle>
SGCONV_INLINE void forward(C *x, const Twiddle &twiddle) {
  if constexpr (is_power_of_two(R)) {
    forward_levels<R, 0>(x, twiddle);
  } else {
    each<1, R>([&](auto j) SGCONV_BODY { x[j] = twiddle(j - 1) * x[j]; });
    fourier_odd<R, false>(x);
  }
}

// The same for real input.
template <int R, class Twiddle>
SGCONV_INLINE void forward_real(const F *x, C *y, const Twiddle &twiddle) {
  if constexpr (is_power_of_two(R)) {
    const C w = twiddle(0);
    each<0, R / 2>([&](auto j) SGCONV_BODY {
      const F a = x[j], b = x[j + R / 2], im = w.im * b;
      y[j] = {fma(w.re, b, a), im};
      y[j + R / 2] = {fnma(w.re, b, a), -im};
    });
    forward_levels<R, 1>(y, twiddle);
  } else {
    y[0] = {x[0], set1(0.0f)};
    each<1, R>([&](auto j) SGCONV_BODY {
      const C w = twiddle(j - 1);
      y[j] = {w.re * x[j], w.im * x[j]};
    });
    fourier_odd<R, false>(y);
  }
}

// Undoes a step up to a factor of R and up to the twiddles: afterwards element n still lacks the
// factor conj(e(n theta / R)).
template <int R, int half = 1>
SGCONV_INLINE void inverse_levels(C *x) {
  if constexpr (!is_power_of_two(R)) {
    fourier_odd<R, true>(x);
  } else if constexpr (half < R) {
    each<0, R / (2 * half)>([&](auto block) SGCONV_BODY {
      each<0, half>([&](auto j) SGCONV_BODY {
        constexpr int sixteenths = int(decltype(j){}) * 8 / half;
        C *at = x + 2 * half * block + j;
        constant_butterfly<sixteenths>(at[0], at[half]);
      });
    });
    inverse_levels<R, 2 * half>(x);
  }
}

// Undoes a step up to a factor of R. `twiddle(n)` is e(n theta / R), n = 1 .. R - 1.
template <int R, class Twiddle>
SGCONV_INLINE void inverse(C *x, const Twiddle &twiddle) {
  inverse_levels<R>(x);
  each<1, R>([&](auto n) SGCONV_BODY { x[n] = conjugate_times(twiddle(n), x[n]); });
}

// The same, real parts only.
template <int R, class Twiddle>
SGCONV_INLINE void inverse_real(C *x, F *y, const Twiddle &twiddle) {
  inverse_levels<R>(x);
  y[0] = x[0].re;
  each<1, R>([&](auto n) SGCONV_BODY {
    const C w = twiddle(n);
    y[n] = fma(w.re, x[n].re, w.im * x[n].im);
  });
}

}  // namespace sgconv::SGCONV_TIER

#endif
