// Launchers of what layers compute. Arguments are already checked.
#pragma once

#include <cstdint>

#include "cuda/layers/mask.h"
#include "sgconv/layers.h"

namespace sgconv::cuda {

void launch_activation_forward(int64_t count, bool gelu, const Mask &mask, const float *x, float *y,
                               void *stream);
void launch_activation_backward(int64_t count, bool gelu, const Mask &mask, const float *x,
                                const float *dy, float *dx, void *stream);
void launch_add(const sgconv_signal_geometry &geometry, const Mask &tied, const float *x,
                const float *branch, float *sum, void *stream);

void launch_linear_forward(const sgconv_linear_geometry &geometry, const Mask &tied,
                           const float *product, const float *bias, const float *residual, float *z,
                           float *y, void *stream);
void launch_linear_backward(const sgconv_linear_geometry &geometry, const Mask &tied,
                            const float *z, const float *dy, float *dz, void *stream);
void launch_bias_gradient(const sgconv_linear_geometry &geometry, const Mask &tied, const float *z,
                          const float *dy, float *dbias, void *stream);
void launch_add_partials(int64_t parts, int64_t count, bool continued, const float *partials,
                         float *sum, void *stream);

// A norm over the channels of each position, y = (x - mean + shift) * scale * weight + bias:
// LayerNorm has no shift, the norm of two scalars no bias, and one weight for all channels.
struct ChannelNorm {
  sgconv_signal_geometry g;
  bool scalars;
  double epsilon;
  const float *weight;  // (H), or s
  const float *shift;   // (H): bias; or m
};
void launch_channel_norm(const ChannelNorm &norm, const float *x, float *y, float *mean,
                         float *scale, void *stream);
void launch_channel_norm_backward(const ChannelNorm &norm, const float *x, const float *mean,
                                  const float *scale, const float *dy, const float *residual,
                                  float *dx, void *stream);
// Of LayerNorm: dweight and dbias (H).
void launch_norm_parameters(const sgconv_signal_geometry &g, const float *x, const float *mean,
                            const float *scale, const float *dy, float *dweight, float *dbias,
                            void *stream);
// Of the norm of two scalars; `sums` holds 2 * H.
void launch_norm_scalars(const ChannelNorm &norm, const float *x, const float *mean,
                         const float *scale, const float *dy, double *sums, float *dm, float *ds,
                         void *stream);

void launch_batch_statistics(const sgconv_signal_geometry &g, const float *x, float *mean,
                             float *variance, void *stream);
void launch_batch_norm(const sgconv_signal_geometry &g, double epsilon, const float *x,
                       const float *weight, const float *bias, const float *mean,
                       const float *variance, float *y, void *stream);
void launch_batch_norm_backward(const sgconv_signal_geometry &g, double epsilon, const float *x,
                                const float *weight, const float *mean, const float *variance,
                                const float *dy, const float *residual, float *dx, float *dweight,
                                float *dbias, void *stream);
void launch_running_statistics(int64_t channels, int64_t count, double momentum, const float *mean,
                               const float *variance, float *running_mean, float *running_variance,
                               void *stream);

void launch_embedding_forward(const sgconv_signal_geometry &g, int64_t vocabulary,
                              const int64_t *tokens, const float *table, float *y, void *stream);
void launch_embedding_backward(const sgconv_signal_geometry &g, int64_t vocabulary,
                               const int64_t *index, const float *dy, float *dtable, void *stream);

void launch_pool_forward(const sgconv_signal_geometry &g, bool last, const int64_t *lengths,
                         const float *x, float *y, void *stream);
void launch_pool_backward(const sgconv_signal_geometry &g, bool last, const int64_t *lengths,
                          const float *dy, float *dx, void *stream);
void launch_pair_features(int64_t pairs, int64_t channels, const float *x, float *y, void *stream);
void launch_pair_features_backward(int64_t pairs, int64_t channels, const float *x, const float *dy,
                                   float *dx, void *stream);
void launch_cross_entropy(int64_t batch, int64_t classes, const float *logits,
                          const int64_t *labels, float *losses, float *dlogits, void *stream);
void launch_transpose(int64_t batch, int64_t rows, int64_t columns, const float *x, float *y,
                      void *stream);

}  // namespace sgconv::cuda
