// Launchers of the C entries that plans replace.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "cuda/block/block.h"
#include "cuda/four_step/four_step.h"
#include "cuda/ring/ring.h"
#include "cuda/synthesis/synthesis_launch.h"

namespace sgconv::cuda {

struct BackwardTensors {
  const void *u, *pre, *post, *dy;
  void *du, *dpre, *dpost;
};

const BlockSize *fused_size_for(int64_t length);
std::pair<int64_t, int64_t> fused_range();
void launch_block_prepare(const BlockSize &size, const sgconv_convolution_geometry &geometry,
                          int64_t row_first, int64_t row_count, const float *kernel,
                          const float *skip, float *spectrum, void *stream);
// kernel: also wanted, or nullptr.
void launch_block_synthesize(const BlockSize &size, const sgconv_kernel_geometry &kernel_geometry,
                             const sgconv_convolution_geometry &geometry, int64_t row_first,
                             int64_t row_count, const float *weights, const float *decay,
                             const float *norm, const float *skip, float *kernel, float *spectrum,
                             void *stream);
void launch_block_forward(const BlockSize &size, const sgconv_cuda_rows &rows, int32_t dtype,
                          const float *spectrum, const void *u, const void *pre, const void *post,
                          void *y, void *stream);
// Bytes of workspace, of which the sums over the batch come first, if there are any.
int64_t block_backward_bytes(const BlockSize &size, const sgconv_cuda_rows &rows, int64_t batch,
                             bool kernel, bool dpost);
void launch_block_backward(const BlockSize &size, const sgconv_cuda_rows &rows, int64_t batch,
                           int32_t dtype, bool kernel, const float *spectrum,
                           const BackwardTensors &tensors, void *workspace, void *stream);
void launch_block_kernel_gradient(const BlockSize &size, const sgconv_cuda_rows &rows,
                                  int64_t batch, int32_t mode, const void *workspace, float *dk,
                                  float *dskip, void *stream);

// Beyond one block. Bytes of workspace to take `signals` at a time, or as many of them as do any
// good; the sums over the batch come first, if there are any. Any number from 1 on will do.
struct FourStepSize {
  int64_t size;
  const ColumnsSize *columns;
  const MiddleRowSize *rows;
};
std::optional<FourStepSize> long_size_for(int64_t length);
int64_t largest_long_size();
void launch_long_prepare(const FourStepSize &size, const sgconv_convolution_geometry &geometry,
                         int64_t row_first, int64_t row_count, const float *kernel,
                         const float *skip, float *spectrum, void *stream);
void launch_long_synthesize(const FourStepSize &size, const sgconv_kernel_geometry &kernel_geometry,
                            const sgconv_convolution_geometry &geometry, int64_t row_first,
                            int64_t row_count, const float *weights, const float *decay,
                            const float *norm, const float *skip, float *kernel, float *spectrum,
                            void *stream);
int64_t long_forward_bytes(const FourStepSize &size, const sgconv_cuda_rows &rows, int64_t signals);
void launch_long_forward(const FourStepSize &size, const sgconv_cuda_rows &rows, int32_t dtype,
                         const float *spectrum, const void *u, const void *pre, const void *post,
                         void *y, void *workspace, int64_t workspace_bytes, void *stream);
int64_t long_backward_bytes(const FourStepSize &size, const sgconv_cuda_rows &rows, int64_t signals,
                            bool kernel, bool dpost);
void launch_long_backward(const FourStepSize &size, const sgconv_cuda_rows &rows, int32_t dtype,
                          bool kernel, const float *spectrum, const BackwardTensors &tensors,
                          void *workspace, int64_t workspace_bytes, void *stream);
void launch_long_kernel_gradient(const FourStepSize &size, const sgconv_cuda_rows &rows,
                                 int32_t mode, void *workspace, int64_t workspace_bytes, float *dk,
                                 float *dskip, void *stream);

}  // namespace sgconv::cuda
