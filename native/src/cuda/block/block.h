// Convolution by one block a row, or a window of one: what the host knows of its CUDA kernels.
#pragma once

#include <cstdint>

#include "cuda/device/complex_number.h"
#include "cuda/policy/policy.h"
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

// Rows (b, h) of one launch. Tensors and the spectrum are given from the first of them on, so that
// rows are counted in 32 bits.
struct BlockRows {
  int32_t heads, hidden, length;
  int32_t samples;  // of each of these signals, at most `length`: the rest of its row is not there
  int32_t batch_count;
};

// A row of threads (a "slot" of a block) takes `turns` rows in the order (h, b), the first `more`
// of them one more.
struct BlockForwardArguments {
  static constexpr bool kWindows = false;

  BlockRows rows;
  int32_t turns, more;
  int32_t dtype;
  const Complex *spectrum;
  const void *u, *pre, *post;
  void *y;
  // Spectra of u while heads take their turns, (slots, N), or nullptr: in shared memory.
  Complex *parked;
};

// What of the backward pass lies in shared memory, the rest of it in the device's.
enum class BlockStorage : int32_t {
  kMemory,         // nothing
  kParked,         // of the signal's spectrum what has room (block_shape.h)
  kParkedAndSums,  // and the sums of the only head, or those over heads
};

// Sums over the batch go by slices of it, one item each, which a slot takes. A slice may have begun
// or may end in another launch.
struct BlockBackwardArguments {
  static constexpr bool kWindows = false;

  BlockRows rows;
  int32_t hidden_count;
  int32_t width;        // signals of a slice
  int32_t slice_first;  // that this launch has a part of ...
  int32_t slice_count;  // ... and how many there are
  int32_t batch_first;  // where this launch begins
  int32_t dtype;
  bool kernel;  // wanted: sum of conj(U) * DY
  BlockStorage storage;
  const Complex *spectrum;
  const void *u, *pre, *post, *dy;
  void *du, *dpre, *dpost;  // each may be nullptr
  Complex *sums;            // (slices, hidden_count, heads, N)
  Complex *parked;          // (slices, hidden_count, .): what does not lie elsewhere of a spectrum
  Complex *input_sums;      // (slices, hidden_count, N), if there are heads and not elsewhere

  __host__ __device__ int32_t items() const { return hidden_count * slice_count; }
};

// Rows in windows of N samples, of which each makes `step` new ones, for one head. They take the
// place of the members: rows.batch_count counts windows, in the order (member, window).
struct RowWindows {
  int32_t lead;  // samples of a window ahead of its new ones
  int32_t step;
  int32_t period;  // of a circular row, else 0
  int32_t count;   // windows of a row
  int32_t first;   // window of the first member that the launch begins with
  int32_t members;
};

struct WindowForwardArguments : BlockForwardArguments {
  static constexpr bool kWindows = true;

  RowWindows windows;
};

struct WindowBackwardArguments : BlockBackwardArguments {
  static constexpr bool kWindows = true;

  RowWindows windows;
};

struct BlockKernelGradientArguments {
  bool circular;
  int32_t parts;  // slots that share a row's slices: one, or all of a block
  int32_t heads, hidden, length;
  int64_t kernel_length;
  KernelLags lags;
  int32_t hidden_first, hidden_count, slices;
  float scale;
  const Complex *sums;
  float *dk, *dskip;  // each may be nullptr
};

// What the host knows of a size.
struct BlockSize {
  int64_t size;
  int rows;                          // that share a block
  int shared_bytes, backward_bytes;  // to transform in
  int resident;                      // blocks on a multiprocessor that registers are limited for
  int forward_resident;              // of the forward pass of whole rows
  int backward_resident;             // of the backward pass
  int array_bytes;                   // of N numbers for each row of a block
  bool parks_input;                  // forward: an array in shared memory for several heads
  // Backward: of `numbers` of a thread so many of a spectrum lie in shared memory where that has
  // room, `parked_bytes` a block, and so many always in registers; `sums_bytes`: an array there,
  // too.
  int numbers, parked, kept, parked_bytes, sums_bytes;
  // Lets the current device run it; throws as allow_shared does.
  void (*allow_shared)(int64_t of_block);
  void (*prepare)(const BlockPrepareArguments &, void *stream);
  void (*forward)(const BlockForwardArguments &, int64_t blocks, int shared_bytes, void *stream);
  void (*backward)(const BlockBackwardArguments &, int shared_bytes, void *stream);
  void (*kernel_gradient)(const BlockKernelGradientArguments &, void *stream);
};

// What else it knows of a size that is compiled for windows.
struct WindowSize {
  int64_t size;
  void (*allow_shared)(int64_t of_block);
  void (*forward)(const WindowForwardArguments &, int64_t blocks, void *stream);
  void (*backward)(const WindowBackwardArguments &, int shared_bytes, void *stream);
};

}  // namespace sgconv::cuda
