// Vectors of 4 numbers, SSE2 without fused multiply-add: a register of floats or a pair of doubles,
// since tiles take vectors by fours. Included inside the namespace of the tier.
struct Pair {
  __m128d low, high;
};

constexpr int W = 4;
constexpr bool kHasFma = false;

SGCONV_INLINE Pair operator+(Pair a, Pair b) { return {a.low + b.low, a.high + b.high}; }
SGCONV_INLINE Pair operator-(Pair a, Pair b) { return {a.low - b.low, a.high - b.high}; }
SGCONV_INLINE Pair operator*(Pair a, Pair b) { return {a.low * b.low, a.high * b.high}; }
SGCONV_INLINE Pair operator-(Pair a) { return {-a.low, -a.high}; }

SGCONV_INLINE __m128 load(const float *p) { return _mm_load_ps(p); }
SGCONV_INLINE __m128 loadu(const float *p) { return _mm_loadu_ps(p); }
SGCONV_INLINE void store(float *p, __m128 v) { _mm_store_ps(p, v); }
SGCONV_INLINE void storeu(float *p, __m128 v) { _mm_storeu_ps(p, v); }
SGCONV_INLINE void stream(float *p, __m128 v) { _mm_stream_ps(p, v); }
SGCONV_INLINE __m128 set1(float x) { return _mm_set1_ps(x); }

SGCONV_INLINE Pair load(const double *p) { return {_mm_load_pd(p), _mm_load_pd(p + 2)}; }
SGCONV_INLINE Pair loadu(const double *p) { return {_mm_loadu_pd(p), _mm_loadu_pd(p + 2)}; }
SGCONV_INLINE void store(double *p, Pair v) {
  _mm_store_pd(p, v.low);
  _mm_store_pd(p + 2, v.high);
}
SGCONV_INLINE void storeu(double *p, Pair v) {
  _mm_storeu_pd(p, v.low);
  _mm_storeu_pd(p + 2, v.high);
}
SGCONV_INLINE void stream(double *p, Pair v) {
  _mm_stream_pd(p, v.low);
  _mm_stream_pd(p + 2, v.high);
}
SGCONV_INLINE Pair set1(double x) { return {_mm_set1_pd(x), _mm_set1_pd(x)}; }

using F = decltype(set1(Real{}));

SGCONV_INLINE void stream_fence() { _mm_sfence(); }

// a*b + c, a*b - c, c - a*b
SGCONV_INLINE F fma(F a, F b, F c) { return a * b + c; }
SGCONV_INLINE F fms(F a, F b, F c) { return a * b - c; }
SGCONV_INLINE F fnma(F a, F b, F c) { return c - a * b; }

// 4x4, all of a tile.
SGCONV_INLINE void transpose_group(__m128 &a, __m128 &b, __m128 &c, __m128 &d) {
  _MM_TRANSPOSE4_PS(a, b, c, d);
}

SGCONV_INLINE void transpose_group(Pair &a, Pair &b, Pair &c, Pair &d) {
  const Pair first = a, second = b, third = c, fourth = d;
  a = {_mm_unpacklo_pd(first.low, second.low), _mm_unpacklo_pd(third.low, fourth.low)};
  b = {_mm_unpackhi_pd(first.low, second.low), _mm_unpackhi_pd(third.low, fourth.low)};
  c = {_mm_unpacklo_pd(first.high, second.high), _mm_unpacklo_pd(third.high, fourth.high)};
  d = {_mm_unpackhi_pd(first.high, second.high), _mm_unpackhi_pd(third.high, fourth.high)};
}

SGCONV_INLINE void transpose_column(F *) {}
