// Gradients of the parameters of norms over channels.
#include "cuda/layers/layers.h"
#include "cuda/layers/places.h"

namespace sgconv::cuda {
namespace {

// For each channel: sums over positions of dy * (x - mean + shift) * scale, and of dy, or where
// there is a shift of dy * scale.
struct ParameterArguments {
  sgconv_signal_geometry g;
  int across;
  const float *x, *mean, *scale, *dy;
  const float *shift;  // m, or nullptr
  float *dweight, *dbias;
  double *sums;  // (2, H), where the sums of all channels are added up next; or nullptr
};

__global__ void __launch_bounds__(kMaxThreads) norm_parameters(const ParameterArguments a) {
  SGCONV_SHARED(double, partial, 2 * kMostWarps);
  const float shift = a.shift == nullptr ? 0.0f : a.shift[0];
  for (int64_t h = blockIdx.x; h < a.g.channels; h += gridDim.x) {
    double along = 0.0, sum = 0.0;
    each_position(a.g.batch, a.g.length, a.across, [&](int64_t b, int64_t l) {
      const int64_t at = (b * a.g.channels + h) * a.g.length + l;
      const int64_t position = b * a.g.length + l;
      const float scale = a.scale[position];
      const double dy = static_cast<double>(a.dy[at]);
      along += dy * static_cast<double>((a.x[at] - a.mean[position] + shift) * scale);
      sum += a.shift == nullptr ? dy : dy * static_cast<double>(scale);
    });
    const double weight = block_total(along, partial);
    const double bias = block_total(sum, partial + kMostWarps);
    if (threadIdx.x == 0) {
      if (a.sums != nullptr) {
        a.sums[h] = weight;
        a.sums[a.g.channels + h] = bias;
      } else {
        a.dweight[h] = static_cast<float>(weight);
        a.dbias[h] = static_cast<float>(bias);
      }
    }
  }
}

struct ScalarArguments {
  int64_t channels;
  const double *sums;
  const float *factor;
  float *dm, *ds;
};

// One block.
__global__ void __launch_bounds__(kMaxThreads) norm_scalars(const ScalarArguments a) {
  SGCONV_SHARED(double, partial, 2 * kMostWarps);
  double along = 0.0, sum = 0.0;
  for (int64_t h = threadIdx.x; h < a.channels; h += kMaxThreads) {
    along += a.sums[h];
    sum += a.sums[a.channels + h];
  }
  const double factor = block_total(along, partial);
  const double shift = block_total(sum, partial + kMostWarps);
  if (threadIdx.x == 0) {
    a.ds[0] = static_cast<float>(factor);
    a.dm[0] = static_cast<float>(shift * static_cast<double>(a.factor[0]));
  }
}

}  // namespace

void launch_norm_parameters(const sgconv_signal_geometry &g, const float *x, const float *mean,
                            const float *scale, const float *dy, float *dweight, float *dbias,
                            void *stream) {
  launch("norm_parameters", norm_parameters, reduction_grid(current_target(), g.channels), stream,
         ParameterArguments{g, threads_across(g.length), x, mean, scale, dy, nullptr, dweight,
                            dbias, nullptr});
}

void launch_norm_scalars(const ChannelNorm &norm, const float *x, const float *mean,
                         const float *scale, const float *dy, double *sums, float *dm, float *ds,
                         void *stream) {
  const sgconv_signal_geometry &g = norm.g;
  launch("norm_parameters", norm_parameters, reduction_grid(current_target(), g.channels), stream,
         ParameterArguments{g, threads_across(g.length), x, mean, scale, dy, norm.shift, nullptr,
                            nullptr, sums});
  launch("norm_scalars", norm_scalars, reduction_grid(current_target(), 1), stream,
         ScalarArguments{g.channels, sums, norm.weight, dm, ds});
}

}  // namespace sgconv::cuda
