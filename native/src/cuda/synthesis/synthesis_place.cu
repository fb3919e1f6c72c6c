// Parameters -> coefficients of a kernel in the ring x^N = i (ring_kernel.h).
#include <algorithm>

#include "cuda/device/complex.h"
#include "cuda/device/launch.h"
#include "cuda/ring/ring_kernel.h"
#include "cuda/synthesis/pieces.h"
#include "cuda/synthesis/synthesis_launch.h"

namespace sgconv::cuda {
namespace {

struct PlaceSynthesisArguments {
  RingKernel kernel;
  Synthesis synthesis;
  int32_t directions;
  int64_t row_first, row_count;
  float *synthesized;  // (C', H, K), may be nullptr
  int64_t columns;     // N, or K where that is synthesized and longer
  Complex *spectrum;
};

// As many blocks of a multiprocessor as limits.cmake leaves registers for.
constexpr int kResident = 4;

// Grid: x over coefficients, y over rows (c, h).
__global__ void __launch_bounds__(kMaxThreads, kResident)
    place_synthesized(const PlaceSynthesisArguments a) {
  SGCONV_SHARED(double, factors, 2 * kMaxScales);
  const RingKernel &k = a.kernel;
  for (int64_t row = blockIdx.y; row < a.row_count; row += gridDim.y) {
    const int64_t channel = a.row_first + row;
    const int64_t behind = channel + k.rows_to_backward();
    for (int direction = 0; direction < a.directions; ++direction) {
      fill_factors(a.synthesis, direction == 0 ? channel : behind, factors + direction * kMaxScales,
                   threadIdx.x, blockDim.x);
    }
    __syncthreads();
    const auto forward = [&](int64_t j) { return kernel_at(a.synthesis, channel, factors, j); };
    const auto backward = [&](int64_t j) {
      return kernel_at(a.synthesis, behind, factors + kMaxScales, j);
    };
    for (int64_t n = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; n < a.columns;
         n += static_cast<int64_t>(gridDim.x) * blockDim.x) {
      if (n < k.size) {
        a.spectrum[channel * k.size + n] = k.of(channel, n, forward, backward);
      }
      if (a.synthesized != nullptr && n < k.kernel_length) {
        a.synthesized[channel * k.kernel_length + n] = forward(n);
        if (a.directions > 1) {
          a.synthesized[behind * k.kernel_length + n] = backward(n);
        }
      }
    }
    __syncthreads();  // before the next row's factors
  }
}

}  // namespace

void launch_synthesis_place(const sgconv_kernel_geometry &kernels,
                            const sgconv_convolution_geometry &g, int64_t size, int64_t row_first,
                            int64_t row_count, const float *weights, const float *decay,
                            const float *norm, const float *skip, float *kernel, Complex *spectrum,
                            void *stream) {
  const PlaceSynthesisArguments arguments{
      ring_kernel(g, size, nullptr, skip),
      {pieces_of(kernels), weights, decay, norm},
      g.mode == SGCONV_BIDIRECTIONAL ? 2 : 1,
      row_first,
      row_count,
      kernel,
      kernel == nullptr ? size : std::max(size, g.kernel_length),
      spectrum};
  launch("place_synthesized", place_synthesized,
         block_row_grid(current_target(), row_count, arguments.columns), stream, arguments);
}

}  // namespace sgconv::cuda
