// Tuning, apart from the algorithms: how many threads and blocks a CUDA kernel gets.
#pragma once

#include <cstdint>

#include "cuda/device.h"
#include "sgconv/cuda.h"

namespace sgconv::cuda {

// Upper bound of every policy; CUDA kernels are compiled for it (__launch_bounds__).
constexpr int kMaxThreads = 256;
constexpr int kWarp = 32;

struct Policy {
  int architecture;       // compute capability, major * 10 + minor; serves newer ones too
  int stream_threads;     // kernels that read and write each element once
  int stream_blocks;      // blocks per multiprocessor before a block takes a second share
  int reduction_threads;  // kernels that sum
  int reduction_blocks;
  int fused_turns;  // signals of the batch that a block of the one-block convolution takes at most
};

// The current device.
struct Target {
  Policy policy;
  int64_t multiprocessors;
  int64_t shared_bytes;  // that a block may ask for
  int64_t cache_bytes;   // second level
};

// A size beyond one block: N = P * M, and which path is the faster for each element type.
struct LongPolicy {
  int64_t size;      // N
  int64_t row_size;  // M
  sgconv_path path[3];
};
struct LongPolicies {
  const LongPolicy *begin, *end;  // by size
};
// For this architecture.
LongPolicies long_policies(int architecture);

// Asked of each device once. Throws Failure(SGCONV_DEVICE) when there is none.
Target current_target();

// Grid for a (rows, columns) array: x over columns, y over rows, grid-stride in both.
struct RowGrid {
  dim3 grid, block;
};
RowGrid row_grid(const Target &target, int64_t rows, int64_t columns);

// Like row_grid, but every block works on one row: y over rows, x over columns.
RowGrid block_row_grid(const Target &target, int64_t rows, int64_t columns);

// One block a row for sums; `rows` may exceed the grid (grid-stride).
RowGrid reduction_grid(const Target &target, int64_t rows);

}  // namespace sgconv::cuda
