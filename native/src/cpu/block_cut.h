// Whether rows are cut into blocks, and into how many: short kernels cost as much as their lags
// need, however long the rows are.
#ifndef SGCONV_CPU_BLOCK_CUT_H
#define SGCONV_CPU_BLOCK_CUT_H

#include <cstdint>

#include "cpu/factors.h"
#include "sgconv/geometry.h"

namespace sgconv {

enum class Algorithm {
  kRows,    // whole rows by transforms
  kDirect,  // whole rows by sums
  kBlocks,  // blocks by transforms
  kTaps     // blocks by sums
};

struct BlockCut {
  Algorithm algorithm;
  std::int64_t blocks;        // of a row
  std::int64_t block_length;  // samples of a block: in kBlocks, of two windows
  std::int64_t size;          // of transforms, N, or what direct sums are taken over
  std::int64_t span;          // lags of a kernel, from the furthest ahead to the furthest behind
  std::int64_t ahead;         // of these, those ahead of lag 0
  Factors factors;            // of transforms
};

// By the geometry, the tier and the bytes of a number alone: the same for any number of threads.
BlockCut choose_cut(const sgconv_convolution_geometry &geometry, std::int64_t width,
                    std::int64_t max_radix, std::int64_t number_bytes);

}  // namespace sgconv

#endif
