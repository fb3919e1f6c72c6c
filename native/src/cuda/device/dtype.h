// Element types of signals for device code: values of sgconv_dtype (api/checks.cpp holds them
// against it), without the C functions, whose every edit would compile all CUDA kernels anew.
#pragma once

#include <cstdint>

namespace sgconv::cuda {

constexpr int32_t kFloat32 = 0;
constexpr int32_t kBfloat16 = 1;
constexpr int32_t kFloat16 = 2;

constexpr int64_t bytes_of(int32_t dtype) { return dtype == kFloat32 ? 4 : 2; }

}  // namespace sgconv::cuda
