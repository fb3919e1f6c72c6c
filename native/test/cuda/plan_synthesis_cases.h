// What the tests of spectra from parameters check of a case.
#pragma once

#include <cstdint>

#include "sgconv/cuda.h"

namespace sgconv::test {

// How values are made of parameters.
struct Rules {
  int32_t composition, interpolation, decay;
};

inline Rules rules_of(int number) { return {number & 1, number >> 1 & 1, number >> 2 & 1}; }

struct SynthesisCase {
  sgconv_mode mode;
  Rules rules;
  int64_t size, length;
  int64_t heads, hidden;
  int64_t dim, scales, init_scale;
  bool skip;
  int64_t kernel_length = 0;  // 0: length
  int64_t lags() const { return kernel_length == 0 ? length : kernel_length; }
};

// The spectrum has the bits of one that goes through a kernel in device memory, and so has the
// kernel, if that is wanted too.
void run_plan_synthesis(const SynthesisCase &c);

}  // namespace sgconv::test
