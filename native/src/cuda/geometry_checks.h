// Checks of the structs that callers pass.
#pragma once

#include <cstddef>

#include "sgconv/cuda.h"

namespace sgconv::cuda {

void check(const sgconv_kernel_geometry *geometry);
void check(const sgconv_convolution_geometry *geometry);
void check(const sgconv_cuda_rows *rows);
void check_size(int64_t size, int64_t length);
// `head` of `heads`, or -1 if a tensor without heads is allowed too.
void check_head(int64_t head, int64_t heads, bool none_allowed);
void check_mode(int32_t mode);
// Bytes of one element.
std::size_t element_size(int32_t dtype);

}  // namespace sgconv::cuda
