/* What layers and models compute beside convolutions, on the host's CPU.
 *
 * B batch, H or N channels in, P channels out, L positions, V tokens, K classes; signals (B, H, L)
 * are contiguous and row-major. `dtype` is SGCONV_FLOAT32 or SGCONV_FLOAT64 and that of every
 * tensor of a call; pointers need the alignment of one element. Outputs are overwritten; they
 * overlap no input, unless it is said that they may be one. Every call is synchronous, runs on the
 * context's threads and allocates nothing; calls on one context run one after another. The same
 * inputs give the same bits, whatever the number of threads.
 *
 * Workspaces are 64-byte aligned, of as many bytes as the query says, which depends on the
 * context's number of threads; they may be NULL where it says 0. `dropout` may be NULL for none.
 */
#ifndef SGCONV_CPU_LAYERS_H
#define SGCONV_CPU_LAYERS_H

#include "sgconv/cpu.h"
#include "sgconv/layers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where matrix products come from: addresses of `cblas_sgemm` and `cblas_dgemm` with 32-bit
 * integers, which may be called by several threads at a time and use no threads of their own. Not
 * to be called while another call on the context runs. Without them the calls below that need one
 * are SGCONV_UNSUPPORTED. */
SGCONV_API sgconv_status sgconv_cpu_context_set_products(sgconv_cpu_context *context,
                                                         const void *sgemm, const void *dgemm);

/* y = dropout * gelu(x), `count` elements; and dx. */
SGCONV_API sgconv_status sgconv_cpu_gelu_forward(sgconv_cpu_context *context, int64_t count,
                                                 int32_t dtype, const sgconv_dropout *dropout,
                                                 const void *x, void *y);
SGCONV_API sgconv_status sgconv_cpu_gelu_backward(sgconv_cpu_context *context, int64_t count,
                                                  int32_t dtype, const sgconv_dropout *dropout,
                                                  const void *x, const void *dy, void *dx);

/* sum = x + tied * branch; x may be NULL for 0. sum may be x or branch. */
SGCONV_API sgconv_status sgconv_cpu_add(sgconv_cpu_context *context,
                                        const sgconv_signal_geometry *geometry, int32_t dtype,
                                        const sgconv_dropout *tied, const void *x,
                                        const void *branch, void *sum);

/* See sgconv_linear_geometry. x (B, N, L), weight (M, N), bias (M) or NULL, residual (B, P, L) or
 * NULL, z (B, M, L) or NULL: only with glu; y (B, P, L), which may be the residual. Needs products.
 */
SGCONV_API sgconv_status sgconv_cpu_linear_workspace(const sgconv_cpu_context *context,
                                                     const sgconv_linear_geometry *geometry,
                                                     int32_t dtype, int32_t backward,
                                                     int64_t *bytes);
SGCONV_API sgconv_status sgconv_cpu_linear_forward(sgconv_cpu_context *context,
                                                   const sgconv_linear_geometry *geometry,
                                                   int32_t dtype, const void *x, const void *weight,
                                                   const void *bias, const void *residual, void *z,
                                                   void *y, void *workspace);
/* z as the forward call wrote it, NULL without glu; dx and dbias may each be NULL. */
SGCONV_API sgconv_status sgconv_cpu_linear_backward(sgconv_cpu_context *context,
                                                    const sgconv_linear_geometry *geometry,
                                                    int32_t dtype, const void *x,
                                                    const void *weight, const void *z,
                                                    const void *dy, void *dx, void *dweight,
                                                    void *dbias, void *workspace);

/* Of any norm's call, forward or backward. */
SGCONV_API sgconv_status sgconv_cpu_norm_workspace(const sgconv_cpu_context *context,
                                                   const sgconv_signal_geometry *geometry,
                                                   int32_t dtype, int64_t *bytes);
/* LayerNorm over channels: weight, bias (H); mean, scale = 1 / sqrt(variance + epsilon) (B, L),
 * both or neither NULL. Backward: residual (B, H, L) or NULL is added to dx, and may be dx. */
SGCONV_API sgconv_status sgconv_cpu_layer_norm_forward(sgconv_cpu_context *context,
                                                       const sgconv_signal_geometry *geometry,
                                                       int32_t dtype, double epsilon, const void *x,
                                                       const void *weight, const void *bias,
                                                       void *y, void *mean, void *scale,
                                                       void *workspace);
