// Vectors of the registers' own size with comparisons and integers, which the elementwise functions
// need: the compiler's vector types, so that one source serves every instruction set.
#ifndef SGCONV_CPU_LAYERS_LANES_H
#define SGCONV_CPU_LAYERS_LANES_H

#include <type_traits>

#include "cpu/simd/vector.h"

namespace sgconv::SGCONV_TIER {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif

constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(Real));
constexpr bool kDouble = sizeof(Real) == sizeof(double);
constexpr int kMantissa = kDouble ? 52 : 23;
constexpr int kBias = kDouble ? 1023 : 127;

using Unsigned = std::conditional_t<kDouble, std::uint64_t, std::uint32_t>;
using V = Real __attribute__((vector_size(kVectorBytes)));
using U = Unsigned __attribute__((vector_size(kVectorBytes)));
// A word for each lane of a V.
using Words = std::uint32_t __attribute__((vector_size(4 * kLanes)));
using U64 = std::uint64_t __attribute__((vector_size(kVectorBytes)));
constexpr int kLanes64 = kVectorBytes / 8;

SGCONV_INLINE V every(Real x) { return x - V{}; }

#if defined(__aarch64__)
SGCONV_INLINE float32x4_t fused(float32x4_t a, float32x4_t b, float32x4_t c) {
  return vfmaq_f32(c, a, b);
}
SGCONV_INLINE float64x2_t fused(float64x2_t a, float64x2_t b, float64x2_t c) {
  return vfmaq_f64(c, a, b);
}
#endif

// a*b + c
SGCONV_INLINE V madd(V a, V b, V c) {
#if defined(__AVX2__)
  return fma(a, b, c);
#elif defined(__aarch64__)
  return fused(a, b, c);
#else
  return a * b + c;
#endif
}

SGCONV_INLINE V magnitude(V x) {
  return (V)((U)x & ~(Unsigned{1} << (kMantissa + 8 + 3 * kDouble)));
}

// Products of the low halves of 64-bit lanes.
SGCONV_INLINE U64 wide_product(U64 a, U64 b) {
#if defined(__AVX512F__)
  return (U64)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (U64)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__x86_64__)
  return (U64)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
  return (U64)vmull_u32(vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b));
#endif
}

// How many elements a load or store is of: a whole vector, or fewer.
struct Whole {};
struct Part {
  int count;
};

SGCONV_INLINE V get(const Real *p, Whole) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
SGCONV_INLINE void put(Real *p, V v, Whole) { __builtin_memcpy(p, &v, sizeof v); }

#if defined(__AVX512F__)
SGCONV_INLINE unsigned mask(Part part) { return (1u << part.count) - 1; }
SGCONV_INLINE V get(const Real *p, Part part) {
  if constexpr (kDouble) {
    return (V)_mm512_maskz_loadu_pd(static_cast<__mmask8>(mask(part)), p);
  } else {
    return (V)_mm512_maskz_loadu_ps(static_cast<__mmask16>(mask(part)), p);
  }
}
SGCONV_INLINE void put(Real *p, V v, Part part) {
  if constexpr (kDouble) {
    _mm512_mask_storeu_pd(p, static_cast<__mmask8>(mask(part)), (__m512d)v);
  } else {
    _mm512_mask_storeu_ps(p, static_cast<__mmask16>(mask(part)), (__m512)v);
  }
}
#else
SGCONV_INLINE V get(const Real *p, Part part) {
  Real numbers[kLanes] = {};
  for (int k = 0; k < part.count; ++k) numbers[k] = p[k];
  return get(numbers, Whole{});
}
SGCONV_INLINE void put(Real *p, V v, Part part) {
  Real numbers[kLanes];
  put(numbers, v, Whole{});
  for (int k = 0; k < part.count; ++k) p[k] = numbers[k];
}
#endif

// Past the caches, for what is not read soon; p is aligned to a vector.
SGCONV_INLINE void put_past(Real *p, V v) {
#if defined(__AVX2__)
  stream(p, v);
#elif defined(__x86_64__)
  _mm_stream_si128((__m128i *)p, (__m128i)v);
#else
  put(p, v, Whole{});
#endif
}

// Stores of a loop over one output, by the caches or past them.
template <bool past>
SGCONV_INLINE void put_output(Real *p, V v, Whole) {
  if constexpr (past) {
    put_past(p, v);
  } else {
    put(p, v, Whole{});
  }
}
template <bool past>
SGCONV_INLINE void put_output(Real *p, V v, Part part) {
  put(p, v, part);
}

// Calls body(i, Whole or Part) for all of `count` elements in order.
template <class Body>
SGCONV_INLINE void each_vector(std::int64_t count, const Body &body) {
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) body(i, Whole{});
  if (i < count) body(i, Part{static_cast<int>(count - i)});
}

// The same with whole vectors where `output` is aligned. An element's bits do not depend on where
// it is in a vector.
template <class Body>
SGCONV_INLINE void each_aligned(const Real *output, std::int64_t count, const Body &body) {
  const std::size_t over = reinterpret_cast<std::uintptr_t>(output) % kVectorBytes;
  std::int64_t i = 0;
  if (over != 0) {
    i = static_cast<std::int64_t>((kVectorBytes - over) / sizeof(Real));
    if (i > count) i = count;
    body(std::int64_t{0}, Part{static_cast<int>(i)});
  }
  for (; i + kLanes <= count; i += kLanes) body(i, Whole{});
  if (i < count) body(i, Part{static_cast<int>(count - i)});
}

template <bool past, class Body>
SGCONV_INLINE void each_output(const Real *output, std::int64_t count, const Body &body) {
  if constexpr (past) {
    each_aligned(output, count, body);
  } else {
    each_vector(count, body);
  }
}

}  // namespace sgconv::SGCONV_TIER

#endif
