#include "cuda/api/checks.h"

#include "cuda/device/dtype.h"

namespace sgconv::cuda {
namespace {

constexpr int64_t kMost = INT64_MAX;
static_assert(kFloat32 == SGCONV_FLOAT32 && kBfloat16 == SGCONV_BFLOAT16 &&
              kFloat16 == SGCONV_FLOAT16);

constexpr int64_t kLargestSize = int64_t{1} << 32;

}  // namespace

void check_rows(const sgconv_cuda_rows *rows) {
  require_pointer("rows", rows);
  require_range("rows.heads", rows->heads, 1, kMost / 2);
  require_range("rows.hidden", rows->hidden, 1, kMost);
  require_range("rows.length", rows->length, 1, kMost);
  check_size(rows->size, rows->length);
  require_range("rows.batch_first", rows->batch_first, 0, kMost / 2);
  require_range("rows.batch_count", rows->batch_count, 1, kMost / 2);
  require_range("rows.hidden_first", rows->hidden_first, 0, rows->hidden - 1);
  require_range("rows.hidden_count", rows->hidden_count, 1, rows->hidden - rows->hidden_first);
  checked_product("spectrum (heads, hidden, size)", {4, rows->heads, rows->hidden, rows->size});
  checked_product(
      "signal (batch, heads, hidden, length)",
      {2, rows->batch_first + rows->batch_count, rows->heads, rows->hidden, rows->length});
  checked_product("complex rows (batch_count, hidden_count, size)",
                  {2, rows->batch_count, rows->hidden_count, rows->size});
}

void check_size(int64_t size, int64_t length) { require_range("size", size, length, kLargestSize); }

void check_head(int64_t head, int64_t heads, bool none_allowed) {
  require_range("head", head, none_allowed ? -1 : 0, heads - 1);
}

std::size_t element_size(int32_t dtype) {
  if (dtype == SGCONV_FLOAT64) {
    invalid("dtype = 3 (float64): CUDA kernels compute in float32; use the CPU library");
  }
  require_range("dtype", dtype, SGCONV_FLOAT32, SGCONV_FLOAT16);
  return dtype == SGCONV_FLOAT32 ? 4 : 2;
}

}  // namespace sgconv::cuda
