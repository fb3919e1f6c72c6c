// Launchers of the ring steps: what is to be done around transforms of any size. Arguments are
// already checked.
#pragma once

#include <cstdint>

#include "cuda/device/complex_number.h"
#include "cuda/device/signal_rows.h"
#include "sgconv/cuda.h"

namespace sgconv::cuda {

// head < 0: of a tensor without heads.
inline SignalRows signal_rows(const sgconv_cuda_rows &rows, int64_t head) {
  return {head < 0 ? 1 : rows.heads, rows.hidden,       rows.length,      head < 0 ? 0 : head,
          rows.batch_first,          rows.hidden_first, rows.hidden_count};
}

// Members of one length. What a row holds from `samples` on is neither read nor written.
struct RowsPart {
  sgconv_cuda_rows rows;
  int64_t samples;
};

// twist: times w; otherwise coefficients as they are.
void launch_kernel_place(const sgconv_convolution_geometry &geometry, int64_t size,
                         int64_t row_first, int64_t row_count, const float *kernel,
                         const float *skip, bool twist, Complex *spectrum, void *stream);

// head < 0: a tensor without heads.
void launch_twist(const RowsPart &part, int64_t head, int32_t dtype, const void *signal,
                  const void *gate, float *z, void *stream);
void launch_untwist(const RowsPart &part, int64_t head, int32_t dtype, const float *z,
                    const void *gate, const void *factor, void *y, void *product, void *stream);
void launch_gate_gradient(const RowsPart &part, int64_t head, int32_t dtype, const float *z,
                          const void *dy, float *sum, void *dpost, void *stream);

void launch_spectrum_multiply(const sgconv_cuda_rows &rows, int64_t head, const float *spectrum,
                              const float *z, float *out, void *stream);
void launch_spectrum_backward(const sgconv_cuda_rows &rows, int64_t head, const float *spectrum,
                              const float *x, const float *g, float *input, float *kernel,
                              void *stream);

// twisted: the correlation has been.
void launch_kernel_gradient(const sgconv_cuda_rows &rows, int64_t kernel_length, int32_t mode,
                            int64_t head, const Complex *correlation, bool twisted, float *dk,
                            float *dskip, void *stream);

// cudaError_t of looking up a CUDA kernel's code for the current device.
int find_code();

}  // namespace sgconv::cuda
