// GELU, or nothing, with dropout, element by element.
#include "cuda/layers/dropout.h"
#include "cuda/layers/layers.h"
#include "cuda/layers/places.h"

namespace sgconv::cuda {
namespace {

struct ActivationArguments {
  int64_t count;
  bool gelu;
  Mask mask;
  const float *x, *dy;
  float *out;
};

// x * Phi(x), by the distribution function itself: 1 + erf cancels where x is far below zero.
template <unsigned V>
__global__ void __launch_bounds__(kMaxThreads) activation_forward(const ActivationArguments a) {
  for (int64_t e = thread_column() * V; e < a.count; e += column_step() * V) {
    Pack<float, V> value = load<V>(a.x + e);
    const Pack<float, V> factor = factors<V>(a.mask, e);
#pragma unroll
    for (unsigned i = 0; i < V; ++i) {
      value.element[i] =
          dropped(a.gelu ? value.element[i] * normcdff(value.element[i]) : value.element[i],
                  factor.element[i]);
    }
    store(a.out + e, value);
  }
}

__device__ __forceinline__ float gelu_slope(float x) {
  constexpr float kInverseRoot = 0.398942280401432677939946059934f;  // 1 / sqrt(2 pi)
  return fmaf(x * kInverseRoot, expf(-0.5f * x * x), normcdff(x));
}

template <unsigned V>
__global__ void __launch_bounds__(kMaxThreads) activation_backward(const ActivationArguments a) {
  for (int64_t e = thread_column() * V; e < a.count; e += column_step() * V) {
    const Pack<float, V> x = load<V>(a.x + e);
    Pack<float, V> value = load<V>(a.dy + e);
    const Pack<float, V> factor = factors<V>(a.mask, e);
#pragma unroll
    for (unsigned i = 0; i < V; ++i) {
      value.element[i] =
          dropped(a.gelu ? value.element[i] * gelu_slope(x.element[i]) : value.element[i],
                  factor.element[i]);
    }
    store(a.out + e, value);
  }
}

// By fours where a draw of the dropout begins with each.
bool quads(const ActivationArguments &a) {
  return a.mask.first % kQuad == 0 && by_quads(a.count, {a.x, a.dy, a.out});
}

}  // namespace

void launch_activation_forward(int64_t count, bool gelu, const Mask &mask, const float *x, float *y,
                               void *stream) {
  const ActivationArguments arguments{count, gelu, mask, x, nullptr, y};
  if (quads(arguments)) {
    launch("activation_forward, by fours", activation_forward<kQuad>,
           block_row_grid(current_target(), 1, count / kQuad), stream, arguments);
  } else {
    launch("activation_forward", activation_forward<1>, block_row_grid(current_target(), 1, count),
           stream, arguments);
  }
}

void launch_activation_backward(int64_t count, bool gelu, const Mask &mask, const float *x,
                                const float *dy, float *dx, void *stream) {
  const ActivationArguments arguments{count, gelu, mask, x, dy, dx};
  if (quads(arguments)) {
    launch("activation_backward, by fours", activation_backward<kQuad>,
           block_row_grid(current_target(), 1, count / kQuad), stream, arguments);
  } else {
    launch("activation_backward", activation_backward<1>,
           block_row_grid(current_target(), 1, count), stream, arguments);
  }
}

}  // namespace sgconv::cuda
