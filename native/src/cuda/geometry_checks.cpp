#include "cuda/geometry_checks.h"

#include <limits>

#include "cuda/boundary.h"

namespace sgconv::cuda {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kLargestSize = int64_t{1} << 32;

}  // namespace

void check(const sgconv_kernel_geometry *geometry) {
  require_pointer("geometry", geometry, alignof(sgconv_kernel_geometry));
  require_range("geometry.channels", geometry->channels, 1, kMost);
  require_range("geometry.hidden", geometry->hidden, 1, kMost);
  require_range("geometry.dim", geometry->dim, 1, kMost);
  require_range("geometry.init_scale", geometry->init_scale, 0, 62);
  require_range("geometry.scales", geometry->scales, 1, 63 - geometry->init_scale);
  require_range("geometry.composition", geometry->composition, SGCONV_CONCATENATE, SGCONV_SUM);
  require_range("geometry.interpolation", geometry->interpolation, SGCONV_LINEAR, SGCONV_NEAREST);
  require_range("geometry.decay", geometry->decay, SGCONV_GEOMETRIC, SGCONV_POWER);
  require_range("geometry.reserved", geometry->reserved, 0, 0);
  // Half of the range, because lags are also counted in half samples.
  const int64_t most_dim = (kMost >> (geometry->scales - 1 + geometry->init_scale)) / 4;
  require_range("geometry.dim", geometry->dim, 1, most_dim);
  const int64_t rows = product("weights", geometry->channels, geometry->hidden);
  product("weights", product("weights", rows, geometry->dim), geometry->scales);
}

void check(const sgconv_convolution_geometry *geometry) {
  require_pointer("geometry", geometry, alignof(sgconv_convolution_geometry));
  require_range("geometry.heads", geometry->heads, 1, kMost / 2);
  require_range("geometry.hidden", geometry->hidden, 1, kMost);
  require_range("geometry.length", geometry->length, 1, kMost);
  require_range("geometry.kernel_length", geometry->kernel_length, geometry->length,
                geometry->length);
  check_mode(geometry->mode);
  require_range("geometry.reserved", geometry->reserved, 0, 0);
  product("kernel", product("kernel", 2 * geometry->heads, geometry->hidden), geometry->length);
}

void check(const sgconv_cuda_rows *rows) {
  require_pointer("rows", rows, alignof(sgconv_cuda_rows));
  require_range("rows.heads", rows->heads, 1, kMost / 2);
  require_range("rows.hidden", rows->hidden, 1, kMost);
  require_range("rows.length", rows->length, 1, kMost);
  check_size(rows->size, rows->length);
  require_range("rows.batch_first", rows->batch_first, 0, kMost / 2);
  require_range("rows.batch_count", rows->batch_count, 1, kMost / 2);
  require_range("rows.hidden_first", rows->hidden_first, 0, rows->hidden - 1);
  require_range("rows.hidden_count", rows->hidden_count, 1, rows->hidden - rows->hidden_first);
  const int64_t channels = product("spectrum", 2 * rows->heads, rows->hidden);
  product("spectrum", channels, 2 * rows->size);
  product("signal", product("signal", channels, rows->length),
          rows->batch_first + rows->batch_count);
  product("complex rows", product("complex rows", rows->batch_count, rows->hidden_count),
          2 * rows->size);
}

void check_size(int64_t size, int64_t length) { require_range("size", size, length, kLargestSize); }

void check_head(int64_t head, int64_t heads, bool none_allowed) {
  require_range("head", head, none_allowed ? -1 : 0, heads - 1);
}

void check_mode(int32_t mode) { require_range("mode", mode, SGCONV_CAUSAL, SGCONV_CIRCULAR); }

std::size_t element_size(int32_t dtype) {
  require_range("dtype", dtype, SGCONV_FLOAT32, SGCONV_FLOAT16);
  return dtype == SGCONV_FLOAT32 ? 4 : 2;
}

}  // namespace sgconv::cuda
