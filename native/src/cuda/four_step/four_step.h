// Convolution beyond one block, in four steps: what the host knows of its CUDA kernels. A size is
// N = P * M: columns of P numbers, rows of M.
#pragma once

#include <cstdint>

#include "cuda/device/complex_number.h"

namespace sgconv::cuda {

// A launch has whole blocks of rows: P is a multiple of the rows of a block.
constexpr int kRowMultiple = 4;

// Which row of a signal tensor: head `index` of `count`.
struct Head {
  int32_t count, index;
};
constexpr Head kNoHead{1, 0};

// Signals of one chunk.
struct FourStepRows {
  int32_t hidden, length;
  int32_t samples;  // of each of these signals, at most `length`: the rest of its row is not there
  int32_t batch_first, batch_count, hidden_first, hidden_count;
};

struct ColumnsSource {
  Head head;
  const void *signal, *gate;  // gate (B, H, L) may be nullptr
  Complex *z;
};
struct ColumnsInArguments {
  FourStepRows rows;
  int32_t dtype;
  ColumnsSource first, second;  // without z: there is no second one
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
  bool forward;
  float scale;  // of forward
  Complex *z;
};

// Of each of so many members of a batch: out = in, transformed forward, times the spectrum,
// transformed back, as is asked for. A block takes `turns` members, more than one only of rows that
// go both ways, and reads its row of the spectrum once.
struct MiddleRowsArguments {
  int32_t batch_count, turns;
  int64_t row_count;  // of one member
  const Complex *in;
  bool forward, inverse;
  const Complex *spectrum;  // or nullptr
  Complex *out;             // may be in
};

// For each member in order: x and g, transformed forward; sums += conj(x) * g; input = conj(K) * g,
// added to what is there, and transformed back; convolved = K * x, transformed back.
struct MiddleBackwardArguments {
  int32_t batch_count;
  int64_t row_count;  // of one member
  Complex *x;         // or nullptr
  bool x_forward;     // it is not a spectrum yet
  bool x_stays;       // and is to become one, for other heads
  const Complex *g;   // or nullptr
  const Complex *spectrum;
  Complex *sums;       // or nullptr; (row_count, M)
  bool start;          // sums are not there yet
  Complex *input;      // or nullptr; may be g
  bool add, inverse;   // input
  Complex *convolved;  // or nullptr; may be x unless that stays, or g
};

// What the host knows of M columns of P numbers ...
struct ColumnsSize {
  int64_t count, row_size;                // P, M
  int blocks_of_signal, resident_blocks;  // of a multiprocessor
  int shared_bytes;
  void (*allow_shared)();  // as BlockSize has
  void (*in)(const ColumnsInArguments &, void *stream);
  void (*out)(const ColumnsOutArguments &, void *stream);
  void (*within)(const ColumnsWithinArguments &, int64_t signals, void *stream);
};
// ... and of rows of M.
struct MiddleRowSize {
  int64_t size;  // M
  int shared_bytes;
  int rows_of_block, resident_blocks;  // of a multiprocessor
  bool keeps;                          // a row of the spectrum or of sums, from member to member
  void (*allow_shared)();
  void (*transform)(const MiddleRowsArguments &, void *stream);
  void (*backward)(const MiddleBackwardArguments &, void *stream);
};

}  // namespace sgconv::cuda
