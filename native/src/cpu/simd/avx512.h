// Vectors of 16 floats or 8 doubles. Included inside the namespace of the tier.
constexpr int W = 64 / sizeof(Real);
constexpr bool kHasFma = true;

SGCONV_INLINE __m512 load(const float *p) { return _mm512_load_ps(p); }
SGCONV_INLINE __m512 loadu(const float *p) { return _mm512_loadu_ps(p); }
SGCONV_INLINE void store(float *p, __m512 v) { _mm512_store_ps(p, v); }
SGCONV_INLINE void storeu(float *p, __m512 v) { _mm512_storeu_ps(p, v); }
SGCONV_INLINE void stream(float *p, __m512 v) { _mm512_stream_ps(p, v); }
SGCONV_INLINE __m512 set1(float x) { return _mm512_set1_ps(x); }
// a*b + c, a*b - c, c - a*b
SGCONV_INLINE __m512 fma(__m512 a, __m512 b, __m512 c) { return _mm512_fmadd_ps(a, b, c); }
SGCONV_INLINE __m512 fms(__m512 a, __m512 b, __m512 c) { return _mm512_fmsub_ps(a, b, c); }
SGCONV_INLINE __m512 fnma(__m512 a, __m512 b, __m512 c) { return _mm512_fnmadd_ps(a, b, c); }

SGCONV_INLINE __m512d load(const double *p) { return _mm512_load_pd(p); }
SGCONV_INLINE __m512d loadu(const double *p) { return _mm512_loadu_pd(p); }
SGCONV_INLINE void store(double *p, __m512d v) { _mm512_store_pd(p, v); }
SGCONV_INLINE void storeu(double *p, __m512d v) { _mm512_storeu_pd(p, v); }
SGCONV_INLINE void stream(double *p, __m512d v) { _mm512_stream_pd(p, v); }
SGCONV_INLINE __m512d set1(double x) { return _mm512_set1_pd(x); }
SGCONV_INLINE __m512d fma(__m512d a, __m512d b, __m512d c) { return _mm512_fmadd_pd(a, b, c); }
SGCONV_INLINE __m512d fms(__m512d a, __m512d b, __m512d c) { return _mm512_fmsub_pd(a, b, c); }
SGCONV_INLINE __m512d fnma(__m512d a, __m512d b, __m512d c) { return _mm512_fnmadd_pd(a, b, c); }

using F = decltype(set1(Real{}));

SGCONV_INLINE void stream_fence() { _mm_sfence(); }

// 4x4 floats within each 128-bit part.
SGCONV_INLINE void transpose_group(__m512 &a, __m512 &b, __m512 &c, __m512 &d) {
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
SGCONV_INLINE void transpose_column(__m512 *x) {
  const __m512 ab = _mm512_shuffle_f32x4(x[0], x[1], 0x44);
  const __m512 ef = _mm512_shuffle_f32x4(x[0], x[1], 0xee);
  const __m512 cd = _mm512_shuffle_f32x4(x[2], x[3], 0x44);
  const __m512 gh = _mm512_shuffle_f32x4(x[2], x[3], 0xee);
  x[0] = _mm512_shuffle_f32x4(ab, cd, 0x88);
  x[1] = _mm512_shuffle_f32x4(ab, cd, 0xdd);
  x[2] = _mm512_shuffle_f32x4(ef, gh, 0x88);
  x[3] = _mm512_shuffle_f32x4(ef, gh, 0xdd);
}

// 4x4 doubles within each 256-bit part.
SGCONV_INLINE void transpose_group(__m512d &a, __m512d &b, __m512d &c, __m512d &d) {
  const __m512i even = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
  const __m512i odd = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
  const __m512d ab = _mm512_unpacklo_pd(a, b), cd = _mm512_unpacklo_pd(c, d);
  const __m512d ef = _mm512_unpackhi_pd(a, b), gh = _mm512_unpackhi_pd(c, d);
  a = _mm512_permutex2var_pd(ab, even, cd);
  b = _mm512_permutex2var_pd(ef, even, gh);
  c = _mm512_permutex2var_pd(ab, odd, cd);
  d = _mm512_permutex2var_pd(ef, odd, gh);
}

// 2x2 of 256-bit parts.
SGCONV_INLINE void transpose_column(__m512d *x) {
  const __m512d low = _mm512_shuffle_f64x2(x[0], x[1], 0x44);
  x[1] = _mm512_shuffle_f64x2(x[0], x[1], 0xee);
  x[0] = low;
}
