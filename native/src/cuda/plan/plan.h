// A convolution by our own transforms, planned for one device.
#pragma once

#include <memory>

#include "cuda/plan/algorithm.h"

// What sgconv/cuda.h declares.
struct sgconv_cuda_plan {
  std::unique_ptr<const sgconv::cuda::Algorithm> algorithm;
};

namespace sgconv::cuda {

// For the current device; throws Failure(SGCONV_UNSUPPORTED) where there is no size for it. The
// geometry and the type are checked.
std::unique_ptr<const Algorithm> plan_convolution(const sgconv_convolution_geometry &geometry,
                                                  int32_t dtype);

}  // namespace sgconv::cuda
