// Vectors of 4 numbers, aarch64: a register of floats or a pair of doubles, since tiles take
// vectors by fours. Included inside the namespace of the tier.
struct Pair {
  float64x2_t low, high;
};

constexpr int W = 4;
constexpr bool kHasFma = true;

SGCONV_INLINE Pair operator+(Pair a, Pair b) { return {a.low + b.low, a.high + b.high}; }
SGCONV_INLINE Pair operator-(Pair a, Pair b) { return {a.low - b.low, a.high - b.high}; }
SGCONV_INLINE Pair operator*(Pair a, Pair b) { return {a.low * b.low, a.high * b.high}; }
SGCONV_INLINE Pair operator-(Pair a) { return {-a.low, -a.high}; }

SGCONV_INLINE float32x4_t load(const float *p) { return vld1q_f32(p); }
SGCONV_INLINE float32x4_t loadu(const float *p) { return vld1q_f32(p); }
SGCONV_INLINE void store(float *p, float32x4_t v) { vst1q_f32(p, v); }
SGCONV_INLINE void storeu(float *p, float32x4_t v) { vst1q_f32(p, v); }
SGCONV_INLINE float32x4_t set1(float x) { return vdupq_n_f32(x); }
// a*b + c, a*b - c, c - a*b
SGCONV_INLINE float32x4_t fma(float32x4_t a, float32x4_t b, float32x4_t c) {
  return vfmaq_f32(c, a, b);
}
SGCONV_INLINE float32x4_t fms(float32x4_t a, float32x4_t b, float32x4_t c) {
  return vnegq_f32(vfmsq_f32(c, a, b));
}
SGCONV_INLINE float32x4_t fnma(float32x4_t a, float32x4_t b, float32x4_t c) {
  return vfmsq_f32(c, a, b);
}

SGCONV_INLINE Pair load(const double *p) { return {vld1q_f64(p), vld1q_f64(p + 2)}; }
SGCONV_INLINE Pair loadu(const double *p) { return load(p); }
SGCONV_INLINE void store(double *p, Pair v) {
  vst1q_f64(p, v.low);
  vst1q_f64(p + 2, v.high);
}
SGCONV_INLINE void storeu(double *p, Pair v) { store(p, v); }
SGCONV_INLINE Pair set1(double x) { return {vdupq_n_f64(x), vdupq_n_f64(x)}; }
SGCONV_INLINE Pair fma(Pair a, Pair b, Pair c) {
  return {vfmaq_f64(c.low, a.low, b.low), vfmaq_f64(c.high, a.high, b.high)};
}
SGCONV_INLINE Pair fnma(Pair a, Pair b, Pair c) {
  return {vfmsq_f64(c.low, a.low, b.low), vfmsq_f64(c.high, a.high, b.high)};
}
SGCONV_INLINE Pair fms(Pair a, Pair b, Pair c) { return -fnma(a, b, c); }

using F = decltype(set1(Real{}));

// There are no stores past the caches to be had.
SGCONV_INLINE void stream(Real *p, F v) { storeu(p, v); }
SGCONV_INLINE void stream_fence() {}

// 4x4, all of a tile.
SGCONV_INLINE void transpose_group(float32x4_t &a, float32x4_t &b, float32x4_t &c, float32x4_t &d) {
  const float32x4x2_t ab = vtrnq_f32(a, b), cd = vtrnq_f32(c, d);
  a = vcombine_f32(vget_low_f32(ab.val[0]), vget_low_f32(cd.val[0]));
  b = vcombine_f32(vget_low_f32(ab.val[1]), vget_low_f32(cd.val[1]));
  c = vcombine_f32(vget_high_f32(ab.val[0]), vget_high_f32(cd.val[0]));
  d = vcombine_f32(vget_high_f32(ab.val[1]), vget_high_f32(cd.val[1]));
}

SGCONV_INLINE void transpose_group(Pair &a, Pair &b, Pair &c, Pair &d) {
  const Pair first = a, second = b, third = c, fourth = d;
  a = {vzip1q_f64(first.low, second.low), vzip1q_f64(third.low, fourth.low)};
  b = {vzip2q_f64(first.low, second.low), vzip2q_f64(third.low, fourth.low)};
  c = {vzip1q_f64(first.high, second.high), vzip1q_f64(third.high, fourth.high)};
  d = {vzip2q_f64(first.high, second.high), vzip2q_f64(third.high, fourth.high)};
}

SGCONV_INLINE void transpose_column(F *) {}
