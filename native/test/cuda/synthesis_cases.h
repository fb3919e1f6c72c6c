// What the tests of kernel synthesis check of a geometry.
#pragma once

#include <cstdint>

#include "sgconv/cuda.h"

namespace sgconv::test {

// Norms, kernels of `length` lags and the gradients of their parameters against float64.
void run_synthesis(const sgconv_kernel_geometry &geometry, int64_t length);

}  // namespace sgconv::test
