// Convolution of rows by one block each: u is read once and y written once. Skip and 1/N are folded
// into the spectrum, gates into load and store.
#include <algorithm>

#include "cuda/fused.h"
#include "cuda/kernels.h"
#include "cuda/ring_kernel.h"
#include "cuda/signal_launch.h"

namespace sgconv::cuda {
namespace {

template <class Transform>
__device__ __forceinline__ Transform transform_of_thread(float *shared) {
  const int slot = static_cast<int>(threadIdx.x) / Transform::kThreads;
  float *row = shared + slot * 2 * Transform::kFloats;
  return {row, row + Transform::kFloats, static_cast<int>(threadIdx.x) % Transform::kThreads};
}

struct FusedPrepareArguments {
  RingKernel kernel;
  int64_t row_first, row_count;
  float scale;
  Complex *spectrum;
};

template <class Transform>
__global__ void __launch_bounds__(FusedShape<Transform>::kThreads, 1)
    fused_prepare(const FusedPrepareArguments a) {
  SGCONV_DYNAMIC_SHARED(float, shared);
  const Transform transform = transform_of_thread<Transform>(shared);
  constexpr int kRows = FusedShape<Transform>::kRows;
  const int slot = static_cast<int>(threadIdx.x) / Transform::kThreads;
  for (int64_t first = static_cast<int64_t>(blockIdx.x) * kRows; first < a.row_count;
       first += static_cast<int64_t>(gridDim.x) * kRows) {
    const bool active = first + slot < a.row_count;
    const int64_t channel = a.row_first + first + slot;
    Complex x[Transform::kR];
#pragma unroll
    for (int r = 0; r < Transform::kR; ++r) {
      x[r] = active ? a.kernel.at(channel, transform.thread + r * Transform::kThreads)
                    : Complex{0.0f, 0.0f};
    }
    transform.forward(x);
    if (active) {
#pragma unroll
      for (int r = 0; r < Transform::kR; ++r) {
        a.spectrum[channel * Transform::kN + r * Transform::kThreads + transform.thread] = {
            x[r].re * a.scale, x[r].im * a.scale};
      }
    }
  }
}

template <class T>
struct FusedForwardArguments {
  int64_t heads, hidden, length;
  int64_t batch_first, batch_count, hidden_first, hidden_count;
  const Complex *spectrum;
  const T *u, *pre, *post;
  T *y;
};

// Grid: x over (c, h), y over shares of the batch, so that K stays near.
template <class T, class Transform>
__global__ void __launch_bounds__(FusedShape<Transform>::kThreads, 1)
    fused_forward(const FusedForwardArguments<T> a) {
  SGCONV_DYNAMIC_SHARED(float, shared);
  const Transform transform = transform_of_thread<Transform>(shared);
  constexpr int kRows = FusedShape<Transform>::kRows;
  const int slot = static_cast<int>(threadIdx.x) / Transform::kThreads;
  const int64_t head = blockIdx.x / a.hidden_count;
  const int64_t h = a.hidden_first + blockIdx.x % a.hidden_count;
  const Complex *k = a.spectrum + (head * a.hidden + h) * Transform::kN + transform.thread;
  for (int64_t first = static_cast<int64_t>(blockIdx.y) * kRows; first < a.batch_count;
       first += static_cast<int64_t>(gridDim.y) * kRows) {
    const bool active = first + slot < a.batch_count;
    const int64_t batch = a.batch_first + first + slot;
    const int64_t in = (batch * a.hidden + h) * a.length;
    const int64_t out = ((batch * a.heads + head) * a.hidden + h) * a.length;
    Complex x[Transform::kR];
#pragma unroll
    for (int r = 0; r < Transform::kR; ++r) {
      const int n = transform.thread + r * Transform::kThreads;
      float value = 0.0f;
      if (active && n < a.length) {
        value = to_float(a.u[in + n]);
        if (a.pre != nullptr) {
          value *= to_float(a.pre[in + n]);
        }
      }
      x[r] = {value, 0.0f};
    }
    transform.forward(x);
#pragma unroll
    for (int r = 0; r < Transform::kR; ++r) {
      x[r] = x[r] * k[r * Transform::kThreads];
    }
    transform.inverse(x);
#pragma unroll
    for (int r = 0; r < Transform::kR; ++r) {
      const int n = transform.thread + r * Transform::kThreads;
      if (active && n < a.length) {
        const float gate = a.post == nullptr ? 1.0f : to_float(a.post[in + n]);
        a.y[out + n] = from_float<T>(x[r].re * gate);
      }
    }
  }
}

// Calls `body` with the transform of this size.
template <class Body>
void with_transform(int64_t size, Body &&body) {
  switch (size) {
    case 256:
      return body(BlockTransform<8, 4>{});
    case 512:
      return body(BlockTransform<9, 4>{});
    case 1024:
      return body(BlockTransform<10, 4>{});
    case 2048:
      return body(BlockTransform<11, 4>{});
    case 4096:
      return body(BlockTransform<12, 4>{});
    default:
      throw Failure(SGCONV_UNSUPPORTED, "no one-block convolution of size " + std::to_string(size));
  }
}

}  // namespace

void launch_fused_prepare(const sgconv_convolution_geometry &g, int64_t size, int64_t row_first,
                          int64_t row_count, const float *kernel, const float *skip,
                          float *spectrum, void *stream) {
  with_transform(size, [&](auto transform) {
    using Transform = decltype(transform);
    using Shape = FusedShape<Transform>;
    const FusedPrepareArguments arguments{{g.mode, g.heads, g.hidden, g.length, size, kernel, skip},
                                          row_first,
                                          row_count,
                                          static_cast<float>(1.0 / static_cast<double>(size)),
                                          reinterpret_cast<Complex *>(spectrum)};
    RowGrid shape = reduction_grid(current_target(), (row_count + Shape::kRows - 1) / Shape::kRows);
    shape.block = dim3(Shape::kThreads);
    launch("fused_prepare", fused_prepare<Transform>, shape, stream, arguments,
           Shape::kSharedBytes);
  });
}

void launch_fused_forward(const sgconv_cuda_rows &rows, int32_t dtype, const float *spectrum,
                          const void *u, const void *pre, const void *post, void *y, void *stream) {
  with_element(dtype, [&](auto element) {
    using T = decltype(element);
    with_transform(rows.size, [&](auto transform) {
      using Transform = decltype(transform);
      using Shape = FusedShape<Transform>;
      const FusedForwardArguments<T> arguments{rows.heads,
                                               rows.hidden,
                                               rows.length,
                                               rows.batch_first,
                                               rows.batch_count,
                                               rows.hidden_first,
                                               rows.hidden_count,
                                               reinterpret_cast<const Complex *>(spectrum),
                                               static_cast<const T *>(u),
                                               static_cast<const T *>(pre),
                                               static_cast<const T *>(post),
                                               static_cast<T *>(y)};
      const int64_t channels = rows.heads * rows.hidden_count;
      const int64_t turns = (rows.batch_count + Shape::kRows - 1) / Shape::kRows;
      const Target target = current_target();
      const int64_t most = target.multiprocessors * target.policy.stream_blocks;
      const int64_t shares =
          std::clamp<int64_t>(most / channels, 1, std::min<int64_t>(turns, 65535));
      const RowGrid shape{dim3(static_cast<unsigned>(channels), static_cast<unsigned>(shares)),
                          dim3(Shape::kThreads)};
      launch("fused_forward", fused_forward<T, Transform>, shape, stream, arguments,
             Shape::kSharedBytes);
    });
  });
}

}  // namespace sgconv::cuda
