// What classifiers end with: features of pairs, and softmax cross-entropy.
#include "cuda/layers/layers.h"
#include "cuda/layers/members.h"
#include "cuda/layers/places.h"

namespace sgconv::cuda {
namespace {

struct PairArguments {
  int64_t pairs, channels;
  const float *x, *dy;
  float *out;
};

__global__ void __launch_bounds__(kMaxThreads) pair_features(const PairArguments p) {
  for (int64_t row = thread_row(); row < p.pairs; row += row_step()) {
    for (int64_t h = thread_column(); h < p.channels; h += column_step()) {
      const float a = p.x[row * p.channels + h];
      const float b = p.x[(p.pairs + row) * p.channels + h];
      float *const y = p.out + row * 4 * p.channels + h;
      y[0] = a;
      y[p.channels] = b;
      y[2 * p.channels] = a - b;
      y[3 * p.channels] = a * b;
    }
  }
}

__global__ void __launch_bounds__(kMaxThreads) pair_features_backward(const PairArguments p) {
  for (int64_t row = thread_row(); row < p.pairs; row += row_step()) {
    for (int64_t h = thread_column(); h < p.channels; h += column_step()) {
      const float a = p.x[row * p.channels + h];
      const float b = p.x[(p.pairs + row) * p.channels + h];
      const float *const dy = p.dy + row * 4 * p.channels + h;
      const float difference = dy[2 * p.channels], product = dy[3 * p.channels];
      p.out[row * p.channels + h] = fmaf(product, b, dy[0] + difference);
      p.out[(p.pairs + row) * p.channels + h] = fmaf(product, a, dy[p.channels] - difference);
    }
  }
}

struct EntropyArguments {
  int64_t rows, classes;
  double share;  // of a row in the mean
  Members256 labels;
  const float *logits;
  float *losses, *dlogits;
};

// One warp a row, in float64: rows are few, and where a model is sure the sum of the others is all
// that is left of the loss.
__global__ void __launch_bounds__(kMaxThreads) cross_entropy(const EntropyArguments a) {
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int64_t step = static_cast<int64_t>(gridDim.x) * kMostWarps;
  for (int64_t row = static_cast<int64_t>(blockIdx.x) * kMostWarps + threadIdx.x / kWarp;
       row < a.rows; row += step) {
    const float *const logits = a.logits + row * a.classes;
    const int64_t label = a.labels.number[row];
    float largest = -INFINITY;
    for (int64_t k = lane; k < a.classes; k += kWarp) {
      largest = fmaxf(largest, logits[k]);
    }
    for (int lanes = kWarp / 2; lanes > 0; lanes /= 2) {
      largest = fmaxf(largest, __shfl_xor_sync(kAllLanes, largest, lanes));
    }
    double sum = 0.0;
    for (int64_t k = lane; k < a.classes; k += kWarp) {
      sum += exp(static_cast<double>(logits[k]) - static_cast<double>(largest));
    }
    sum = lane_sum(sum, kWarp);
    if (lane == 0) {
      const double own = static_cast<double>(logits[label]) - static_cast<double>(largest);
      a.losses[row] = static_cast<float>(log(sum) - own);
    }
    if (a.dlogits == nullptr) {
      continue;
    }
    for (int64_t k = lane; k < a.classes; k += kWarp) {
      const double likely =
          exp(static_cast<double>(logits[k]) - static_cast<double>(largest)) / sum;
      a.dlogits[row * a.classes + k] =
          static_cast<float>((k == label ? likely - 1.0 : likely) * a.share);
    }
  }
}

}  // namespace

void launch_pair_features(int64_t pairs, int64_t channels, const float *x, float *y, void *stream) {
  launch("pair_features", pair_features, row_grid(current_target(), pairs, channels), stream,
         PairArguments{pairs, channels, x, nullptr, y});
}

void launch_pair_features_backward(int64_t pairs, int64_t channels, const float *x, const float *dy,
                                   float *dx, void *stream) {
  launch("pair_features_backward", pair_features_backward,
         row_grid(current_target(), pairs, channels), stream,
         PairArguments{pairs, channels, x, dy, dx});
}

void launch_cross_entropy(int64_t batch, int64_t classes, const float *logits,
                          const int64_t *labels, float *losses, float *dlogits, void *stream) {
  const double share = 1.0 / static_cast<double>(batch);
  each_part(batch, labels, 0, [&](int64_t first, int64_t count, const Members256 &numbers) {
    launch(
        "cross_entropy", cross_entropy,
        reduction_grid(current_target(), (count + kMostWarps - 1) / kMostWarps), stream,
        EntropyArguments{count, classes, share, numbers, logits + first * classes, losses + first,
                         dlogits == nullptr ? nullptr : dlogits + first * classes});
  });
}

}  // namespace sgconv::cuda
