/* What layers and models compute beside convolutions, by CUDA kernels.
 *
 * B batch, H or N channels in, P channels out, L positions, V tokens, K classes; signals (B, H, L)
 * are contiguous and row-major. All is float32. Every pointer is device memory of the current
 * device unless it says "host", and needs the alignment of its element; 16-byte alignment of
 * pointers and rows is faster. `stream` is a cudaStream_t of that device, NULL for the default
 * stream. Calls return after the launch: they neither wait for it, nor allocate, nor copy, so that
 * they can be captured into a CUDA graph; what they take from the host is then part of it.
 *
 * Outputs are overwritten; they overlap no input, unless it is said that they may be one. Results
 * are deterministic: no atomics, sums in a fixed order. `dropout` and `tied` are host memory and
 * may be NULL for none.
 *
 * Matrix products are not among these calls: the caller gets them from cuBLAS. A linear map is
 *   forward:  a = activation_forward(x), or x; the product W a; linear_forward -> y
 *   backward: linear_backward(z, dy) -> dz; the products dz a^T of each member and their sum by
 *             add_partials -> dW; W^T dz and activation_backward -> dx; linear_bias_gradient ->
 * dbias in parts of the batch that begin with member `member_first`.
 */
#ifndef SGCONV_CUDA_LAYERS_H
#define SGCONV_CUDA_LAYERS_H

#include "sgconv/cuda.h"
#include "sgconv/layers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y = dropout * gelu(x), or dropout * x if `gelu` is 0, of `count` elements, of which the first is
 * number `first` to the dropout; y may be x. Backward: dx, which may be dy. */
SGCONV_API sgconv_status sgconv_cuda_activation_forward(int64_t count, int32_t gelu,
                                                        const sgconv_dropout *dropout,
                                                        int64_t first, const float *x, float *y,
                                                        void *stream);
SGCONV_API sgconv_status sgconv_cuda_activation_backward(int64_t count, int32_t gelu,
                                                         const sgconv_dropout *dropout,
                                                         int64_t first, const float *x,
                                                         const float *dy, float *dx, void *stream);

/* sum = x + tied * branch; x may be NULL for 0. sum may be x or branch. */
SGCONV_API sgconv_status sgconv_cuda_add(const sgconv_signal_geometry *geometry,
                                         const sgconv_dropout *tied, const float *x,
                                         const float *branch, float *sum, void *stream);

/* What follows the product W a (B, M, L): z = product + bias, y = residual + tied * act(z).
 * geometry->batch counts the members of this part. bias (M), residual (B, P, L) and z may be NULL;
 * z is only for glu, and may be the product. y may be the residual, and without glu the product. */
SGCONV_API sgconv_status sgconv_cuda_linear_forward(const sgconv_linear_geometry *geometry,
                                                    int64_t member_first, const float *product,
                                                    const float *bias, const float *residual,
                                                    float *z, float *y, void *stream);
/* dz (B, M, L) of the same part; z as the forward call wrote it, NULL without glu. */
SGCONV_API sgconv_status sgconv_cuda_linear_backward(const sgconv_linear_geometry *geometry,
                                                     int64_t member_first, const float *z,
                                                     const float *dy, float *dz, void *stream);
/* dbias (M), of the whole batch at once. */
SGCONV_API sgconv_status sgconv_cuda_linear_bias_gradient(const sgconv_linear_geometry *geometry,
                                                          const float *z, const float *dy,
                                                          float *dbias, void *stream);
/* sum (count) = partials (parts, count) added up in their order, after what is in `sum` already if
 * `continued`. */
SGCONV_API sgconv_status sgconv_cuda_add_partials(int64_t parts, int64_t count, int32_t continued,
                                                  const float *partials, float *sum, void *stream);

/* LayerNorm over channels: weight, bias (H); mean, scale = 1 / sqrt(variance + epsilon) (B, L),
 * both or neither NULL. Backward: residual (B, H, L) or NULL is added to dx, and may be dx. */
SGCONV_API sgconv_status sgconv_cuda_layer_norm_forward(const sgconv_signal_geometry *geometry,
                                                        double epsilon, const float *x,
                                                        const float *weight, const float *bias,
                                                        float *y, float *mean, float *scale,
                                                        void *stream);
SGCONV_API sgconv_status sgconv_cuda_layer_norm_backward(const sgconv_signal_geometry *geometry,
                                                         const float *x, const float *weight,
                                                         const float *mean, const float *scale,
                                                         const float *dy, const float *residual,
                                                         float *dx, float *dweight, float *dbias,
                                                         void *stream);
/* y = (s / sigma) * (x - mu + m): m, s of one element; mean, scale = 1 / sigma (B, L), both or
 * neither NULL. workspace of as many bytes as the query says, aligned to 8. */
