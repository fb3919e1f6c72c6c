// Complex rows -> signal: v_n = Re(conj(w_n) z_n) / N, then gates.
#include "cuda/device/complex.h"
#include "cuda/device/pack.h"
#include "cuda/ring/ring.h"
#include "cuda/ring/signal_launch.h"

namespace sgconv::cuda {
namespace {

template <class T>
struct UntwistArguments {
  SignalRows y_rows, gate_rows;
  int64_t rows, size, samples;
  Turn turn;
  float scale;
  const Complex *z;
  const T *gate, *factor;
  T *y, *product;
};

__device__ __forceinline__ float untwisted(Turn turn, int64_t n, Complex z, float scale) {
  return conjugate_times(twist_factor(turn, n), z).re * scale;
}

template <class T, unsigned V>
__device__ __forceinline__ Pack<T, V> gated(const float (&value)[V], const T *gate) {
  Pack<T, V> out{};
  if (gate == nullptr) {
#pragma unroll
    for (unsigned i = 0; i < V; ++i) {
      out.element[i] = from_float<T>(value[i]);
    }
  } else {
    const Pack<T, V> factor = load<V>(gate);
#pragma unroll
    for (unsigned i = 0; i < V; ++i) {
      out.element[i] = from_float<T>(value[i] * to_float(factor.element[i]));
    }
  }
  return out;
}

template <class T, unsigned V>
__global__ void __launch_bounds__(kMaxThreads) untwist_rows(const UntwistArguments<T> a) {
  for (int64_t row = thread_row(); row < a.rows; row += row_step()) {
    const Complex *z = a.z + row * a.size;
    const int64_t y_offset = a.y_rows.offset(row);
    const int64_t gate_offset = a.gate_rows.offset(row);
    for (int64_t n = thread_column() * V; n < a.samples; n += column_step() * V) {
      const Pack<Complex, V> in = load<V>(z + n);
      float value[V];
#pragma unroll
      for (unsigned i = 0; i < V; ++i) {
        value[i] = untwisted(a.turn, n + i, in.element[i], a.scale);
      }
      if (a.y != nullptr) {
        store(a.y + y_offset + n,
              gated<T, V>(value, a.gate == nullptr ? nullptr : a.gate + gate_offset + n));
      }
      if (a.product != nullptr) {
        store(a.product + gate_offset + n, gated<T, V>(value, a.factor + gate_offset + n));
      }
    }
  }
}

template <class T>
struct GateGradientArguments {
  SignalRows dy_rows, gate_rows;
  int64_t rows, size, samples;
  Turn turn;
  float scale;
  bool first, last;
  const Complex *z;
  const T *dy;
  float *sum;
  T *dpost;
};

template <class T, unsigned V>
__global__ void __launch_bounds__(kMaxThreads) gate_gradient(const GateGradientArguments<T> a) {
  const int64_t length = a.dy_rows.length;
  for (int64_t row = thread_row(); row < a.rows; row += row_step()) {
    const Complex *z = a.z + row * a.size;
    const T *dy = a.dy + a.dy_rows.offset(row);
    T *dpost = a.dpost + a.gate_rows.offset(row);
    for (int64_t n = thread_column() * V; n < a.samples; n += column_step() * V) {
      const Pack<Complex, V> in = load<V>(z + n);
      const Pack<T, V> upstream = load<V>(dy + n);
      Pack<float, V> total{};
      if (!a.first) {
        total = load<V>(a.sum + row * length + n);
      }
      Pack<T, V> out{};
#pragma unroll
      for (unsigned i = 0; i < V; ++i) {
        total.element[i] +=
            untwisted(a.turn, n + i, in.element[i], a.scale) * to_float(upstream.element[i]);
        out.element[i] = from_float<T>(total.element[i]);
      }
      if (a.last) {
        store(dpost + n, out);
      } else {
        store(a.sum + row * length + n, total);
      }
    }
  }
}

// 1 / N, the scale that the unscaled inverse transform leaves to us.
float scale_of(int64_t size) { return static_cast<float>(1.0 / static_cast<double>(size)); }

}  // namespace

void launch_untwist(const RowsPart &part, int64_t head, int32_t dtype, const float *z,
                    const void *gate, const void *factor, void *y, void *product, void *stream) {
  with_element(dtype, [&](auto element) {
    using T = decltype(element);
    const sgconv_cuda_rows &rows = part.rows;
    const UntwistArguments<T> arguments{signal_rows(rows, head),
                                        signal_rows(rows, -1),
                                        rows.batch_count * rows.hidden_count,
                                        rows.size,
                                        part.samples,
                                        turn_of(rows.size),
                                        scale_of(rows.size),
                                        reinterpret_cast<const Complex *>(z),
                                        static_cast<const T *>(gate),
                                        static_cast<const T *>(factor),
                                        static_cast<T *>(y),
                                        static_cast<T *>(product)};
    const Target target = current_target();
    if (in_pairs<T>(part, z, {gate, factor, y, product})) {
      launch("untwist_rows, pairs", untwist_rows<T, kPair>,
             row_grid(target, arguments.rows, part.samples / kPair), stream, arguments);
    } else {
      launch("untwist_rows", untwist_rows<T, 1>, row_grid(target, arguments.rows, part.samples),
             stream, arguments);
    }
  });
}

void launch_gate_gradient(const RowsPart &part, int64_t head, int32_t dtype, const float *z,
                          const void *dy, float *sum, void *dpost, void *stream) {
  with_element(dtype, [&](auto element) {
    using T = decltype(element);
    const sgconv_cuda_rows &rows = part.rows;
    const GateGradientArguments<T> arguments{signal_rows(rows, head),
                                             signal_rows(rows, -1),
                                             rows.batch_count * rows.hidden_count,
                                             rows.size,
                                             part.samples,
                                             turn_of(rows.size),
                                             scale_of(rows.size),
                                             head == 0,
                                             head == rows.heads - 1,
                                             reinterpret_cast<const Complex *>(z),
                                             static_cast<const T *>(dy),
                                             sum,
                                             static_cast<T *>(dpost)};
    const Target target = current_target();
    if (in_pairs<T>(part, z, {dy, dpost}) && aligned({sum}, kPair * sizeof(float))) {
      launch("gate_gradient, pairs", gate_gradient<T, kPair>,
             row_grid(target, arguments.rows, part.samples / kPair), stream, arguments);
    } else {
      launch("gate_gradient", gate_gradient<T, 1>, row_grid(target, arguments.rows, part.samples),
             stream, arguments);
    }
  });
}

}  // namespace sgconv::cuda
