// Products in the frequency domain: forward, and both gradients.
#include <algorithm>

#include "cuda/device/complex.h"
#include "cuda/device/pack.h"
#include "cuda/ring/ring.h"
#include "cuda/ring/signal_launch.h"

namespace sgconv::cuda {
namespace {

struct MultiplyArguments {
  int64_t batch_count, hidden_count, size;
  const Complex *spectrum;  // row of hidden_first
  const Complex *z;
  Complex *out;
};

// A thread keeps its coefficients of K in registers over its share of the batch (grid z).
template <unsigned V>
__global__ void __launch_bounds__(kMaxThreads) multiply_rows(const MultiplyArguments a) {
  for (int64_t h = thread_row(); h < a.hidden_count; h += row_step()) {
    for (int64_t n = thread_column() * V; n < a.size; n += column_step() * V) {
      const Pack<Complex, V> k = load<V>(a.spectrum + h * a.size + n);
      for (int64_t batch = blockIdx.z; batch < a.batch_count; batch += gridDim.z) {
        const int64_t at = (batch * a.hidden_count + h) * a.size + n;
        Pack<Complex, V> value = load<V>(a.z + at);
#pragma unroll
        for (unsigned i = 0; i < V; ++i) {
          value.element[i] = value.element[i] * k.element[i];
        }
        store(a.out + at, value);
      }
    }
  }
}

struct BackwardArguments {
  int64_t batch_count, hidden_count, size;
  bool add_input, add_kernel;
  const Complex *spectrum;  // row of hidden_first; nullptr without input
  const Complex *x, *g;     // x is nullptr without kernel
  Complex *input, *kernel;
};

// One thread sums over the whole batch, in order: the sum's bits do not depend on the grid.
template <unsigned V>
__global__ void __launch_bounds__(kMaxThreads) backward_rows(const BackwardArguments a) {
  for (int64_t h = thread_row(); h < a.hidden_count; h += row_step()) {
    for (int64_t n = thread_column() * V; n < a.size; n += column_step() * V) {
      Pack<Complex, V> k{}, sum{};
      if (a.input != nullptr) {
        k = load<V>(a.spectrum + h * a.size + n);
      }
      if (a.add_kernel) {
        sum = load<V>(a.kernel + h * a.size + n);
      }
#pragma unroll 2  // with four, the compiler spills for capability 12.0
      for (int64_t batch = 0; batch < a.batch_count; ++batch) {
        const int64_t at = (batch * a.hidden_count + h) * a.size + n;
        const Pack<Complex, V> g = load<V>(a.g + at);
        if (a.kernel != nullptr) {
          const Pack<Complex, V> x = load<V>(a.x + at);
#pragma unroll
          for (unsigned i = 0; i < V; ++i) {
            sum.element[i] = sum.element[i] + conjugate_times(x.element[i], g.element[i]);
          }
        }
        if (a.input != nullptr) {
          Pack<Complex, V> value{};
          if (a.add_input) {
            value = load<V>(a.input + at);
          }
#pragma unroll
          for (unsigned i = 0; i < V; ++i) {
            value.element[i] = value.element[i] + conjugate_times(k.element[i], g.element[i]);
          }
          store(a.input + at, value);
        }
      }
      if (a.kernel != nullptr) {
        store(a.kernel + h * a.size + n, sum);
      }
    }
  }
}

const Complex *head_rows(const sgconv_cuda_rows &rows, int64_t head, const float *spectrum) {
  return spectrum == nullptr ? nullptr
                             : reinterpret_cast<const Complex *>(spectrum) +
                                   (head * rows.hidden + rows.hidden_first) * rows.size;
}

}  // namespace

int find_code() {
  cudaFuncAttributes attributes{};
  return cudaFuncGetAttributes(&attributes, reinterpret_cast<const void *>(multiply_rows<1>));
}

void launch_spectrum_multiply(const sgconv_cuda_rows &rows, int64_t head, const float *spectrum,
                              const float *z, float *out, void *stream) {
  const MultiplyArguments arguments{rows.batch_count,
                                    rows.hidden_count,
                                    rows.size,
                                    head_rows(rows, head, spectrum),
                                    reinterpret_cast<const Complex *>(z),
                                    reinterpret_cast<Complex *>(out)};
  const bool pairs = rows.size % kPair == 0 && aligned({spectrum, z, out}, kPair * sizeof(Complex));
  const Target target = current_target();
  RowGrid shape = row_grid(target, rows.hidden_count, pairs ? rows.size / kPair : rows.size);
  const int64_t blocks = static_cast<int64_t>(shape.grid.x) * shape.grid.y;
  const int64_t most = target.multiprocessors * target.stream_blocks;
  shape.grid.z = static_cast<unsigned>(
      std::max<int64_t>(1, std::min<int64_t>({rows.batch_count, most / blocks, 65535})));
  if (pairs) {
    launch("multiply_rows, pairs", multiply_rows<kPair>, shape, stream, arguments);
  } else {
    launch("multiply_rows", multiply_rows<1>, shape, stream, arguments);
  }
}

void launch_spectrum_backward(const sgconv_cuda_rows &rows, int64_t head, const float *spectrum,
                              const float *x, const float *g, float *input, float *kernel,
                              void *stream) {
  const BackwardArguments arguments{rows.batch_count,
                                    rows.hidden_count,
                                    rows.size,
                                    head > 0,
                                    kernel != nullptr && rows.batch_first > 0,
                                    head_rows(rows, head, spectrum),
                                    reinterpret_cast<const Complex *>(x),
                                    reinterpret_cast<const Complex *>(g),
                                    reinterpret_cast<Complex *>(input),
                                    reinterpret_cast<Complex *>(kernel)};
  const bool pairs =
      rows.size % kPair == 0 && aligned({spectrum, x, g, input, kernel}, kPair * sizeof(Complex));
  const Target target = current_target();
  if (pairs) {
    launch("backward_rows, pairs", backward_rows<kPair>,
           row_grid(target, rows.hidden_count, rows.size / kPair), stream, arguments);
  } else {
    launch("backward_rows", backward_rows<1>, row_grid(target, rows.hidden_count, rows.size),
           stream, arguments);
  }
}

}  // namespace sgconv::cuda
