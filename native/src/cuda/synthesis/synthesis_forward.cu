// Parameters -> kernel, and the norm of the full-length kernel.
#include <algorithm>

#include "cuda/device/block_sum.h"
#include "cuda/device/launch.h"
#include "cuda/synthesis/pieces.h"
#include "cuda/synthesis/synthesis_launch.h"

namespace sgconv::cuda {
namespace {

struct SynthesisArguments {
  Synthesis synthesis;
  int64_t length;
  float *out;
};

// Grid: x over lags, y over rows (c', h).
__global__ void __launch_bounds__(kMaxThreads) synthesize_rows(const SynthesisArguments a) {
  SGCONV_SHARED(double, factors, kMaxScales);
  const int64_t rows = a.synthesis.pieces.channels * a.synthesis.pieces.hidden;
  for (int64_t row = blockIdx.y; row < rows; row += gridDim.y) {
    fill_factors(a.synthesis, row, factors, threadIdx.x, blockDim.x);
    __syncthreads();
    for (int64_t t = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; t < a.length;
         t += static_cast<int64_t>(gridDim.x) * blockDim.x) {
      a.out[row * a.length + t] = kernel_at(a.synthesis, row, factors, t);
    }
    __syncthreads();  // before the next row's factors
  }
}

// One block a row. Raw norms reach 2e5 and M millions: squares are summed in float64.
// The two barriers of a row also keep rows apart: what one writes before a barrier, others read
// after it.
__global__ void __launch_bounds__(kMaxThreads) norm_rows(const SynthesisArguments a) {
  SGCONV_SHARED(double, factors, kMaxScales);
  SGCONV_SHARED(double, partial, kMaxThreads / kWarp);
  const Pieces &pieces = a.synthesis.pieces;
  const int64_t rows = pieces.channels * pieces.hidden;
  for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    fill_factors(a.synthesis, row, factors, threadIdx.x, blockDim.x);
    __syncthreads();
    double squares = 0.0;
    for (int64_t t = threadIdx.x; t < pieces.full_length; t += blockDim.x) {
      const double value = value_at(a.synthesis, row, factors, t);
      squares += value * value;
    }
    const double total = block_sum(squares, partial);
    if (threadIdx.x == 0) {
      a.out[row] = static_cast<float>(sqrt(total));
    }
  }
}

}  // namespace

void launch_kernel_norm(const sgconv_kernel_geometry &geometry, const float *weights,
                        const float *decay, float *norm, void *stream) {
  launch("norm_rows", norm_rows,
         reduction_grid(current_target(), geometry.channels * geometry.hidden), stream,
         SynthesisArguments{{pieces_of(geometry), weights, decay, nullptr}, 0, norm});
}

void launch_kernel_forward(const sgconv_kernel_geometry &geometry, const float *weights,
                           const float *decay, const float *norm, int64_t length, float *kernel,
                           void *stream) {
  const RowGrid shape =
      block_row_grid(current_target(), geometry.channels * geometry.hidden, length);
  launch("synthesize_rows", synthesize_rows, shape, stream,
         SynthesisArguments{{pieces_of(geometry), weights, decay, norm}, length, kernel});
}

}  // namespace sgconv::cuda
