// Launchers of the CUDA kernels: arguments are already checked. One function a C entry.
#pragma once

#include <cstdint>

#include "sgconv/cuda.h"

namespace sgconv::cuda {

// cudaError_t of looking up a CUDA kernel's code for the current device.
int find_code();

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

// twist: times w; otherwise coefficients as they are.
void launch_kernel_place(const sgconv_convolution_geometry &geometry, int64_t size,
                         int64_t row_first, int64_t row_count, const float *kernel,
                         const float *skip, bool twist, float *spectrum, void *stream);
void launch_kernel_gradient(const sgconv_cuda_rows &rows, int32_t mode, int64_t head,
                            const float *correlation, bool twisted, float *dk, float *dskip,
                            void *stream);

// Coefficients as they are, from the kernel's parameters; `kernel` may be nullptr.
void launch_synthesis_place(const sgconv_kernel_geometry &kernel_geometry,
                            const sgconv_convolution_geometry &geometry, int64_t size,
                            int64_t row_first, int64_t row_count, const float *weights,
                            const float *decay, const float *norm, const float *skip, float *kernel,
                            float *spectrum, void *stream);

// head < 0: a tensor without heads.
void launch_twist(const sgconv_cuda_rows &rows, int64_t head, int32_t dtype, const void *signal,
                  const void *gate, float *z, void *stream);
void launch_untwist(const sgconv_cuda_rows &rows, int64_t head, int32_t dtype, const float *z,
                    const void *gate, const void *factor, void *y, void *product, void *stream);
void launch_gate_gradient(const sgconv_cuda_rows &rows, int64_t head, int32_t dtype, const float *z,
                          const void *dy, float *sum, void *dpost, void *stream);

void launch_spectrum_multiply(const sgconv_cuda_rows &rows, int64_t head, const float *spectrum,
                              const float *z, float *out, void *stream);
void launch_spectrum_backward(const sgconv_cuda_rows &rows, int64_t head, const float *spectrum,
                              const float *x, const float *g, float *input, float *kernel,
                              void *stream);

struct BackwardTensors {
  const void *u, *pre, *post, *dy;
  void *du, *dpre, *dpost;
};

struct FusedSize;
void launch_fused_prepare(const FusedSize &size, const sgconv_convolution_geometry &geometry,
                          int64_t row_first, int64_t row_count, const float *kernel,
                          const float *skip, float *spectrum, void *stream);
// kernel: also wanted, or nullptr.
void launch_fused_synthesize(const FusedSize &size, const sgconv_kernel_geometry &kernel_geometry,
                             const sgconv_convolution_geometry &geometry, int64_t row_first,
                             int64_t row_count, const float *weights, const float *decay,
                             const float *norm, const float *skip, float *kernel, float *spectrum,
                             void *stream);
void launch_fused_forward(const FusedSize &size, const sgconv_cuda_rows &rows, int32_t dtype,
                          const float *spectrum, const void *u, const void *pre, const void *post,
                          void *y, void *stream);
// Bytes of workspace, of which the sums over the batch come first, if there are any.
int64_t fused_backward_bytes(const FusedSize &size, const sgconv_cuda_rows &rows, int64_t batch,
                             bool kernel, bool dpost);
void launch_fused_backward(const FusedSize &size, const sgconv_cuda_rows &rows, int64_t batch,
                           int32_t dtype, bool kernel, const float *spectrum,
                           const BackwardTensors &tensors, void *workspace, void *stream);
void launch_fused_kernel_gradient(const FusedSize &size, const sgconv_cuda_rows &rows,
                                  int64_t batch, int32_t mode, const void *workspace, float *dk,
                                  float *dskip, void *stream);

// Beyond one block. Bytes of workspace to take `signals` at a time, or as many of them as do any
// good; the sums over the batch come first, if there are any. Any number from 1 on will do.
struct LongSize;
void launch_long_prepare(const LongSize &size, const sgconv_convolution_geometry &geometry,
                         int64_t row_first, int64_t row_count, const float *kernel,
                         const float *skip, float *spectrum, void *stream);
void launch_long_synthesize(const LongSize &size, const sgconv_kernel_geometry &kernel_geometry,
                            const sgconv_convolution_geometry &geometry, int64_t row_first,
                            int64_t row_count, const float *weights, const float *decay,
                            const float *norm, const float *skip, float *kernel, float *spectrum,
                            void *stream);
int64_t long_forward_bytes(const LongSize &size, const sgconv_cuda_rows &rows, int64_t signals);
void launch_long_forward(const LongSize &size, const sgconv_cuda_rows &rows, int32_t dtype,
                         const float *spectrum, const void *u, const void *pre, const void *post,
                         void *y, void *workspace, int64_t workspace_bytes, void *stream);
int64_t long_backward_bytes(const LongSize &size, const sgconv_cuda_rows &rows, int64_t signals,
                            bool kernel, bool dpost);
void launch_long_backward(const LongSize &size, const sgconv_cuda_rows &rows, int32_t dtype,
                          bool kernel, const float *spectrum, const BackwardTensors &tensors,
                          void *workspace, int64_t workspace_bytes, void *stream);
void launch_long_kernel_gradient(const LongSize &size, const sgconv_cuda_rows &rows, int32_t mode,
                                 void *workspace, int64_t workspace_bytes, float *dk, float *dskip,
                                 void *stream);

}  // namespace sgconv::cuda
