// What is around the matrix product of a linear map over channels.
#include "cuda/layers/dropout.h"
#include "cuda/layers/layers.h"
#include "cuda/layers/places.h"

namespace sgconv::cuda {
namespace {

__device__ __forceinline__ float sigmoid(float z) { return 1.0f / (1.0f + expf(-z)); }

struct LinearArguments {
  int64_t batch, outputs, length;
  bool glu;
  Mask tied;
  const float *product, *bias, *residual;
  float *z, *y;
};

// Grid: x over positions, y over rows (b, p). With glu a row takes two of z: p and P + p.
template <unsigned V>
__global__ void __launch_bounds__(kMaxThreads) linear_forward(const LinearArguments a) {
  const int64_t halves = a.glu ? 2 : 1;
  for (int64_t row = thread_row(); row < a.batch * a.outputs; row += row_step()) {
    const int64_t b = row / a.outputs, p = row % a.outputs;
    const float factor = factors<1>(a.tied, row).element[0];
    const float bias = a.bias == nullptr ? 0.0f : a.bias[p];
    const float gate_bias = a.bias == nullptr || !a.glu ? 0.0f : a.bias[a.outputs + p];
    for (int64_t l = thread_column() * V; l < a.length; l += column_step() * V) {
      const int64_t at = (b * halves * a.outputs + p) * a.length + l;
      Pack<float, V> value = load<V>(a.product + at);
#pragma unroll
      for (unsigned i = 0; i < V; ++i) {
        value.element[i] += bias;
      }
      if (a.glu) {
        const int64_t gate_at = at + a.outputs * a.length;
        Pack<float, V> gate = load<V>(a.product + gate_at);
#pragma unroll
        for (unsigned i = 0; i < V; ++i) {
          gate.element[i] += gate_bias;
        }
        if (a.z != nullptr) {
          store(a.z + at, value);
          store(a.z + gate_at, gate);
        }
#pragma unroll
        for (unsigned i = 0; i < V; ++i) {
          value.element[i] *= sigmoid(gate.element[i]);
        }
      }
      Pack<float, V> residual{};
      if (a.residual != nullptr) {
        residual = load<V>(a.residual + row * a.length + l);
      }
#pragma unroll
      for (unsigned i = 0; i < V; ++i) {
        const float kept = dropped(value.element[i], factor);
        value.element[i] = a.residual == nullptr ? kept : residual.element[i] + kept;
      }
      store(a.y + row * a.length + l, value);
    }
  }
}

struct GradientArguments {
  int64_t batch, outputs, length;
  bool glu;
  int across;
  Mask tied;
  const float *z, *dy;
  float *out;
};

// Gradients of both halves of z where that of their product with the gate is dy.
struct Halves {
  float value, gate;
};
__device__ __forceinline__ Halves glu_gradient(float value, float gate, float dy) {
  const float open = sigmoid(gate);
  return {dy * open, dy * value * open * (1.0f - open)};
}

template <unsigned V>
__global__ void __launch_bounds__(kMaxThreads) linear_backward(const GradientArguments a) {
  const int64_t halves = a.glu ? 2 : 1;
  for (int64_t row = thread_row(); row < a.batch * a.outputs; row += row_step()) {
    const int64_t b = row / a.outputs, p = row % a.outputs;
    const float factor = factors<1>(a.tied, row).element[0];
    for (int64_t l = thread_column() * V; l < a.length; l += column_step() * V) {
      const int64_t at = (b * halves * a.outputs + p) * a.length + l;
      Pack<float, V> value = load<V>(a.dy + row * a.length + l);
#pragma unroll
      for (unsigned i = 0; i < V; ++i) {
        value.element[i] = dropped(value.element[i], factor);
      }
      if (a.glu) {
        const int64_t gate_at = at + a.outputs * a.length;
        const Pack<float, V> z = load<V>(a.z + at);
        Pack<float, V> gate = load<V>(a.z + gate_at);
#pragma unroll
        for (unsigned i = 0; i < V; ++i) {
          const Halves gradient = glu_gradient(z.element[i], gate.element[i], value.element[i]);
          value.element[i] = gradient.value;
          gate.element[i] = gradient.gate;
        }
        store(a.out + gate_at, gate);
      }
      store(a.out + at, value);
    }
  }
}

// One block an output: dz is computed again, so that the sum does not depend on the parts of the
// batch that it was computed in.
__global__ void __launch_bounds__(kMaxThreads) bias_gradient(const GradientArguments a) {
  SGCONV_SHARED(double, partial, 2 * kMostWarps);
  for (int64_t p = blockIdx.x; p < a.outputs; p += gridDim.x) {
    double value = 0.0, gate = 0.0;
    each_position(a.batch, a.length, a.across, [&](int64_t b, int64_t l) {
      const int64_t row = b * a.outputs + p;
      const float dy = dropped(a.dy[row * a.length + l], factors<1>(a.tied, row).element[0]);
      if (a.glu) {
        const int64_t at = (row + b * a.outputs) * a.length + l;
        const Halves gradient = glu_gradient(a.z[at], a.z[at + a.outputs * a.length], dy);
        value += static_cast<double>(gradient.value);
        gate += static_cast<double>(gradient.gate);
      } else {
        value += static_cast<double>(dy);
      }
    });
    const double total = block_total(value, partial);
    const double gate_total = block_total(gate, partial + kMostWarps);
    if (threadIdx.x == 0) {
      a.out[p] = static_cast<float>(total);
      if (a.glu) {
        a.out[a.outputs + p] = static_cast<float>(gate_total);
      }
    }
  }
}

struct PartialArguments {
  int64_t parts, count;
  bool continued;
  const float *partials;
  float *sum;
};

__global__ void __launch_bounds__(kMaxThreads) add_partials(const PartialArguments a) {
  for (int64_t n = thread_column(); n < a.count; n += column_step()) {
    float sum = a.continued ? a.sum[n] : 0.0f;
#pragma unroll 4
    for (int64_t part = 0; part < a.parts; ++part) {
      sum += a.partials[part * a.count + n];
    }
    a.sum[n] = sum;
  }
}

}  // namespace

void launch_linear_forward(const sgconv_linear_geometry &g, const Mask &tied, const float *product,
                           const float *bias, const float *residual, float *z, float *y,
                           void *stream) {
  const LinearArguments arguments{g.batch, g.outputs, g.length, g.glu != 0, tied,
                                  product, bias,      residual, z,          y};
  const int64_t rows = g.batch * g.outputs;
  if (by_quads(g.length, {product, residual, z, y})) {
    launch("linear_forward, by fours", linear_forward<kQuad>,
           row_grid(current_target(), rows, g.length / kQuad), stream, arguments);
  } else {
    launch("linear_forward", linear_forward<1>, row_grid(current_target(), rows, g.length), stream,
           arguments);
  }
}

void launch_linear_backward(const sgconv_linear_geometry &g, const Mask &tied, const float *z,
                            const float *dy, float *dz, void *stream) {
  const GradientArguments arguments{g.batch, g.outputs, g.length, g.glu != 0, 0, tied, z, dy, dz};
  const int64_t rows = g.batch * g.outputs;
  if (by_quads(g.length, {z, dy, dz})) {
    launch("linear_backward, by fours", linear_backward<kQuad>,
           row_grid(current_target(), rows, g.length / kQuad), stream, arguments);
  } else {
    launch("linear_backward", linear_backward<1>, row_grid(current_target(), rows, g.length),
           stream, arguments);
  }
}

void launch_bias_gradient(const sgconv_linear_geometry &g, const Mask &tied, const float *z,
                          const float *dy, float *dbias, void *stream) {
  launch("bias_gradient", bias_gradient, reduction_grid(current_target(), g.outputs), stream,
         GradientArguments{g.batch, g.outputs, g.length, g.glu != 0, threads_across(g.length), tied,
                           z, dy, dbias});
}

void launch_add_partials(int64_t parts, int64_t count, bool continued, const float *partials,
                         float *sum, void *stream) {
  launch("add_partials", add_partials, block_row_grid(current_target(), 1, count), stream,
         PartialArguments{parts, count, continued, partials, sum});
}

}  // namespace sgconv::cuda
