// One-block convolution: sizes, their CUDA kernels' shapes, arguments and launches.
#pragma once

#include <cstdint>
#include <utility>

#include "cuda/complex_number.h"
#include "cuda/ring_kernel.h"
#include "cuda/synthesis.h"

namespace sgconv::cuda {

struct FusedPrepareArguments {
  RingKernel kernel;
  int64_t row_first, row_count;  // of the C*H rows
  float scale;
  Complex *spectrum;
  // From parameters instead of kernel.kernel, if there are directions.
  int32_t directions;
  Synthesis synthesis;
  float *synthesized;  // (C', H, L), may be nullptr
};

// Rows (b, h) of one call, and how they are shared out: a row of threads (a "slot" of a block)
// takes one item, which is up to `turns` signals of the batch for one channel.
struct FusedRows {
  int32_t heads, hidden, length;
  int32_t batch_first, batch_count, hidden_first, hidden_count;
  int32_t shares;  // of the batch
  int32_t items;
  int32_t turns;
};

struct FusedForwardArguments {
  FusedRows rows;  // items: (c, h, share)
  int32_t dtype;
  const Complex *spectrum;
  const void *u, *pre, *post;
  void *y;
};

// Sums over the batch go by slices of it, each `rows.turns` signals: one item each.
struct FusedBackwardArguments {
  FusedRows rows;  // items: (h, slice)
  int32_t slice_first;
  int32_t dtype;
  bool kernel;  // wanted: sum of conj(U) * DY
  const Complex *spectrum;
  const void *u, *pre, *post, *dy;
  void *du, *dpre, *dpost;  // each may be nullptr
  Complex *sums;            // (slices, heads, hidden_count, N)
  Complex *parked;          // (slices, hidden_count, N): the signal's spectrum
  Complex *input_sums;  // (slices, hidden_count, N): of the gradient, over heads; if there are some
};

struct FusedKernelGradientArguments {
  int32_t mode;
  int32_t heads, hidden, length;
  int32_t hidden_first, hidden_count, slices;
  float scale;
  const Complex *sums;
  float *dk, *dskip;  // each may be nullptr
};

// What the host knows of a size.
struct FusedSize {
  int64_t size;
  int rows;  // that share a block
  int shared_bytes;
  int resident;           // blocks on a multiprocessor that registers are limited for
  int backward_resident;  // of the backward pass
  void (*prepare)(const FusedPrepareArguments &, void *stream);
  void (*forward)(const FusedForwardArguments &, void *stream);
  void (*backward)(const FusedBackwardArguments &, void *stream);
  void (*kernel_gradient)(const FusedKernelGradientArguments &, void *stream);
};

// Smallest size of at least `length` that the current device can run, or nullptr.
const FusedSize *fused_size_for(int64_t length);
// Of exactly this size, or nullptr. Likewise.
const FusedSize *fused_size_of(int64_t size);
// The smallest and the largest that the current device can run.
std::pair<int64_t, int64_t> fused_range();

}  // namespace sgconv::cuda
