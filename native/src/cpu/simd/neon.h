// Vectors of 4 floats, aarch64. Included inside the namespace of the tier.
constexpr int W = 4;
constexpr bool kHasFma = true;
using F = float32x4_t;

SGCONV_INLINE F load(const float *p) { return vld1q_f32(p); }
SGCONV_INLINE F loadu(const float *p) { return vld1q_f32(p); }
SGCONV_INLINE void store(float *p, F v) { vst1q_f32(p, v); }
SGCONV_INLINE void storeu(float *p, F v) { vst1q_f32(p, v); }
SGCONV_INLINE void stream(float *p, F v) { vst1q_f32(p, v); }
SGCONV_INLINE void stream_fence() {}
SGCONV_INLINE F set1(float x) { return vdupq_n_f32(x); }
SGCONV_INLINE F fma(F a, F b, F c) { return vfmaq_f32(c, a, b); }
SGCONV_INLINE F fms(F a, F b, F c) { return vnegq_f32(vfmsq_f32(c, a, b)); }
SGCONV_INLINE F fnma(F a, F b, F c) { return vfmsq_f32(c, a, b); }

// 4x4.
SGCONV_INLINE void transpose_group(F &a, F &b, F &c, F &d) {
  const float32x4x2_t ab = vtrnq_f32(a, b), cd = vtrnq_f32(c, d);
  a = vcombine_f32(vget_low_f32(ab.val[0]), vget_low_f32(cd.val[0]));
  b = vcombine_f32(vget_low_f32(ab.val[1]), vget_low_f32(cd.val[1]));
  c = vcombine_f32(vget_high_f32(ab.val[0]), vget_high_f32(cd.val[0]));
  d = vcombine_f32(vget_high_f32(ab.val[1]), vget_high_f32(cd.val[1]));
}

SGCONV_INLINE void transpose_column(F *) {}
