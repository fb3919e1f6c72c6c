// Vectors of 8 floats. Included inside the namespace of the tier.
constexpr int W = 8;
constexpr bool kHasFma = true;
using F = __m256;

SGCONV_INLINE F load(const float *p) { return _mm256_load_ps(p); }
SGCONV_INLINE F loadu(const float *p) { return _mm256_loadu_ps(p); }
SGCONV_INLINE void store(float *p, F v) { _mm256_store_ps(p, v); }
SGCONV_INLINE void storeu(float *p, F v) { _mm256_storeu_ps(p, v); }
SGCONV_INLINE void stream(float *p, F v) { _mm256_stream_ps(p, v); }
SGCONV_INLINE void stream_fence() { _mm_sfence(); }
SGCONV_INLINE F set1(float x) { return _mm256_set1_ps(x); }
SGCONV_INLINE F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }    // a*b + c
SGCONV_INLINE F fms(F a, F b, F c) { return _mm256_fmsub_ps(a, b, c); }    // a*b - c
SGCONV_INLINE F fnma(F a, F b, F c) { return _mm256_fnmadd_ps(a, b, c); }  // c - a*b

// 4x4 within each 128-bit part.
SGCONV_INLINE void transpose_group(F &a, F &b, F &c, F &d) {
  const F ab = _mm256_unpacklo_ps(a, b), cd = _mm256_unpacklo_ps(c, d);
  const F ef = _mm256_unpackhi_ps(a, b), gh = _mm256_unpackhi_ps(c, d);
  a = _mm256_shuffle_ps(ab, cd, 0x44);
  b = _mm256_shuffle_ps(ab, cd, 0xee);
  c = _mm256_shuffle_ps(ef, gh, 0x44);
  d = _mm256_shuffle_ps(ef, gh, 0xee);
}

// 2x2 of 128-bit parts.
SGCONV_INLINE void transpose_column(F *x) {
  const F low = _mm256_permute2f128_ps(x[0], x[1], 0x20);
  x[1] = _mm256_permute2f128_ps(x[0], x[1], 0x31);
  x[0] = low;
}
