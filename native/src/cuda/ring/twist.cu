// Signal -> complex rows of the ring x^N = i: z_n = w_n gate_n signal_n, zero beyond the signal.
#include "cuda/device/complex.h"
#include "cuda/device/pack.h"
#include "cuda/ring/ring.h"
#include "cuda/ring/signal_launch.h"

namespace sgconv::cuda {
namespace {

template <class T>
struct TwistArguments {
  SignalRows signal_rows, gate_rows;
  int64_t rows, size, samples;
  Turn turn;
  const T *signal, *gate;
  Complex *z;
};

template <class T, unsigned V>
__global__ void __launch_bounds__(kMaxThreads) twist_rows(const TwistArguments<T> a) {
  for (int64_t row = thread_row(); row < a.rows; row += row_step()) {
    const T *signal = a.signal + a.signal_rows.offset(row);
    const T *gate = a.gate == nullptr ? nullptr : a.gate + a.gate_rows.offset(row);
    Complex *z = a.z + row * a.size;
    for (int64_t n = thread_column() * V; n < a.size; n += column_step() * V) {
      Pack<Complex, V> out{};
      if (n < a.samples) {
        const Pack<T, V> in = load<V>(signal + n);
        Pack<T, V> factor{};
        if (gate != nullptr) {
          factor = load<V>(gate + n);
        }
#pragma unroll
        for (unsigned i = 0; i < V; ++i) {
          float value = to_float(in.element[i]);
          if (gate != nullptr) {
            value *= to_float(factor.element[i]);
          }
          const Complex w = twist_factor(a.turn, n + i);
          out.element[i] = {value * w.re, value * w.im};
        }
      }
      store(z + n, out);
    }
  }
}

}  // namespace

void launch_twist(const RowsPart &part, int64_t head, int32_t dtype, const void *signal,
                  const void *gate, float *z, void *stream) {
  with_element(dtype, [&](auto element) {
    using T = decltype(element);
    const sgconv_cuda_rows &rows = part.rows;
    const TwistArguments<T> arguments{signal_rows(rows, head),
                                      signal_rows(rows, -1),
                                      rows.batch_count * rows.hidden_count,
                                      rows.size,
                                      part.samples,
                                      turn_of(rows.size),
                                      static_cast<const T *>(signal),
                                      static_cast<const T *>(gate),
                                      reinterpret_cast<Complex *>(z)};
    const bool pairs = in_pairs<T>(part, z, {signal, gate});
    const Target target = current_target();
    if (pairs) {
      launch("twist_rows, pairs", twist_rows<T, kPair>,
             row_grid(target, arguments.rows, rows.size / kPair), stream, arguments);
    } else {
      launch("twist_rows", twist_rows<T, 1>, row_grid(target, arguments.rows, rows.size), stream,
             arguments);
    }
  });
}

}  // namespace sgconv::cuda
