// One register of float32 on the instruction set that this file is compiled for.
#ifndef SGCONV_BENCH_VECTOR_H
#define SGCONV_BENCH_VECTOR_H

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#else
#include <arm_neon.h>
#endif

namespace {

#if defined(__AVX512F__)

using Vector = __m512;
inline Vector load(const float *from) { return _mm512_load_ps(from); }
inline void store(float *to, Vector v) { _mm512_store_ps(to, v); }
inline void stream(float *to, Vector v) { _mm512_stream_ps(to, v); }
inline Vector splat(float x) { return _mm512_set1_ps(x); }
inline Vector multiply_add(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }

#elif defined(__AVX2__)

using Vector = __m256;
inline Vector load(const float *from) { return _mm256_load_ps(from); }
inline void store(float *to, Vector v) { _mm256_store_ps(to, v); }
inline void stream(float *to, Vector v) { _mm256_stream_ps(to, v); }
inline Vector splat(float x) { return _mm256_set1_ps(x); }
inline Vector multiply_add(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }

#elif defined(__x86_64__)

using Vector = __m128;
inline Vector load(const float *from) { return _mm_load_ps(from); }
inline void store(float *to, Vector v) { _mm_store_ps(to, v); }
inline void stream(float *to, Vector v) { _mm_stream_ps(to, v); }
inline Vector splat(float x) { return _mm_set1_ps(x); }
inline Vector multiply_add(Vector a, Vector b, Vector c) { return _mm_add_ps(_mm_mul_ps(a, b), c); }

#else

using Vector = float32x4_t;
inline Vector load(const float *from) { return vld1q_f32(from); }
inline void store(float *to, Vector v) { vst1q_f32(to, v); }
inline void stream(float *to, Vector v) {
  const float32x2_t low = vget_low_f32(v), high = vget_high_f32(v);
  asm volatile("stnp %d0, %d1, [%2]" : : "w"(low), "w"(high), "r"(to) : "memory");
}
inline Vector splat(float x) { return vdupq_n_f32(x); }
inline Vector multiply_add(Vector a, Vector b, Vector c) { return vfmaq_f32(c, a, b); }

#endif

// Orders streaming stores before whatever follows.
inline void finish_stream() {
#if defined(__x86_64__)
  _mm_sfence();
#endif
}

// Makes the compiler believe that a value is changed and needed.
inline void keep(Vector &value) {
#if defined(__AVX512F__)
  asm volatile("" : "+v"(value));
#elif defined(__x86_64__)
  asm volatile("" : "+x"(value));
#else
  asm volatile("" : "+w"(value));
#endif
}

constexpr int64_t kLanes = sizeof(Vector) / sizeof(float);

}  // namespace

#endif
