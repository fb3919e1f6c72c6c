// Norms over the channels of each position: LayerNorm, and the one of two scalars.
#include "cuda/layers/layers.h"
#include "cuda/layers/places.h"

namespace sgconv::cuda {
namespace {

// A block takes 32 positions of a member at a time, one a lane; its warps share the channels.
struct Tiles {
  int64_t batch, across;
  double share;  // of a channel in a mean

  int64_t count() const { return batch * across; }
};

Tiles tiles_of(const sgconv_signal_geometry &g) {
  return {g.batch, (g.length + kWarp - 1) / kWarp, 1.0 / static_cast<double>(g.channels)};
}

struct NormArguments {
  ChannelNorm norm;
  Tiles tiles;
  const float *x;
  float *y, *mean, *scale;
};

__device__ __forceinline__ int lane() { return static_cast<int>(threadIdx.x) % kWarp; }
__device__ __forceinline__ int warp() { return static_cast<int>(threadIdx.x) / kWarp; }

__global__ void __launch_bounds__(kMaxThreads) channel_norm(const NormArguments a) {
  SGCONV_SHARED(double, partial, 2 * kMaxThreads);
  const sgconv_signal_geometry &g = a.norm.g;
  for (int64_t tile = blockIdx.x; tile < a.tiles.batch * a.tiles.across; tile += gridDim.x) {
    const int64_t b = tile / a.tiles.across;
    const int64_t l = tile % a.tiles.across * kWarp + lane();
    const bool within = l < g.length;
    const int64_t start = b * g.channels * g.length + l;
    double sum = 0.0;
    if (within) {
#pragma unroll 4
      for (int64_t h = warp(); h < g.channels; h += kMostWarps) {
        sum += static_cast<double>(a.x[start + h * g.length]);
      }
    }
    const float mean = static_cast<float>(column_total(sum, partial) * a.tiles.share);
    double squares = 0.0;
    if (within) {
#pragma unroll 4
      for (int64_t h = warp(); h < g.channels; h += kMostWarps) {
        const double centered = static_cast<double>(a.x[start + h * g.length] - mean);
        squares += centered * centered;
      }
    }
    const double variance = column_total(squares, partial + kMaxThreads) * a.tiles.share;
    const float scale = 1.0f / sqrtf(static_cast<float>(variance + a.norm.epsilon));
    if (!within) {
      continue;
    }
#pragma unroll 4
    for (int64_t h = warp(); h < g.channels; h += kMostWarps) {
      const float centered = a.x[start + h * g.length] - mean;
      a.y[start + h * g.length] = a.norm.scalars
                                      ? (centered + a.norm.shift[0]) * (scale * a.norm.weight[0])
                                      : fmaf(centered * scale, a.norm.weight[h], a.norm.shift[h]);
    }
    if (warp() == 0 && a.mean != nullptr) {
      a.mean[b * g.length + l] = mean;
      a.scale[b * g.length + l] = scale;
    }
  }
}

struct NormGradientArguments {
  ChannelNorm norm;
  Tiles tiles;
  const float *x, *mean, *scale, *dy, *residual;
  float *dx;
};

// With g = weight * dy and n = (x - mean) * scale, which for two scalars is (x - mean + m) * scale
// in its product with g: dx = scale * (g - mean(g) - (x - mean) * scale * mean(g * n)).
__global__ void __launch_bounds__(kMaxThreads)
    channel_norm_backward(const NormGradientArguments a) {
  SGCONV_SHARED(double, partial, 2 * kMaxThreads);
  const sgconv_signal_geometry &g = a.norm.g;
  for (int64_t tile = blockIdx.x; tile < a.tiles.batch * a.tiles.across; tile += gridDim.x) {
    const int64_t b = tile / a.tiles.across;
    const int64_t l = tile % a.tiles.across * kWarp + lane();
    const bool within = l < g.length;
    const int64_t start = b * g.channels * g.length + l;
    const float mean = within ? a.mean[b * g.length + l] : 0.0f;
    const float scale = within ? a.scale[b * g.length + l] : 0.0f;
    const float shift = a.norm.scalars ? a.norm.shift[0] : 0.0f;
    double sum = 0.0, along = 0.0;
    if (within) {
#pragma unroll 2
      for (int64_t h = warp(); h < g.channels; h += kMostWarps) {
        const float weighted = a.dy[start + h * g.length] * a.norm.weight[a.norm.scalars ? 0 : h];
        const float normed = (a.x[start + h * g.length] - mean + shift) * scale;
        sum += static_cast<double>(weighted);
        along += static_cast<double>(weighted) * static_cast<double>(normed);
      }
    }
    const float average = static_cast<float>(column_total(sum, partial) * a.tiles.share);
    const float slope =
        static_cast<float>(column_total(along, partial + kMaxThreads) * a.tiles.share);
    if (!within) {
      continue;
    }
#pragma unroll 2
    for (int64_t h = warp(); h < g.channels; h += kMostWarps) {
      const int64_t at = start + h * g.length;
      const float weighted = a.dy[at] * a.norm.weight[a.norm.scalars ? 0 : h];
      const float normed = (a.x[at] - mean) * scale;
      const float gradient = scale * (weighted - average - normed * slope);
      a.dx[at] = a.residual == nullptr ? gradient : a.residual[at] + gradient;
    }
  }
}

RowGrid tile_grid(const Tiles &tiles) { return reduction_grid(current_target(), tiles.count()); }

}  // namespace

void launch_channel_norm(const ChannelNorm &norm, const float *x, float *y, float *mean,
                         float *scale, void *stream) {
  const Tiles tiles = tiles_of(norm.g);
  launch("channel_norm", channel_norm, tile_grid(tiles), stream,
         NormArguments{norm, tiles, x, y, mean, scale});
}

void launch_channel_norm_backward(const ChannelNorm &norm, const float *x, const float *mean,
                                  const float *scale, const float *dy, const float *residual,
                                  float *dx, void *stream) {
  const Tiles tiles = tiles_of(norm.g);
  launch("channel_norm_backward", channel_norm_backward, tile_grid(tiles), stream,
         NormGradientArguments{norm, tiles, x, mean, scale, dy, residual, dx});
}

}  // namespace sgconv::cuda
