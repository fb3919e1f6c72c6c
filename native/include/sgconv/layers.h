/* What layers and models compute beside convolutions: shapes and rules that the CPU and the CUDA
 * library share. Signals are (B, channels, L), contiguous and row-major. */
#ifndef SGCONV_LAYERS_H
#define SGCONV_LAYERS_H

#include "sgconv/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which elements a dropout leaves out. Element e takes word e mod 4 of Philox4x32-10 with the
 * counter (low, high half of e / 4, low, high half of step) and the key (seed, site); it becomes 0
 * if the word is below floor(probability * 2^32), and else is multiplied by 1 / (1 - probability).
 * Where rows are tied, e is the number of the row. */
typedef struct sgconv_dropout {
  double probability; /* 0 <= p < 1; 0 changes nothing */
  uint32_t seed;
  uint32_t site;
  uint64_t step;
} sgconv_dropout;

/* y = residual + tied * act(W a + bias) at every position, a = dropout * gelu(x) or x; act is a
 * gated linear unit z1 * sigmoid(z2) of the halves of z's channels, or nothing. */
typedef struct sgconv_linear_geometry {
  int64_t batch;          /* B >= 1 */
  int64_t inputs;         /* N >= 1: x (B, N, L) */
  int64_t outputs;        /* P >= 1: y (B, P, L); W (M, N) with M = 2P if glu, else P */
  int64_t length;         /* L >= 1 */
  int32_t gelu;           /* 0 or 1: exact, x * (1 + erf(x / sqrt(2))) / 2 */
  int32_t glu;            /* 0 or 1 */
  sgconv_dropout dropout; /* of elements (B, N, L) of a */
  sgconv_dropout tied;    /* of rows (B, P) of y */
} sgconv_linear_geometry;

/* Signals that a norm, a pooling or an embedding works on. */
typedef struct sgconv_signal_geometry {
  int64_t batch;    /* B >= 1 */
  int64_t channels; /* H >= 1 */
  int64_t length;   /* L >= 1 */
} sgconv_signal_geometry;

#ifdef __cplusplus
}
#endif

#endif
