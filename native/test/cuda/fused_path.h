// A whole fused convolution, as a caller of the C functions drives it.
#pragma once

#include "cufft_path.h"

namespace sgconv::test {

// Forward and backward with signals of type `dtype`; options.size 0: sgconv_cuda_fused_size.
Results convolve_in_blocks(const Problem &problem, const Signals &signals, int32_t dtype,
                           const Options &options);

}  // namespace sgconv::test
