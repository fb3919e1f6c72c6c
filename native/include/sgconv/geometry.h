/* What is computed: the shapes and rules that the CPU and the CUDA library share. */
#ifndef SGCONV_GEOMETRY_H
#define SGCONV_GEOMETRY_H

#include "sgconv/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How the scales of a kernel are put together (SGConv, section 4; published code, `mode`). */
typedef enum sgconv_composition {
  SGCONV_CONCATENATE = 0, /* pieces of length d * 2^(max(0, i-1) + r), one after another */
  SGCONV_SUM = 1          /* pieces of length d * 2^(i + r), all starting at lag 0, added */
} sgconv_composition;

typedef enum sgconv_interpolation {
  SGCONV_LINEAR = 0, /* half-pixel centers, clamped at both ends (align_corners = false) */
  SGCONV_NEAREST = 1
} sgconv_interpolation;

typedef enum sgconv_decay {
  SGCONV_GEOMETRIC = 0, /* piece i is multiplied by m_h^(S-1-i) */
  SGCONV_POWER = 1      /* value at lag t is multiplied by (t+1)^(-delta_h) */
} sgconv_decay;

typedef enum sgconv_mode {
  SGCONV_CAUSAL = 0,
  SGCONV_BIDIRECTIONAL = 1, /* 2 * heads kernel channels: forward kernels, then backward */
  SGCONV_CIRCULAR = 2,
  SGCONV_CENTERED = 3 /* index i of a kernel is lag i - floor(K / 2); linear, as the first two */
} sgconv_mode;

/* Type of the elements of tensors. The CPU library computes in float32 or in float64, the CUDA
 * library in float32 with signals of 16 or 32 bits. */
typedef enum sgconv_dtype {
  SGCONV_FLOAT32 = 0,
  SGCONV_BFLOAT16 = 1,
  SGCONV_FLOAT16 = 2,
  SGCONV_FLOAT64 = 3
} sgconv_dtype;

/* Multi-scale kernel. Full length M = d * 2^(S-1+r). */
typedef struct sgconv_kernel_geometry {
  int64_t channels;   /* C' >= 1: heads, times two when bidirectional */
  int64_t hidden;     /* H >= 1 */
  int64_t dim;        /* d >= 1: parameters per scale */
  int64_t scales;     /* S >= 1 */
  int64_t init_scale; /* r >= 0 */
  int32_t composition;
  int32_t interpolation;
  int32_t decay;
  int32_t reserved; /* must be 0 */
} sgconv_kernel_geometry;

/* Long convolution of signals (B, H, L) with kernels (C', H, K) to outputs (B, C*H, L). A kernel of
 * K < L lags is zero beyond them. Lags that no two samples of a row are apart, which K > L may
 * have, do not matter: they are not read, and the gradient there is zero. A circular one has K <=
 * L. */
typedef struct sgconv_convolution_geometry {
  int64_t heads;         /* C >= 1 */
  int64_t hidden;        /* H >= 1 */
  int64_t length;        /* L >= 1 */
  int64_t kernel_length; /* K >= 1 */
  int32_t mode;
  int32_t reserved; /* must be 0 */
} sgconv_convolution_geometry;

#ifdef __cplusplus
}
#endif

#endif
