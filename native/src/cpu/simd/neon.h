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
SGCONV_INLINE void transpose(F *r) {
  const float32x4x2_t a = vtrnq_f32(r[0], r[1]), b = vtrnq_f32(r[2], r[3]);
  r[0] = vcombine_f32(vget_low_f32(a.val[0]), vget_low_f32(b.val[0]));
  r[1] = vcombine_f32(vget_low_f32(a.val[1]), vget_low_f32(b.val[1]));
  r[2] = vcombine_f32(vget_high_f32(a.val[0]), vget_high_f32(b.val[0]));
  r[3] = vcombine_f32(vget_high_f32(a.val[1]), vget_high_f32(b.val[1]));
}
