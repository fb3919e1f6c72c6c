// The mean over positions, or the last of them.
#include "cuda/layers/layers.h"
#include "cuda/layers/members.h"
#include "cuda/layers/places.h"

namespace sgconv::cuda {
namespace {

struct PoolArguments {
  int64_t rows, channels, length;
  bool last;
  Members256 lengths;
  const float *from;
  float *to;
};

// One warp a row.
__global__ void __launch_bounds__(kMaxThreads) pool_rows(const PoolArguments a) {
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int64_t step = static_cast<int64_t>(gridDim.x) * kMostWarps;
  for (int64_t row = static_cast<int64_t>(blockIdx.x) * kMostWarps + threadIdx.x / kWarp;
       row < a.rows; row += step) {
    const int64_t length = a.lengths.number[row / a.channels];
    const float *const x = a.from + row * a.length;
    double sum = 0.0;
    if (!a.last) {
#pragma unroll 4
      for (int64_t l = lane; l < length; l += kWarp) {
        sum += static_cast<double>(x[l]);
      }
    }
    sum = lane_sum(sum, kWarp);
    if (lane == 0) {
      a.to[row] = a.last ? x[length - 1] : static_cast<float>(sum / static_cast<double>(length));
    }
  }
}

// Grid: x over positions, y over rows.
__global__ void __launch_bounds__(kMaxThreads) pool_backward(const PoolArguments a) {
  for (int64_t row = thread_row(); row < a.rows; row += row_step()) {
    const int64_t length = a.lengths.number[row / a.channels];
    const float dy = a.from[row];
    const float share = a.last ? dy : dy / static_cast<float>(length);
    const int64_t first = a.last ? length - 1 : 0;
    for (int64_t l = thread_column(); l < a.length; l += column_step()) {
      a.to[row * a.length + l] = l >= first && l < length ? share : 0.0f;
    }
  }
}

}  // namespace

void launch_pool_forward(const sgconv_signal_geometry &g, bool last, const int64_t *lengths,
                         const float *x, float *y, void *stream) {
  each_part(g.batch, lengths, g.length,
            [&](int64_t first, int64_t count, const Members256 &numbers) {
              const int64_t rows = count * g.channels;
              launch("pool_rows", pool_rows,
                     reduction_grid(current_target(), (rows + kMostWarps - 1) / kMostWarps), stream,
                     PoolArguments{rows, g.channels, g.length, last, numbers,
                                   x + first * g.channels * g.length, y + first * g.channels});
            });
}

void launch_pool_backward(const sgconv_signal_geometry &g, bool last, const int64_t *lengths,
                          const float *dy, float *dx, void *stream) {
  each_part(
      g.batch, lengths, g.length, [&](int64_t first, int64_t count, const Members256 &numbers) {
        const int64_t rows = count * g.channels;
        launch("pool_backward", pool_backward, row_grid(current_target(), rows, g.length), stream,
               PoolArguments{rows, g.channels, g.length, last, numbers, dy + first * g.channels,
                             dx + first * g.channels * g.length});
      });
}

}  // namespace sgconv::cuda
