// The vector type of the tier that is being compiled. SGCONV_TIER names its namespace: nothing that
// a tier compiles may be shared with code for another instruction set or of another type.
#ifndef SGCONV_CPU_SIMD_VECTOR_H
#define SGCONV_CPU_SIMD_VECTOR_H

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "cpu/real.h"

// Bodies of `each`.
#define SGCONV_BODY __attribute__((always_inline))
// Large bodies that must exist once, whatever the inliner thinks.
#define SGCONV_OUTLINE __attribute__((noinline))
#define SGCONV_INLINE inline __attribute__((always_inline))

namespace sgconv::SGCONV_TIER {

// Compile-time loop: f(Index<first>), ..., f(Index<last - 1>). Arrays indexed by it live in
// registers.
template <int I>
struct Index {
  constexpr operator int() const { return I; }
};

template <int first, int last, class Body>
SGCONV_INLINE void each(const Body &body) {
  if constexpr (first < last) {
    body(Index<first>{});
    each<first + 1, last>(body);
  }
}

#if defined(__AVX512F__)
#include "cpu/simd/avx512.h"
#elif defined(__AVX2__)
#include "cpu/simd/avx2.h"
#elif defined(__x86_64__)
#include "cpu/simd/baseline.h"
#elif defined(__aarch64__)
#include "cpu/simd/neon.h"
#else
#error "no vectors for this processor"
#endif

// W complex numbers, or one in every lane.
struct C {
  F re, im;
};

SGCONV_INLINE C load_complex(const Real *p) { return {load(p), load(p + W)}; }
SGCONV_INLINE void store_complex(Real *p, C x) {
  store(p, x.re);
  store(p + W, x.im);
}
SGCONV_INLINE void stream_complex(Real *p, C x) {
  stream(p, x.re);
  stream(p + W, x.im);
}
SGCONV_INLINE C operator+(C a, C b) { return {a.re + b.re, a.im + b.im}; }
SGCONV_INLINE C operator-(C a, C b) { return {a.re - b.re, a.im - b.im}; }
SGCONV_INLINE C times_i(C a) { return {-a.im, a.re}; }
SGCONV_INLINE C operator*(C a, C b) {
  return {fms(a.re, b.re, a.im * b.im), fma(a.re, b.im, a.im * b.re)};
}
// conj(a) * b
SGCONV_INLINE C conjugate_times(C a, C b) {
  return {fma(a.re, b.re, a.im * b.im), fms(a.re, b.im, a.im * b.re)};
}
// sum + conj(a) * b
SGCONV_INLINE C add_conjugate_times(C sum, C a, C b) {
  return {fma(a.re, b.re, fma(a.im, b.im, sum.re)), fma(a.re, b.im, fnma(a.im, b.re, sum.im))};
}
SGCONV_INLINE C add_times(C sum, C a, C b) {
  return {fma(a.re, b.re, fnma(a.im, b.im, sum.re)), fma(a.re, b.im, fma(a.im, b.re, sum.im))};
}

}  // namespace sgconv::SGCONV_TIER

#endif