SGCONV_API sgconv_status sgconv_cpu_layer_norm_backward(
    sgconv_cpu_context *context, const sgconv_signal_geometry *geometry, int32_t dtype,
    const void *x, const void *weight, const void *mean, const void *scale, const void *dy,
    const void *residual, void *dx, void *dweight, void *dbias, void *workspace);
/* y = (s / sigma) * (x - mu + m): m, s of one element; mean, scale = 1 / sigma (B, L), both or
 * neither NULL. */
SGCONV_API sgconv_status sgconv_cpu_scalar_norm_forward(sgconv_cpu_context *context,
                                                        const sgconv_signal_geometry *geometry,
                                                        int32_t dtype, const void *x, const void *m,
                                                        const void *s, void *y, void *mean,
                                                        void *scale, void *workspace);
SGCONV_API sgconv_status sgconv_cpu_scalar_norm_backward(
    sgconv_cpu_context *context, const sgconv_signal_geometry *geometry, int32_t dtype,
    const void *x, const void *m, const void *s, const void *mean, const void *scale,
    const void *dy, const void *residual, void *dx, void *dm, void *ds, void *workspace);
/* BatchNorm over B * L positions: weight, bias, mean and biased variance (H). `given`: 0 computes
 * and writes mean and variance, 1 reads them. */
SGCONV_API sgconv_status sgconv_cpu_batch_norm_forward(sgconv_cpu_context *context,
                                                       const sgconv_signal_geometry *geometry,
                                                       int32_t dtype, int32_t given, double epsilon,
                                                       const void *x, const void *weight,
                                                       const void *bias, void *y, void *mean,
                                                       void *variance, void *workspace);
SGCONV_API sgconv_status sgconv_cpu_batch_norm_backward(
    sgconv_cpu_context *context, const sgconv_signal_geometry *geometry, int32_t dtype,
    double epsilon, const void *x, const void *weight, const void *mean, const void *variance,
    const void *dy, const void *residual, void *dx, void *dweight, void *dbias, void *workspace);

/* y[b, h, l] = table[tokens[b, l], h]: tokens (B, L) from 0 to V - 1, table (V, H). A token out of
 * range is SGCONV_INVALID_ARGUMENT and nothing is written. */
SGCONV_API sgconv_status sgconv_cpu_embedding_forward(sgconv_cpu_context *context,
                                                      const sgconv_signal_geometry *geometry,
                                                      int64_t vocabulary, int32_t dtype,
                                                      const int64_t *tokens, const void *table,
                                                      void *y);
SGCONV_API sgconv_status sgconv_cpu_embedding_workspace(const sgconv_cpu_context *context,
                                                        const sgconv_signal_geometry *geometry,
                                                        int64_t vocabulary, int32_t dtype,
                                                        int64_t *bytes);
SGCONV_API sgconv_status sgconv_cpu_embedding_backward(sgconv_cpu_context *context,
                                                       const sgconv_signal_geometry *geometry,
                                                       int64_t vocabulary, int32_t dtype,
                                                       const int64_t *tokens, const void *dy,
                                                       void *dtable, void *workspace);

/* y (B, H): the mean over the first n_b positions, or if `last` the n_b-th; lengths n (B), each
 * from 1 to L, or NULL for L. dx (B, H, L). */
SGCONV_API sgconv_status sgconv_cpu_pool_forward(sgconv_cpu_context *context,
                                                 const sgconv_signal_geometry *geometry,
                                                 int32_t dtype, int32_t last,
                                                 const int64_t *lengths, const void *x, void *y);
SGCONV_API sgconv_status sgconv_cpu_pool_backward(sgconv_cpu_context *context,
                                                  const sgconv_signal_geometry *geometry,
                                                  int32_t dtype, int32_t last,
                                                  const int64_t *lengths, const void *dy, void *dx);

/* x (B, rows, columns) -> y (B, columns, rows). */
SGCONV_API sgconv_status sgconv_cpu_transpose(sgconv_cpu_context *context, int64_t batch,
                                              int64_t rows, int64_t columns, int32_t dtype,
                                              const void *x, void *y);

#ifdef __cplusplus
}
#endif

#endif
