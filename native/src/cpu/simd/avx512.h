// Vectors of 16 floats. Included inside the namespace of the tier.
constexpr int W = 16;
constexpr bool kHasFma = true;
using F = __m512;

SGCONV_INLINE F load(const float *p) { return _mm512_load_ps(p); }
SGCONV_INLINE F loadu(const float *p) { return _mm512_loadu_ps(p); }
SGCONV_INLINE void store(float *p, F v) { _mm512_store_ps(p, v); }
SGCONV_INLINE void storeu(float *p, F v) { _mm512_storeu_ps(p, v); }
SGCONV_INLINE void stream(float *p, F v) { _mm512_stream_ps(p, v); }
SGCONV_INLINE void stream_fence() { _mm_sfence(); }
SGCONV_INLINE F set1(float x) { return _mm512_set1_ps(x); }
SGCONV_INLINE F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }    // a*b + c
SGCONV_INLINE F fms(F a, F b, F c) { return _mm512_fmsub_ps(a, b, c); }    // a*b - c
SGCONV_INLINE F fnma(F a, F b, F c) { return _mm512_fnmadd_ps(a, b, c); }  // c - a*b

// 4x4 within each 128-bit part.
SGCONV_INLINE void transpose_group(F &a, F &b, F &c, F &d) {
  const __m512d ab = _mm512_castps_pd(_mm512_unpacklo_ps(a, b));
  const __m512d cd = _mm512_castps_pd(_mm512_unpacklo_ps(c, d));
  const __m512d ef = _mm512_castps_pd(_mm512_unpackhi_ps(a, b));
  const __m512d gh = _mm512_castps_pd(_mm512_unpackhi_ps(c, d));
  a = _mm512_castpd_ps(_mm512_unpacklo_pd(ab, cd));
  b = _mm512_castpd_ps(_mm512_unpackhi_pd(ab, cd));
  c = _mm512_castpd_ps(_mm512_unpacklo_pd(ef, gh));
  d = _mm512_castpd_ps(_mm512_unpackhi_pd(ef, gh));
}

// 4x4 of 128-bit parts.
SGCONV_INLINE void transpose_column(F *x) {
  const F ab = _mm512_shuffle_f32x4(x[0], x[1], 0x44), ef = _mm512_shuffle_f32x4(x[0], x[1], 0xee);
  const F cd = _mm512_shuffle_f32x4(x[2], x[3], 0x44), gh = _mm512_shuffle_f32x4(x[2], x[3], 0xee);
  x[0] = _mm512_shuffle_f32x4(ab, cd, 0x88);
  x[1] = _mm512_shuffle_f32x4(ab, cd, 0xdd);
  x[2] = _mm512_shuffle_f32x4(ef, gh, 0x88);
  x[3] = _mm512_shuffle_f32x4(ef, gh, 0xdd);
}
