// Convolution of whole rows by one block each: what the host knows of its CUDA kernels.
#pragma once

#include <cstdint>

#include "cuda/device/complex_number.h"
#include "cuda/ring/ring_kernel.h"
#include "cuda/synthesis/synthesis.h"

namespace sgconv::cuda {

struct BlockPrepareArguments {
  RingKernel kernel;
  int64_t row_first, row_count;  // of the C*H rows
  float scale;
  Complex *spectrum;
  // From parameters instead of kernel.kernel, if there are directions.
  int32_t directions;
  Synthesis synthesis;
  float *synthesized;  // (C', H, K), may be nullptr
};

// Rows (b, h) of one call, and how they are shared out: a row of threads (a "slot" of a block)
// takes one item, which is up to `turns` signals of the batch for one channel.
struct BlockRows {
  int32_t heads, hidden, length;
  int32_t samples;  // of each of these signals, at most `length`: the rest of its row is not there
  int32_t batch_first, batch_count, hidden_first, hidden_count;
  int32_t shares;  // of the batch
  int32_t items;
  int32_t turns;
};

struct BlockForwardArguments {
  BlockRows rows;  // items: (c, h, share)
  int32_t dtype;
  const Complex *spectrum;
  const void *u, *pre, *post;
  void *y;
};

// Sums over the batch go by slices of it, each `rows.turns` signals: one item each.
struct BlockBackwardArguments {
  BlockRows rows;  // items: (h, slice)
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

struct BlockKernelGradientArguments {
  int32_t mode;
  int32_t heads, hidden, length;
  int32_t ahead, behind;  // RingKernel
  int64_t kernel_length;
  int32_t hidden_first, hidden_count, slices;
  float scale;
  const Complex *sums;
  float *dk, *dskip;  // each may be nullptr
};

// What the host knows of a size.
struct BlockSize {
  int64_t size;
  int rows;  // that share a block
  int shared_bytes;
  int resident;           // blocks on a multiprocessor that registers are limited for
  int backward_resident;  // of the backward pass
  // Lets the current device run it; throws as allow_shared does.
  void (*allow_shared)();
  void (*prepare)(const BlockPrepareArguments &, void *stream);
  void (*forward)(const BlockForwardArguments &, void *stream);
  void (*backward)(const BlockBackwardArguments &, void *stream);
  void (*kernel_gradient)(const BlockKernelGradientArguments &, void *stream);
};

}  // namespace sgconv::cuda