SGCONV_API sgconv_status sgconv_cuda_scalar_norm_forward(const sgconv_signal_geometry *geometry,
                                                         const float *x, const float *m,
                                                         const float *s, float *y, float *mean,
                                                         float *scale, void *stream);
SGCONV_API sgconv_status sgconv_cuda_scalar_norm_workspace(const sgconv_signal_geometry *geometry,
                                                           int64_t *bytes);
SGCONV_API sgconv_status sgconv_cuda_scalar_norm_backward(
    const sgconv_signal_geometry *geometry, const float *x, const float *m, const float *s,
    const float *mean, const float *scale, const float *dy, const float *residual, float *dx,
    float *dm, float *ds, void *workspace, void *stream);
/* BatchNorm over B * L positions: weight, bias, mean and biased variance (H). `given`: 0 computes
 * and writes mean and variance, 1 reads them. */
SGCONV_API sgconv_status sgconv_cuda_batch_norm_forward(const sgconv_signal_geometry *geometry,
                                                        int32_t given, double epsilon,
                                                        const float *x, const float *weight,
                                                        const float *bias, float *y, float *mean,
                                                        float *variance, void *stream);
SGCONV_API sgconv_status sgconv_cuda_batch_norm_backward(
    const sgconv_signal_geometry *geometry, double epsilon, const float *x, const float *weight,
    const float *mean, const float *variance, const float *dy, const float *residual, float *dx,
    float *dweight, float *dbias, void *stream);
/* running = (1 - momentum) * running + momentum * batch, of `channels` means and variances; of the
 * latter the unbiased one, variance * count / (count - 1). count >= 2. */
SGCONV_API sgconv_status sgconv_cuda_running_statistics(int64_t channels, int64_t count,
                                                        double momentum, const float *mean,
                                                        const float *variance, float *running_mean,
                                                        float *running_variance, void *stream);

/* y[b, h, l] = table[tokens[b, l], h]: tokens (B, L) from 0 to V - 1, table (V, H). A token that is
 * none, which the caller has to rule out, gives NaN. */
SGCONV_API sgconv_status sgconv_cuda_embedding_forward(const sgconv_signal_geometry *geometry,
                                                       int64_t vocabulary, const int64_t *tokens,
                                                       const float *table, float *y, void *stream);
/* Where each token occurs, for the backward pass: tokens (B, L) and index, B * L + V + 1 numbers,
 * are host memory. A token out of range is SGCONV_INVALID_ARGUMENT. */
SGCONV_API sgconv_status sgconv_cuda_embedding_index(const sgconv_signal_geometry *geometry,
                                                     int64_t vocabulary, const int64_t *tokens,
                                                     int64_t *index);
/* dtable (V, H), given a copy of that index on the device. */
SGCONV_API sgconv_status sgconv_cuda_embedding_backward(const sgconv_signal_geometry *geometry,
                                                        int64_t vocabulary, const int64_t *index,
                                                        const float *dy, float *dtable,
                                                        void *stream);

/* y (B, H): the mean over the first n_b positions, or if `last` the n_b-th; lengths n (B), host
 * memory, each from 1 to L, or NULL for L. dx (B, H, L). */
SGCONV_API sgconv_status sgconv_cuda_pool_forward(const sgconv_signal_geometry *geometry,
                                                  int32_t last, const int64_t *lengths,
                                                  const float *x, float *y, void *stream);
SGCONV_API sgconv_status sgconv_cuda_pool_backward(const sgconv_signal_geometry *geometry,
                                                   int32_t last, const int64_t *lengths,
                                                   const float *dy, float *dx, void *stream);

/* x (2n, H) -> y (n, 4H) = (a, b, a - b, a * b), a = x[i] and b = x[n + i]; and dx (2n, H). */
SGCONV_API sgconv_status sgconv_cuda_pair_features_forward(int64_t pairs, int64_t channels,
                                                           const float *x, float *y, void *stream);
SGCONV_API sgconv_status sgconv_cuda_pair_features_backward(int64_t pairs, int64_t channels,
                                                            const float *x, const float *dy,
                                                            float *dx, void *stream);

/* logits (B, K), labels (B), host memory, from 0 to K - 1 -> losses (B) of softmax cross-entropy,
 * and dlogits (B, K), of their mean, or NULL. */
SGCONV_API sgconv_status sgconv_cuda_cross_entropy(int64_t batch, int64_t classes,
                                                   const float *logits, const int64_t *labels,
                                                   float *losses, float *dlogits, void *stream);

/* x (B, rows, columns) -> y (B, columns, rows). */
SGCONV_API sgconv_status sgconv_cuda_transpose(int64_t batch, int64_t rows, int64_t columns,
                                               const float *x, float *y, void *stream);

#ifdef __cplusplus
}
#endif

#endif
