// BatchNorm: statistics of each channel over the batch and all positions.
#include "cuda/layers/layers.h"
#include "cuda/layers/places.h"

namespace sgconv::cuda {
namespace {

struct StatisticsArguments {
  sgconv_signal_geometry g;
  int across;
  const float *x;
  float *mean, *variance;
};

// One block a channel, which reads it twice: squares of what is centered do not cancel.
__global__ void __launch_bounds__(kMaxThreads) batch_statistics(const StatisticsArguments a) {
  SGCONV_SHARED(double, partial, 2 * kMostWarps);
  const double count = static_cast<double>(a.g.batch) * static_cast<double>(a.g.length);
  for (int64_t h = blockIdx.x; h < a.g.channels; h += gridDim.x) {
    double sum = 0.0, squares = 0.0;
    each_position(a.g.batch, a.g.length, a.across, [&](int64_t b, int64_t l) {
      sum += static_cast<double>(a.x[(b * a.g.channels + h) * a.g.length + l]);
    });
    const double mean = block_total(sum, partial) / count;
    each_position(a.g.batch, a.g.length, a.across, [&](int64_t b, int64_t l) {
      const double centered =
          static_cast<double>(a.x[(b * a.g.channels + h) * a.g.length + l]) - mean;
      squares += centered * centered;
    });
    const double variance = block_total(squares, partial + kMostWarps) / count;
    if (threadIdx.x == 0) {
      a.mean[h] = static_cast<float>(mean);
      a.variance[h] = static_cast<float>(variance);
    }
  }
}

__device__ __forceinline__ float scale_of(float variance, float epsilon) {
  return 1.0f / sqrtf(variance + epsilon);
}

struct BatchNormArguments {
  sgconv_signal_geometry g;
  float epsilon;
  const float *x, *weight, *bias, *mean, *variance;
  float *y;
};

template <unsigned V>
__global__ void __launch_bounds__(kMaxThreads) batch_norm(const BatchNormArguments a) {
  for (int64_t row = thread_row(); row < a.g.batch * a.g.channels; row += row_step()) {
    const int64_t h = row % a.g.channels;
    const float mean = a.mean[h];
    const float factor = scale_of(a.variance[h], a.epsilon) * a.weight[h];
    const float bias = a.bias[h];
    for (int64_t l = thread_column() * V; l < a.g.length; l += column_step() * V) {
      Pack<float, V> value = load<V>(a.x + row * a.g.length + l);
#pragma unroll
      for (unsigned i = 0; i < V; ++i) {
        value.element[i] = fmaf(value.element[i] - mean, factor, bias);
      }
      store(a.y + row * a.g.length + l, value);
    }
  }
}

struct BatchGradientArguments {
  sgconv_signal_geometry g;
  float epsilon;
  int across;
  const float *x, *weight, *mean, *variance, *dy, *residual;
  float *dx, *dweight, *dbias;
};

// One block a channel.
__global__ void __launch_bounds__(kMaxThreads) batch_parameters(const BatchGradientArguments a) {
  SGCONV_SHARED(double, partial, 2 * kMostWarps);
  for (int64_t h = blockIdx.x; h < a.g.channels; h += gridDim.x) {
    const float mean = a.mean[h];
    double along = 0.0, sum = 0.0;
    each_position(a.g.batch, a.g.length, a.across, [&](int64_t b, int64_t l) {
      const int64_t at = (b * a.g.channels + h) * a.g.length + l;
      const double dy = static_cast<double>(a.dy[at]);
      along += dy * static_cast<double>(a.x[at] - mean);
      sum += dy;
    });
    const double weight = block_total(along, partial);
    const double bias = block_total(sum, partial + kMostWarps);
    if (threadIdx.x == 0) {
      a.dweight[h] =
          static_cast<float>(weight * static_cast<double>(scale_of(a.variance[h], a.epsilon)));
      a.dbias[h] = static_cast<float>(bias);
    }
  }
}

// From the sums that are dweight and dbias. As many blocks of a multiprocessor as limits.cmake
// leaves registers for: with more, the compiler spills for capability 10.0.
template <unsigned V>
__global__ void __launch_bounds__(kMaxThreads, 4)
    batch_norm_backward(const BatchGradientArguments a) {
  const float count = static_cast<float>(a.g.batch) * static_cast<float>(a.g.length);
  for (int64_t row = thread_row(); row < a.g.batch * a.g.channels; row += row_step()) {
    const int64_t h = row % a.g.channels;
    const float mean = a.mean[h], scale = scale_of(a.variance[h], a.epsilon);
    const float average = a.dbias[h] / count;
    const float slope = a.dweight[h] / count * scale;
    const float factor = scale * a.weight[h];
    for (int64_t l = thread_column() * V; l < a.g.length; l += column_step() * V) {
      const int64_t at = row * a.g.length + l;
      const Pack<float, V> x = load<V>(a.x + at);
      Pack<float, V> value = load<V>(a.dy + at), residual{};
      if (a.residual != nullptr) {
        residual = load<V>(a.residual + at);
      }
#pragma unroll
      for (unsigned i = 0; i < V; ++i) {
        const float gradient =
            factor * (value.element[i] - average - (x.element[i] - mean) * slope);
        value.element[i] = a.residual == nullptr ? gradient : residual.element[i] + gradient;
      }
      store(a.dx + at, value);
    }
  }
}

struct RunningArguments {
  int64_t channels;
  double momentum, unbiased;
  const float *mean, *variance;
  float *running_mean, *running_variance;
};

__device__ __forceinline__ float moved(float running, double batch, double momentum) {
  return static_cast<float>((1.0 - momentum) * static_cast<double>(running) + momentum * batch);
}

__global__ void __launch_bounds__(kMaxThreads) running_statistics(const RunningArguments a) {
  for (int64_t h = thread_column(); h < a.channels; h += column_step()) {
    a.running_mean[h] = moved(a.running_mean[h], static_cast<double>(a.mean[h]), a.momentum);
    a.running_variance[h] =
        moved(a.running_variance[h], static_cast<double>(a.variance[h]) * a.unbiased, a.momentum);
  }
}

}  // namespace

void launch_batch_statistics(const sgconv_signal_geometry &g, const float *x, float *mean,
                             float *variance, void *stream) {
  launch("batch_statistics", batch_statistics, reduction_grid(current_target(), g.channels), stream,
         StatisticsArguments{g, threads_across(g.length), x, mean, variance});
}

void launch_batch_norm(const sgconv_signal_geometry &g, double epsilon, const float *x,
                       const float *weight, const float *bias, const float *mean,
                       const float *variance, float *y, void *stream) {
  const BatchNormArguments arguments{
      g, static_cast<float>(epsilon), x, weight, bias, mean, variance, y};
  const int64_t rows = g.batch * g.channels;
  if (by_quads(g.length, {x, y})) {
    launch("batch_norm, by fours", batch_norm<kQuad>,
           row_grid(current_target(), rows, g.length / kQuad), stream, arguments);
  } else {
    launch("batch_norm", batch_norm<1>, row_grid(current_target(), rows, g.length), stream,
           arguments);
  }
}

void launch_batch_norm_backward(const sgconv_signal_geometry &g, double epsilon, const float *x,
                                const float *weight, const float *mean, const float *variance,
                                const float *dy, const float *residual, float *dx, float *dweight,
                                float *dbias, void *stream) {
  const BatchGradientArguments arguments{g,
                                         static_cast<float>(epsilon),
                                         threads_across(g.length),
                                         x,
                                         weight,
                                         mean,
                                         variance,
                                         dy,
                                         residual,
                                         dx,
                                         dweight,
                                         dbias};
  launch("batch_parameters", batch_parameters, reduction_grid(current_target(), g.channels), stream,
         arguments);
  const int64_t rows = g.batch * g.channels;
  if (by_quads(g.length, {x, dy, residual, dx})) {
    launch("batch_norm_backward, by fours", batch_norm_backward<kQuad>,
           row_grid(current_target(), rows, g.length / kQuad), stream, arguments);
  } else {
    launch("batch_norm_backward", batch_norm_backward<1>,
           row_grid(current_target(), rows, g.length), stream, arguments);
  }
}

void launch_running_statistics(int64_t channels, int64_t count, double momentum, const float *mean,
                               const float *variance, float *running_mean, float *running_variance,
                               void *stream) {
  const double unbiased = static_cast<double>(count) / static_cast<double>(count - 1);
  launch("running_statistics", running_statistics, block_row_grid(current_target(), 1, channels),
         stream,
         RunningArguments{channels, momentum, unbiased, mean, variance, running_mean,
                          running_variance});
}

}  // namespace sgconv::cuda
