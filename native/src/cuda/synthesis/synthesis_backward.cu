// Kernel gradient -> parameter gradients: the exact transpose of synthesis_forward.cu.
#include <algorithm>

#include "cuda/device/block_sum.h"
#include "cuda/device/launch.h"
#include "cuda/synthesis/pieces.h"
#include "cuda/synthesis/synthesis_launch.h"

namespace sgconv::cuda {
namespace {

struct WeightGradientArguments {
  Pieces pieces;
  const float *decay, *norm, *grad_kernel;
  int64_t length;
  float *grad_weights;
};

// Lanes that share one parameter: enough that each adds at least four of its 2f samples.
__device__ __forceinline__ int group_size(int64_t factor, int threads) {
  const int64_t wanted = factor / 2;
  return wanted < 1 ? 1 : (wanted > threads ? threads : static_cast<int>(wanted));
}

// Lags whose interpolated value depends on sample j of a piece with this factor, and by how much.
struct Window {
  int64_t first, last;  // within the piece
  int64_t center;       // 2 * center of sample j, in lags
  float inverse;        // 1 / 2f
  bool linear, head, tail;

  __device__ __forceinline__ float coefficient(int64_t position) const {
    const int64_t distance = 2 * position + 1 - center;
    if (!linear || (head && distance < 0) || (tail && distance > 0)) {
      return 1.0f;
    }
    return 1.0f - static_cast<float>(distance < 0 ? -distance : distance) * inverse;
  }
};

__device__ __forceinline__ Window window_of(const Pieces &pieces, int64_t factor, int64_t j) {
  const bool linear = pieces.interpolation == SGCONV_LINEAR && factor > 1;
  Window window{
      j * factor, (j + 1) * factor, (2 * j + 1) * factor, 0.5f / static_cast<float>(factor),
      linear,     j == 0,           j == pieces.dim - 1};
  if (linear) {
    window.first -= window.head ? 0 : factor / 2;
    window.last += window.tail ? 0 : factor / 2;
  }
  return window;
}

// Sum over this lane's share of the window. Four sums in parallel, combined in fixed order.
__device__ __forceinline__ float window_sum(const WeightGradientArguments &a, const Window &window,
                                            int64_t row, int64_t start, int lane, int group) {
  constexpr int kSums = 4;
  const float *gradient = a.grad_kernel + row * a.length + start;
  const float delta = a.pieces.decay == SGCONV_POWER ? a.decay[row % a.pieces.hidden] : 0.0f;
  const int64_t last = window.last < a.length - start ? window.last : a.length - start;
  float sum[kSums] = {};
  for (int64_t first = window.first + lane; first < last; first += kSums * group) {
#pragma unroll
    for (int i = 0; i < kSums; ++i) {
      const int64_t position = first + i * group;
      if (position < last) {
        float value = gradient[position] * window.coefficient(position);
        if (a.pieces.decay == SGCONV_POWER) {
          value *= power_law(delta, start + position);
        }
        sum[i] += value;
      }
    }
  }
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

// Grid: y = piece; x walks over (row, tile of parameters). Groups of lanes grow with the factor.
__global__ void __launch_bounds__(kMaxThreads) weight_gradient(const WeightGradientArguments a) {
  SGCONV_SHARED(float, partial, kMaxThreads / kWarp);
  const int32_t piece = static_cast<int32_t>(blockIdx.y);
  const int64_t factor = int64_t{1} << a.pieces.shift(piece);
  const int threads = static_cast<int>(blockDim.x);
  const int group = group_size(factor, threads);
  const int lane = static_cast<int>(threadIdx.x) % group;
  const int64_t per_tile = threads / group;
  const int64_t tiles = (a.pieces.dim + per_tile - 1) / per_tile;
  const int64_t rows = a.pieces.channels * a.pieces.hidden;
  for (int64_t item = blockIdx.x; item < rows * tiles; item += gridDim.x) {
    const int64_t row = item / tiles;
    const int64_t j = (item % tiles) * per_tile + static_cast<int>(threadIdx.x) / group;
    float sum = 0.0f;
    if (j < a.pieces.dim) {
      sum = window_sum(a, window_of(a.pieces, factor, j), row, a.pieces.start(piece), lane, group);
    }
    sum = lane_sum(sum, group < kWarp ? group : kWarp);
    if (group > kWarp) {
      if (threadIdx.x % kWarp == 0) {
        partial[threadIdx.x / kWarp] = sum;
      }
      __syncthreads();
      if (lane == 0) {
        sum = 0.0f;
        for (int warp = 0; warp < group / kWarp; ++warp) {
          sum += partial[static_cast<int>(threadIdx.x) / kWarp + warp];
        }
      }
      __syncthreads();  // before the next item's partial sums
    }
    if (lane == 0 && j < a.pieces.dim) {
      const double weight = piece_weight(a.pieces, a.decay[row % a.pieces.hidden], piece);
      a.grad_weights[(piece * rows + row) * a.pieces.dim + j] =
          static_cast<float>(static_cast<double>(sum) * weight / static_cast<double>(a.norm[row]));
    }
  }
}

struct DecayGradientArguments {
  Pieces pieces;
  const float *weights, *decay, *norm, *grad_kernel;
  int64_t length;
  float *grad_decay;
};

// One block an exponent: the sum runs over all channels and lags.
__global__ void __launch_bounds__(kMaxThreads) decay_gradient(const DecayGradientArguments a) {
  SGCONV_SHARED(double, factors, kMaxScales);
  SGCONV_SHARED(double, partial, kMaxThreads / kWarp);
  for (unsigned piece = threadIdx.x; piece < kMaxScales; piece += blockDim.x) {
    factors[piece] = 1.0;
  }
  __syncthreads();
  const int64_t end = a.length < a.pieces.full_length ? a.length : a.pieces.full_length;
  for (int64_t h = blockIdx.x; h < a.pieces.hidden; h += gridDim.x) {
    double sum = 0.0;
    for (int64_t channel = 0; channel < a.pieces.channels; ++channel) {
      const int64_t row = channel * a.pieces.hidden + h;
      double of_channel = 0.0;
      for (int64_t t = threadIdx.x; t < end; t += blockDim.x) {
        // In float64, because the sum over a long kernel can cancel.
        const double logarithm = log(static_cast<double>(t + 1));
        const double slope = -logarithm * exp(-static_cast<double>(a.decay[h]) * logarithm);
        const double value =
            synthesize(a.pieces, a.weights + row * a.pieces.dim, factors, t) * slope;
        of_channel += static_cast<double>(a.grad_kernel[row * a.length + t]) * value;
      }
      sum += of_channel / static_cast<double>(a.norm[row]);
    }
    const double total = block_sum(sum, partial);
    if (threadIdx.x == 0) {
      a.grad_decay[h] = static_cast<float>(total);
    }
    __syncthreads();  // before the next sum's partials
  }
}

}  // namespace

void launch_weight_gradient(const sgconv_kernel_geometry &geometry, const float *decay,
                            const float *norm, int64_t length, const float *grad_kernel,
                            float *grad_weights, void *stream) {
  const Pieces pieces = pieces_of(geometry);
  RowGrid shape =
      reduction_grid(current_target(), geometry.channels * geometry.hidden * pieces.dim);
  shape.grid.y = static_cast<unsigned>(pieces.scales);
  launch("weight_gradient", weight_gradient, shape, stream,
         WeightGradientArguments{pieces, decay, norm, grad_kernel, length, grad_weights});
}

void launch_decay_gradient(const sgconv_kernel_geometry &geometry, const float *weights,
                           const float *decay, const float *norm, int64_t length,
                           const float *grad_kernel, float *grad_decay, void *stream) {
  launch("decay_gradient", decay_gradient, reduction_grid(current_target(), geometry.hidden),
         stream,
         DecayGradientArguments{pieces_of(geometry), weights, decay, norm, grad_kernel, length,
                                grad_decay});
}

}  // namespace sgconv::cuda
