// C entries of norms.
#include <cmath>
#include <string>

#include "cuda/api/layer_checks.h"
#include "cuda/layers/layers.h"

using namespace sgconv;
using cuda::ChannelNorm;

namespace {

void check_epsilon(double epsilon) {
  if (!(epsilon >= 0 && std::isfinite(epsilon))) {
    invalid("epsilon = " + std::to_string(epsilon) + ", expected a number from 0 on");
  }
}

void check_forward(const float *x, const char *first, const float *weight, const char *second,
                   const float *bias, const float *y) {
  require_pointer("x", x);
  require_pointer(first, weight);
  require_pointer(second, bias);
  require_pointer("y", y);
}

void check_backward(const float *x, const float *mean, const char *name, const float *scale,
                    const float *dy, const float *residual, const float *dx) {
  require_pointer("x", x);
  require_pointer("mean", mean);
  require_pointer(name, scale);
  require_pointer("dy", dy);
  require_optional("residual", residual);
  require_pointer("dx", dx);
}

}  // namespace

sgconv_status sgconv_cuda_layer_norm_forward(const sgconv_signal_geometry *geometry, double epsilon,
                                             const float *x, const float *weight, const float *bias,
                                             float *y, float *mean, float *scale, void *stream) {
  return guarded([=] {
    cuda::check_signal(geometry);
    check_epsilon(epsilon);
    check_forward(x, "weight", weight, "bias", bias, y);
    cuda::check_statistics(mean, scale);
    cuda::launch_channel_norm(ChannelNorm{*geometry, false, epsilon, weight, bias}, x, y, mean,
                              scale, stream);
  });
}

sgconv_status sgconv_cuda_layer_norm_backward(const sgconv_signal_geometry *geometry,
                                              const float *x, const float *weight,
                                              const float *mean, const float *scale,
                                              const float *dy, const float *residual, float *dx,
                                              float *dweight, float *dbias, void *stream) {
  return guarded([=] {
    cuda::check_signal(geometry);
    require_pointer("weight", weight);
    check_backward(x, mean, "scale", scale, dy, residual, dx);
    require_pointer("dweight", dweight);
    require_pointer("dbias", dbias);
    cuda::launch_norm_parameters(*geometry, x, mean, scale, dy, dweight, dbias, stream);
    cuda::launch_channel_norm_backward(ChannelNorm{*geometry, false, 0, weight, nullptr}, x, mean,
                                       scale, dy, residual, dx, stream);
  });
}

sgconv_status sgconv_cuda_scalar_norm_forward(const sgconv_signal_geometry *geometry,
                                              const float *x, const float *m, const float *s,
                                              float *y, float *mean, float *scale, void *stream) {
  return guarded([=] {
    cuda::check_signal(geometry);
    check_forward(x, "m", m, "s", s, y);
    cuda::check_statistics(mean, scale);
    cuda::launch_channel_norm(ChannelNorm{*geometry, true, 0, s, m}, x, y, mean, scale, stream);
  });
}

sgconv_status sgconv_cuda_scalar_norm_workspace(const sgconv_signal_geometry *geometry,
                                                int64_t *bytes) {
  return guarded([=] {
    cuda::check_signal(geometry);
    require_pointer("bytes", bytes);
    *bytes =
        checked_product("workspace", {2, static_cast<int64_t>(sizeof(double)), geometry->channels});
  });
}

sgconv_status sgconv_cuda_scalar_norm_backward(const sgconv_signal_geometry *geometry,
                                               const float *x, const float *m, const float *s,
                                               const float *mean, const float *scale,
                                               const float *dy, const float *residual, float *dx,
                                               float *dm, float *ds, void *workspace,
                                               void *stream) {
  return guarded([=] {
    cuda::check_signal(geometry);
    require_pointer("m", m);
    require_pointer("s", s);
    check_backward(x, mean, "scale", scale, dy, residual, dx);
    require_pointer("dm", dm);
    require_pointer("ds", ds);
    require_pointer("workspace", workspace, alignof(double));
    const ChannelNorm norm{*geometry, true, 0, s, m};
    cuda::launch_norm_scalars(norm, x, mean, scale, dy, static_cast<double *>(workspace), dm, ds,
                              stream);
    cuda::launch_channel_norm_backward(norm, x, mean, scale, dy, residual, dx, stream);
  });
}

sgconv_status sgconv_cuda_batch_norm_forward(const sgconv_signal_geometry *geometry, int32_t given,
                                             double epsilon, const float *x, const float *weight,
                                             const float *bias, float *y, float *mean,
                                             float *variance, void *stream) {
  return guarded([=] {
    cuda::check_signal(geometry);
    require_range("given", given, 0, 1);
    check_epsilon(epsilon);
    check_forward(x, "weight", weight, "bias", bias, y);
    require_pointer("mean", mean);
    require_pointer("variance", variance);
    if (given == 0) {
      cuda::launch_batch_statistics(*geometry, x, mean, variance, stream);
    }
    cuda::launch_batch_norm(*geometry, epsilon, x, weight, bias, mean, variance, y, stream);
  });
}

sgconv_status sgconv_cuda_batch_norm_backward(const sgconv_signal_geometry *geometry,
                                              double epsilon, const float *x, const float *weight,
                                              const float *mean, const float *variance,
                                              const float *dy, const float *residual, float *dx,
                                              float *dweight, float *dbias, void *stream) {
  return guarded([=] {
    cuda::check_signal(geometry);
    check_epsilon(epsilon);
    require_pointer("weight", weight);
    check_backward(x, mean, "variance", variance, dy, residual, dx);
    require_pointer("dweight", dweight);
    require_pointer("dbias", dbias);
    cuda::launch_batch_norm_backward(*geometry, epsilon, x, weight, mean, variance, dy, residual,
                                     dx, dweight, dbias, stream);
  });
}

sgconv_status sgconv_cuda_running_statistics(int64_t channels, int64_t count, double momentum,
                                             const float *mean, const float *variance,
                                             float *running_mean, float *running_variance,
                                             void *stream) {
  return guarded([=] {
    require_range("channels", channels, 1, INT64_MAX / 4);
    require_at_least("count", count, 2);
    if (!(momentum >= 0 && momentum <= 1)) {
      invalid("momentum = " + std::to_string(momentum) + ", expected 0 to 1");
    }
    require_pointer("mean", mean);
    require_pointer("variance", variance);
    require_pointer("running_mean", running_mean);
    require_pointer("running_variance", running_variance);
    cuda::launch_running_statistics(channels, count, momentum, mean, variance, running_mean,
                                    running_variance, stream);
  });
}
