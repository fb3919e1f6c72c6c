// Launchers of kernel synthesis. Arguments are already checked.
#pragma once

#include <cstdint>

#include "cuda/device/complex_number.h"
#include "sgconv/geometry.h"

namespace sgconv::cuda {

void launch_kernel_norm(const sgconv_kernel_geometry &geometry, const float *weights,
                        const float *decay, float *norm, void *stream);
void launch_kernel_forward(const sgconv_kernel_geometry &geometry, const float *weights,
                           const float *decay, const float *norm, int64_t length, float *kernel,
                           void *stream);
void launch_weight_gradient(const sgconv_kernel_geometry &geometry, const float *decay,
                            const float *norm, int64_t length, const float *grad_kernel,
                            float *grad_weights, void *stream);
void launch_decay_gradient(const sgconv_kernel_geometry &geometry, const float *weights,
                           const float *decay, const float *norm, int64_t length,
                           const float *grad_kernel, float *grad_decay, void *stream);

// Coefficients of rows of a kernel's ring polynomial (ring/ring_kernel.h), without the twist, and
// the kernel itself; that may be nullptr.
void launch_synthesis_place(const sgconv_kernel_geometry &kernels,
                            const sgconv_convolution_geometry &geometry, int64_t size,
                            int64_t row_first, int64_t row_count, const float *weights,
                            const float *decay, const float *norm, const float *skip, float *kernel,
                            Complex *spectrum, void *stream);

}  // namespace sgconv::cuda
