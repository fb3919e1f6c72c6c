// Vectors of 4 floats, SSE2 without fused multiply-add. Included inside the namespace of the tier.
constexpr int W = 4;
constexpr bool kHasFma = false;
using F = __m128;

SGCONV_INLINE F load(const float *p) { return _mm_load_ps(p); }
SGCONV_INLINE F loadu(const float *p) { return _mm_loadu_ps(p); }
SGCONV_INLINE void store(float *p, F v) { _mm_store_ps(p, v); }
SGCONV_INLINE void storeu(float *p, F v) { _mm_storeu_ps(p, v); }
SGCONV_INLINE void stream(float *p, F v) { _mm_stream_ps(p, v); }
SGCONV_INLINE void stream_fence() { _mm_sfence(); }
SGCONV_INLINE F set1(float x) { return _mm_set1_ps(x); }
SGCONV_INLINE F fma(F a, F b, F c) { return _mm_add_ps(_mm_mul_ps(a, b), c); }
SGCONV_INLINE F fms(F a, F b, F c) { return _mm_sub_ps(_mm_mul_ps(a, b), c); }
SGCONV_INLINE F fnma(F a, F b, F c) { return _mm_sub_ps(c, _mm_mul_ps(a, b)); }

// 4x4.
SGCONV_INLINE void transpose_group(F &a, F &b, F &c, F &d) { _MM_TRANSPOSE4_PS(a, b, c, d); }

SGCONV_INLINE void transpose_column(F *) {}
