// C entries of the one-block convolution.
#include "cuda/boundary.h"
#include "cuda/geometry_checks.h"
#include "cuda/kernels.h"

namespace {

using sgconv::cuda::guarded;
using sgconv::cuda::require_optional;
using sgconv::cuda::require_pointer;

constexpr std::size_t kComplex = 2 * sizeof(float);
constexpr int64_t kSmallest = 256;
constexpr int64_t kLargest = 4096;

void check_fused_size(int64_t size) {
  if (size < kSmallest || size > kLargest || (size & (size - 1)) != 0) {
    throw sgconv::cuda::Failure(SGCONV_UNSUPPORTED,
                                "size = " + std::to_string(size) +
                                    ", one-block convolution has powers of two from " +
                                    std::to_string(kSmallest) + " to " + std::to_string(kLargest));
  }
}

}  // namespace

sgconv_status sgconv_cuda_fused_size(int64_t length, int64_t *size) {
  return guarded([=] {
    sgconv::cuda::require_range("length", length, 1, INT64_MAX);
    require_pointer("size", size, alignof(int64_t));
    int64_t candidate = kSmallest;
    while (candidate < length && candidate <= kLargest) {
      candidate *= 2;
    }
    check_fused_size(candidate);
    *size = candidate;
  });
}

sgconv_status sgconv_cuda_fused_prepare(const sgconv_convolution_geometry *geometry, int64_t size,
                                        int64_t row_first, int64_t row_count, const float *kernel,
                                        const float *skip, float *spectrum, void *stream) {
  return guarded([=] {
    sgconv::cuda::check(geometry);
    sgconv::cuda::check_size(size, geometry->length);
    check_fused_size(size);
    const int64_t rows = sgconv::cuda::product("spectrum", geometry->heads, geometry->hidden);
    sgconv::cuda::product("spectrum", rows, 2 * size);
    sgconv::cuda::require_range("row_first", row_first, 0, rows - 1);
    sgconv::cuda::require_range("row_count", row_count, 1, rows - row_first);
    require_pointer("kernel", kernel, alignof(float));
    require_optional("skip", skip, alignof(float));
    require_pointer("spectrum", spectrum, kComplex);
    sgconv::cuda::launch_fused_prepare(*geometry, size, row_first, row_count, kernel, skip,
                                       spectrum, stream);
  });
}

sgconv_status sgconv_cuda_fused_forward(const sgconv_cuda_rows *rows, int32_t dtype,
                                        const float *spectrum, const void *u, const void *pre,
                                        const void *post, void *y, void *stream) {
  return guarded([=] {
    sgconv::cuda::check(rows);
    check_fused_size(rows->size);
    const std::size_t element = sgconv::cuda::element_size(dtype);
    require_pointer("spectrum", spectrum, kComplex);
    require_pointer("u", u, element);
    require_optional("pre", pre, element);
    require_optional("post", post, element);
    require_pointer("y", y, element);
    sgconv::cuda::require_range("rows.heads * rows.hidden_count", rows->heads * rows->hidden_count,
                                1, INT32_MAX);
    sgconv::cuda::launch_fused_forward(*rows, dtype, spectrum, u, pre, post, y, stream);
  });
}
