// Checks of what only this library's C functions take.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/check.h"
#include "common/failure.h"
#include "common/geometry.h"
#include "common/guarded.h"
#include "sgconv/cuda.h"

namespace sgconv::cuda {

void check_rows(const sgconv_cuda_rows *rows);
void check_size(int64_t size, int64_t length);
// `head` of `heads`, or -1 if a tensor without heads is allowed too.
void check_head(int64_t head, int64_t heads, bool none_allowed);
// Bytes of one element.
std::size_t element_size(int32_t dtype);

}  // namespace sgconv::cuda
