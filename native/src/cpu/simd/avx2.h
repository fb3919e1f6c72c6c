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

// 8x8.
SGCONV_INLINE void transpose(F *r) {
  F t[8];
  each<0, 4>([&](auto k) SGCONV_BODY {
    t[2 * k] = _mm256_unpacklo_ps(r[2 * k], r[2 * k + 1]);
    t[2 * k + 1] = _mm256_unpackhi_ps(r[2 * k], r[2 * k + 1]);
  });
  each<0, 2>([&](auto k) SGCONV_BODY {
    r[4 * k] = _mm256_shuffle_ps(t[4 * k], t[4 * k + 2], 0x44);
    r[4 * k + 1] = _mm256_shuffle_ps(t[4 * k], t[4 * k + 2], 0xee);
    r[4 * k + 2] = _mm256_shuffle_ps(t[4 * k + 1], t[4 * k + 3], 0x44);
    r[4 * k + 3] = _mm256_shuffle_ps(t[4 * k + 1], t[4 * k + 3], 0xee);
  });
  each<0, 4>([&](auto i) SGCONV_BODY {
    t[i] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
    t[i + 4] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
  });
  each<0, 8>([&](auto i) SGCONV_BODY { r[i] = t[i]; });
}
