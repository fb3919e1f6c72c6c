// Convolution beyond one block, in four steps: what the host knows of its CUDA kernels. A size is
// N = P * M: columns of P numbers, rows of M.
#pragma once

#include <cstdint>

#include "cuda/device/complex_number.h"

namespace sgconv::cuda {

// A launch has whole blocks of rows: P is a multiple of the rows of a block.
constexpr int kRowMultiple = 8;

// Which row of a signal tensor: head `index` of `count`.
struct Head {
  int32_t count, index;
};
constexpr Head kNoHead{1, 0};

// Signals of one chunk.
struct FourStepRows {
  int32_t hidden, length;
  int32_t samples;  // of each of these signals, at most `length`: the rest of its row is not there
  int32_t batch_first, hidden_first, hidden_count;
  int32_t columns;  // M
  Turn turn;        // of N
};

struct ColumnsInArguments {
  FourStepRows rows;
  int32_t dtype;
  Head head;
  const void *signal, *gate;  // gate (B, H, L) may be nullptr
  Complex *z;
};

// product = factor * signal, target = gate * signal; either may be nullptr, and so may gate.
struct ColumnsOutArguments {
  FourStepRows rows;
  int32_t dtype;
  const Complex *z;
  const void *factor;  // (B, H, L)
  void *product;
  Head gate_head;
  const void *gate;
  Head target_head;
  void *target;
  float *sum;  // (batch, hidden, N): what the target's values are added to from head to head
  bool add;    // there is a sum yet
  bool store;  // the target
};

struct ColumnsWithinArguments {
  int32_t columns;  // M
  Turn turn;
  bool forward;
  float scale;  // of forward
  Complex *z;
};

// out = in, transformed forward, times the spectrum, transformed back: as is asked for.
struct MiddleRowsArguments {
  const Complex *in;
  bool forward, inverse;
  const Complex *spectrum;  // or nullptr
  int64_t spectrum_rows;    // after which it repeats
  Complex *out;             // may be in
};

// For each batch member in order: g, transformed forward; sums += conj(x) * g; input = conj(K) * g,
// added to what is there, and transformed back.
struct MiddleBackwardArguments {
  int32_t batch_count;
  int64_t row_count;        // of one batch member
  const Complex *x, *g;     // x is a spectrum
  const Complex *spectrum;  // or nullptr: no input
  Complex *sums;            // or nullptr; (row_count, M)
  Complex *input;           // may be g
  bool start;               // sums are not there yet
  bool add;
  bool inverse;
};

// What the host knows of columns of P numbers ...
struct ColumnsSize {
  int count;  // P
  int shared_bytes;
  void (*allow_shared)();  // as BlockSize has
  void (*in)(const ColumnsInArguments &, int64_t signals, void *stream);
  void (*out)(const ColumnsOutArguments &, int64_t signals, void *stream);
  void (*within)(const ColumnsWithinArguments &, int64_t signals, void *stream);
};
// ... and of rows of M.
struct MiddleRowSize {
  int64_t size;  // M
  int shared_bytes;
  int rows_of_block, resident_blocks;  // of a multiprocessor
  void (*allow_shared)();
  void (*transform)(const MiddleRowsArguments &, int64_t rows, void *stream);
  void (*backward)(const MiddleBackwardArguments &, void *stream);
};

}  // namespace sgconv::cuda
