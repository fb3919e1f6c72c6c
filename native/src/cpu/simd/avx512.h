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

// 16x16.
SGCONV_INLINE void transpose(F *r) {
  F t[16];
  each<0, 8>([&](auto k) SGCONV_BODY {
    t[2 * k] = _mm512_unpacklo_ps(r[2 * k], r[2 * k + 1]);
    t[2 * k + 1] = _mm512_unpackhi_ps(r[2 * k], r[2 * k + 1]);
  });
  each<0, 4>([&](auto k) SGCONV_BODY {
    const __m512d a = _mm512_castps_pd(t[4 * k]), b = _mm512_castps_pd(t[4 * k + 2]);
    const __m512d c = _mm512_castps_pd(t[4 * k + 1]), d = _mm512_castps_pd(t[4 * k + 3]);
    r[4 * k] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
    r[4 * k + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
    r[4 * k + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(c, d));
    r[4 * k + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(c, d));
  });
  each<0, 4>([&](auto i) SGCONV_BODY {
    t[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xdd);
  });
  each<0, 4>([&](auto i) SGCONV_BODY {
    r[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd);
    r[i + 4] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88);
    r[i + 12] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xdd);
  });
}
