// Convolution kernel <-> rows of the ring x^N = i (ring_kernel.h).
#include "cuda/device/complex.h"
#include "cuda/ring/ring.h"
#include "cuda/ring/ring_kernel.h"
#include "cuda/ring/signal_launch.h"

namespace sgconv::cuda {
namespace {

struct PlaceArguments {
  RingKernel kernel;
  int64_t size;
  int64_t row_first, row_count;
  Turn turn;
  Complex *spectrum;
};

__global__ void __launch_bounds__(kMaxThreads) place_rows(const PlaceArguments a) {
  for (int64_t row = thread_row(); row < a.row_count; row += row_step()) {
    const int64_t channel = a.row_first + row;  // c * H + h
    for (int64_t n = thread_column(); n < a.size; n += column_step()) {
      a.spectrum[channel * a.size + n] = twist_factor(a.turn, n) * a.kernel.at(channel, n);
    }
  }
}

struct KernelGradientArguments {
  bool circular;
  int64_t hidden, length, size;
  int64_t kernel_length;
  KernelLags lags;
  int64_t head, hidden_first, hidden_count;
  int64_t columns;  // lags from 0 on, or 1 when only the skip is asked for
  Turn turn;
  float scale;
  const Complex *correlation;
  float *dk, *dskip;
};

__device__ __forceinline__ Complex correlation_at(const KernelGradientArguments &a,
                                                  const Complex *row, int64_t n) {
  const Complex value = conjugate_times(twist_factor(a.turn, n), row[n]);
  return {value.re * a.scale, value.im * a.scale};
}

__global__ void __launch_bounds__(kMaxThreads) kernel_gradient(const KernelGradientArguments a) {
  for (int64_t row = thread_row(); row < a.hidden_count; row += row_step()) {
    const Complex *correlation = a.correlation + row * a.size;
    const int64_t channel = a.head * a.hidden + a.hidden_first + row;
    for (int64_t j = thread_column(); j < a.columns; j += column_step()) {
      const float ahead = j < a.lags.ahead ? correlation_at(a, correlation, j).re : 0.0f;
      if (a.dskip != nullptr && j == 0) {
        a.dskip[channel] = ahead;
      }
      if (a.dk == nullptr) {
        continue;
      }
      float *zero = a.dk + channel * a.kernel_length + a.lags.zero;
      if (a.circular && j >= 1) {
        zero[j] = ahead - correlation_at(a, correlation, a.size - a.length + j).im;
      } else {
        zero[j] = ahead;
      }
      if (j < a.lags.behind_end) {
        zero[a.lags.behind_first + j * a.lags.behind_step] =
            j < a.lags.behind ? -correlation_at(a, correlation, a.size - 1 - j).im : 0.0f;
      }
    }
  }
}

}  // namespace

void launch_kernel_place(const sgconv_convolution_geometry &geometry, int64_t size,
                         int64_t row_first, int64_t row_count, const float *kernel,
                         const float *skip, bool twist, Complex *spectrum, void *stream) {
  const PlaceArguments arguments{
      ring_kernel(geometry, size, kernel, skip), size,    row_first, row_count,
      twist ? turn_of(size) : kNoTurn,           spectrum};
  launch("place_rows", place_rows, row_grid(current_target(), row_count, size), stream, arguments);
}

void launch_kernel_gradient(const sgconv_cuda_rows &rows, int64_t kernel_length, int32_t mode,
                            int64_t head, const Complex *correlation, bool twisted, float *dk,
                            float *dskip, void *stream) {
  const KernelLags lags =
      kernel_lags({rows.heads, rows.hidden, rows.length, kernel_length, mode, 0});
  const KernelGradientArguments arguments{mode == SGCONV_CIRCULAR,
                                          rows.hidden,
                                          rows.length,
                                          rows.size,
                                          kernel_length,
                                          lags,
                                          head,
                                          rows.hidden_first,
                                          rows.hidden_count,
                                          dk == nullptr ? 1 : lags.ahead_end,
                                          twisted ? turn_of(rows.size) : kNoTurn,
                                          static_cast<float>(1.0 / static_cast<double>(rows.size)),
                                          correlation,
                                          dk,
                                          dskip};
  launch("kernel_gradient", kernel_gradient,
         row_grid(current_target(), rows.hidden_count, arguments.columns), stream, arguments);
}

}  // namespace sgconv::cuda
