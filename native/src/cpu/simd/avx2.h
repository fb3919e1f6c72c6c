// Vectors of 8 floats or 4 doubles. Included inside the namespace of the tier.
constexpr int W = 32 / sizeof(Real);
constexpr bool kHasFma = true;

SGCONV_INLINE __m256 load(const float *p) { return _mm256_load_ps(p); }
SGCONV_INLINE __m256 loadu(const float *p) { return _mm256_loadu_ps(p); }
SGCONV_INLINE void store(float *p, __m256 v) { _mm256_store_ps(p, v); }
SGCONV_INLINE void storeu(float *p, __m256 v) { _mm256_storeu_ps(p, v); }
SGCONV_INLINE void stream(float *p, __m256 v) { _mm256_stream_ps(p, v); }
SGCONV_INLINE __m256 set1(float x) { return _mm256_set1_ps(x); }
// a*b + c, a*b - c, c - a*b
SGCONV_INLINE __m256 fma(__m256 a, __m256 b, __m256 c) { return _mm256_fmadd_ps(a, b, c); }
SGCONV_INLINE __m256 fms(__m256 a, __m256 b, __m256 c) { return _mm256_fmsub_ps(a, b, c); }
SGCONV_INLINE __m256 fnma(__m256 a, __m256 b, __m256 c) { return _mm256_fnmadd_ps(a, b, c); }

SGCONV_INLINE __m256d load(const double *p) { return _mm256_load_pd(p); }
SGCONV_INLINE __m256d loadu(const double *p) { return _mm256_loadu_pd(p); }
SGCONV_INLINE void store(double *p, __m256d v) { _mm256_store_pd(p, v); }
SGCONV_INLINE void storeu(double *p, __m256d v) { _mm256_storeu_pd(p, v); }
SGCONV_INLINE void stream(double *p, __m256d v) { _mm256_stream_pd(p, v); }
SGCONV_INLINE __m256d set1(double x) { return _mm256_set1_pd(x); }
SGCONV_INLINE __m256d fma(__m256d a, __m256d b, __m256d c) { return _mm256_fmadd_pd(a, b, c); }
SGCONV_INLINE __m256d fms(__m256d a, __m256d b, __m256d c) { return _mm256_fmsub_pd(a, b, c); }
SGCONV_INLINE __m256d fnma(__m256d a, __m256d b, __m256d c) { return _mm256_fnmadd_pd(a, b, c); }

using F = decltype(set1(Real{}));

SGCONV_INLINE void stream_fence() { _mm_sfence(); }

// 4x4 floats within each 128-bit part.
SGCONV_INLINE void transpose_group(__m256 &a, __m256 &b, __m256 &c, __m256 &d) {
  const __m256 ab = _mm256_unpacklo_ps(a, b), cd = _mm256_unpacklo_ps(c, d);
  const __m256 ef = _mm256_unpackhi_ps(a, b), gh = _mm256_unpackhi_ps(c, d);
  a = _mm256_shuffle_ps(ab, cd, 0x44);
  b = _mm256_shuffle_ps(ab, cd, 0xee);
  c = _mm256_shuffle_ps(ef, gh, 0x44);
  d = _mm256_shuffle_ps(ef, gh, 0xee);
}

// 2x2 of 128-bit parts.
SGCONV_INLINE void transpose_column(__m256 *x) {
  const __m256 low = _mm256_permute2f128_ps(x[0], x[1], 0x20);
  x[1] = _mm256_permute2f128_ps(x[0], x[1], 0x31);
  x[0] = low;
}

// 4x4 doubles, all of a tile.
SGCONV_INLINE void transpose_group(__m256d &a, __m256d &b, __m256d &c, __m256d &d) {
  const __m256d ab = _mm256_unpacklo_pd(a, b), cd = _mm256_unpacklo_pd(c, d);
  const __m256d ef = _mm256_unpackhi_pd(a, b), gh = _mm256_unpackhi_pd(c, d);
  a = _mm256_permute2f128_pd(ab, cd, 0x20);
  b = _mm256_permute2f128_pd(ef, gh, 0x20);
  c = _mm256_permute2f128_pd(ab, cd, 0x31);
  d = _mm256_permute2f128_pd(ef, gh, 0x31);
}

SGCONV_INLINE void transpose_column(__m256d *) {}
