// C entries of kernel synthesis.
#include "cuda/api/checks.h"
#include "cuda/synthesis/synthesis_launch.h"

namespace {

using sgconv::guarded;
using sgconv::require_pointer;

void check_parameters(const sgconv_kernel_geometry *geometry, const float *weights,
                      const float *decay, const float *norm) {
  sgconv::check_geometry("geometry", geometry);
  require_pointer("weights", weights);
  require_pointer("decay", decay);
  require_pointer("norm", norm);
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
    sgconv::check_synthesized(*geometry, length);
    require_pointer("kernel", kernel);
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
    sgconv::check_synthesized(*geometry, length);
    require_pointer("grad_kernel", grad_kernel);
    require_pointer("grad_weights", grad_weights);
    sgconv::require_optional("grad_decay", grad_decay);
    if (geometry->decay != SGCONV_POWER) {
      sgconv::require_null("grad_decay", grad_decay,
                           "multipliers of the geometric law are not learned");
    }
    sgconv::cuda::launch_weight_gradient(*geometry, decay, norm, length, grad_kernel, grad_weights,
                                         stream);
    if (grad_decay != nullptr) {
      sgconv::cuda::launch_decay_gradient(*geometry, weights, decay, norm, length, grad_kernel,
                                          grad_decay, stream);
    }
  });
}
