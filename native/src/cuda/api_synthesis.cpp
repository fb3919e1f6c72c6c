// C entries of kernel synthesis.
#include "cuda/boundary.h"
#include "cuda/geometry_checks.h"
#include "cuda/kernels.h"

namespace {

using sgconv::cuda::guarded;
using sgconv::cuda::require_pointer;

void check_parameters(const sgconv_kernel_geometry *geometry, const float *weights,
                      const float *decay, const float *norm) {
  sgconv::cuda::check(geometry);
  require_pointer("weights", weights, alignof(float));
  require_pointer("decay", decay, alignof(float));
  require_pointer("norm", norm, alignof(float));
}

void check_length(const sgconv_kernel_geometry &geometry, int64_t length) {
  sgconv::cuda::require_range("length", length, 1, INT64_MAX / 2);
  sgconv::cuda::product("kernel", geometry.channels * geometry.hidden, length);
}

}  // namespace

sgconv_status sgconv_cuda_kernel_norm(const sgconv_kernel_geometry *geometry, const float *weights,
                                      const float *decay, float *norm, void *stream) {
  return guarded([=] {
    check_parameters(geometry, weights, decay, norm);
    sgconv::cuda::launch_kernel_norm(*geometry, weights, decay, norm, stream);
  });
}

sgconv_status sgconv_cuda_kernel_forward(const sgconv_kernel_geometry *geometry,
                                         const float *weights, const float *decay,
                                         const float *norm, int64_t length, float *kernel,
                                         void *stream) {
  return guarded([=] {
    check_parameters(geometry, weights, decay, norm);
    check_length(*geometry, length);
    require_pointer("kernel", kernel, alignof(float));
    sgconv::cuda::launch_kernel_forward(*geometry, weights, decay, norm, length, kernel, stream);
  });
}

sgconv_status sgconv_cuda_kernel_backward(const sgconv_kernel_geometry *geometry,
                                          const float *weights, const float *decay,
                                          const float *norm, int64_t length,
                                          const float *grad_kernel, float *grad_weights,
                                          float *grad_decay, void *stream) {
  return guarded([=] {
    check_parameters(geometry, weights, decay, norm);
    check_length(*geometry, length);
    require_pointer("grad_kernel", grad_kernel, alignof(float));
    require_pointer("grad_weights", grad_weights, alignof(float));
    sgconv::cuda::require_optional("grad_decay", grad_decay, alignof(float));
    if (grad_decay != nullptr && geometry->decay != SGCONV_POWER) {
      sgconv::cuda::invalid("grad_decay must be NULL under the geometric law");
    }
    sgconv::cuda::launch_weight_gradient(*geometry, decay, norm, length, grad_kernel, grad_weights,
                                         stream);
    if (grad_decay != nullptr) {
      sgconv::cuda::launch_decay_gradient(*geometry, weights, decay, norm, length, grad_kernel,
                                          grad_decay, stream);
    }
  });
}
