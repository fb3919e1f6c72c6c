// C entries of the one-block convolution.
#include "cuda/boundary.h"
#include "cuda/fused.h"
#include "cuda/geometry_checks.h"
#include "cuda/kernels.h"

namespace {

using sgconv::cuda::guarded;
using sgconv::cuda::require_optional;
using sgconv::cuda::require_pointer;

constexpr std::size_t kComplex = 2 * sizeof(float);
constexpr int64_t kMostRows = int64_t{1} << 30;

[[noreturn]] void unsupported(const char *name, int64_t value) {
  const auto range = sgconv::cuda::fused_range();
  throw sgconv::cuda::Failure(
      SGCONV_UNSUPPORTED, name + (" = " + std::to_string(value)) +
                              ", one-block convolution has sizes 2^k and 3 * 2^k from " +
                              std::to_string(range.first) + " to " + std::to_string(range.second) +
                              " on this device");
}

// The size's CUDA kernels.
const sgconv::cuda::FusedSize &fused(int64_t size) {
  const sgconv::cuda::FusedSize *found = sgconv::cuda::fused_size_of(size);
  if (found == nullptr) {
    unsupported("size", size);
  }
  return *found;
}

// Of a call that makes rows of a spectrum. Returns the size's CUDA kernels.
const sgconv::cuda::FusedSize &check_spectrum(const sgconv_convolution_geometry *geometry,
                                              int64_t size, int64_t row_first, int64_t row_count) {
  sgconv::cuda::check(geometry);
  sgconv::cuda::check_size(size, geometry->length);
  const sgconv::cuda::FusedSize &found = fused(size);
  const int64_t rows = sgconv::cuda::product("spectrum", geometry->heads, geometry->hidden);
  sgconv::cuda::product("spectrum", rows, 2 * size);
  sgconv::cuda::require_range("row_first", row_first, 0, rows - 1);
  sgconv::cuda::require_range("row_count", row_count, 1, rows - row_first);
  sgconv::cuda::require_range("row_count", row_count, 1, kMostRows);
  return found;
}

void require_same(const char *name, int64_t value, int64_t expected, const char *why) {
  if (value != expected) {
    sgconv::cuda::invalid(std::string(name) + " = " + std::to_string(value) + ", expected " +
                          std::to_string(expected) + ", " + why);
  }
}

// That these are the kernels of this convolution.
void check_kernel_of(const sgconv_kernel_geometry *kernel_geometry,
                     const sgconv_convolution_geometry &geometry) {
  require_pointer("kernel_geometry", kernel_geometry, alignof(sgconv_kernel_geometry));
  sgconv::cuda::check(kernel_geometry);
  const bool both = geometry.mode == SGCONV_BIDIRECTIONAL;
  require_same("kernel_geometry.channels", kernel_geometry->channels,
               both ? 2 * geometry.heads : geometry.heads,
               both ? "twice geometry.heads" : "geometry.heads");
  require_same("kernel_geometry.hidden", kernel_geometry->hidden, geometry.hidden,
               "geometry.hidden");
}

// Within a block 32-bit numbers do. Returns the size's CUDA kernels.
const sgconv::cuda::FusedSize &check_fused(const sgconv_cuda_rows *rows) {
  sgconv::cuda::check(rows);
  const sgconv::cuda::FusedSize &size = fused(rows->size);
  sgconv::cuda::require_range(
      "rows.heads * rows.hidden",
      sgconv::cuda::product("rows.heads * rows.hidden", rows->heads, rows->hidden), 1, kMostRows);
  sgconv::cuda::require_range("rows.batch_first + rows.batch_count",
                              rows->batch_first + rows->batch_count, 1, kMostRows);
  sgconv::cuda::require_range(
      "rows of one call",
      sgconv::cuda::product("rows of one call", rows->heads * rows->hidden_count,
                            rows->batch_count),
      1, kMostRows);
  return size;
}

// Of a backward call and what follows it; returns the bytes that its workspace has.
int64_t check_backward(const sgconv_cuda_rows *rows, int64_t batch) {
  const sgconv::cuda::FusedSize &size = check_fused(rows);
  sgconv::cuda::require_range("batch", batch, rows->batch_first + rows->batch_count, kMostRows);
  sgconv::cuda::product(
      "workspace", sgconv::cuda::product("workspace", rows->heads + 2, rows->hidden_count),
      sgconv::cuda::product("workspace", batch, rows->size * static_cast<int64_t>(kComplex)));
  return sgconv::cuda::fused_workspace_bytes(size, *rows, batch);
}

void check_workspace(const void *workspace, int64_t bytes, int64_t needed) {
  require_pointer("workspace", workspace, kComplex);
  if (bytes < needed) {
    sgconv::cuda::invalid("workspace_bytes = " + std::to_string(bytes) + ", expected at least " +
                          std::to_string(needed) + " (sgconv_cuda_fused_workspace)");
  }
}

}  // namespace

sgconv_status sgconv_cuda_fused_size(int64_t length, int64_t *size) {
  return guarded([=] {
    sgconv::cuda::require_range("length", length, 1, INT64_MAX);
    require_pointer("size", size, alignof(int64_t));
    const sgconv::cuda::FusedSize *found = sgconv::cuda::fused_size_for(length);
    if (found == nullptr) {
      unsupported("length", length);
    }
    *size = found->size;
  });
}

sgconv_status sgconv_cuda_fused_prepare(const sgconv_convolution_geometry *geometry, int64_t size,
                                        int64_t row_first, int64_t row_count, const float *kernel,
                                        const float *skip, float *spectrum, void *stream) {
  return guarded([=] {
    const sgconv::cuda::FusedSize &found = check_spectrum(geometry, size, row_first, row_count);
    require_pointer("kernel", kernel, alignof(float));
    require_optional("skip", skip, alignof(float));
    require_pointer("spectrum", spectrum, kComplex);
    sgconv::cuda::launch_fused_prepare(found, *geometry, row_first, row_count, kernel, skip,
                                       spectrum, stream);
  });
}

sgconv_status sgconv_cuda_fused_synthesise(const sgconv_kernel_geometry *kernel_geometry,
                                           const sgconv_convolution_geometry *geometry,
                                           int64_t size, int64_t row_first, int64_t row_count,
                                           const float *weights, const float *decay,
                                           const float *norm, const float *skip, float *kernel,
                                           float *spectrum, void *stream) {
  return guarded([=] {
    const sgconv::cuda::FusedSize &found = check_spectrum(geometry, size, row_first, row_count);
    check_kernel_of(kernel_geometry, *geometry);
    require_pointer("weights", weights, alignof(float));
    require_pointer("decay", decay, alignof(float));
    require_pointer("norm", norm, alignof(float));
    require_optional("skip", skip, alignof(float));
    require_optional("kernel", kernel, alignof(float));
    require_pointer("spectrum", spectrum, kComplex);
    sgconv::cuda::launch_fused_synthesise(found, *kernel_geometry, *geometry, row_first, row_count,
                                          weights, decay, norm, skip, kernel, spectrum, stream);
  });
}

sgconv_status sgconv_cuda_fused_forward(const sgconv_cuda_rows *rows, int32_t dtype,
                                        const float *spectrum, const void *u, const void *pre,
                                        const void *post, void *y, void *stream) {
  return guarded([=] {
    const sgconv::cuda::FusedSize &size = check_fused(rows);
    const std::size_t element = sgconv::cuda::element_size(dtype);
    require_pointer("spectrum", spectrum, kComplex);
    require_pointer("u", u, element);
    require_optional("pre", pre, element);
    require_optional("post", post, element);
    require_pointer("y", y, element);
    sgconv::cuda::launch_fused_forward(size, *rows, dtype, spectrum, u, pre, post, y, stream);
  });
}

sgconv_status sgconv_cuda_fused_workspace(const sgconv_cuda_rows *rows, int64_t batch,
                                          int64_t *bytes) {
  return guarded([=] {
    const int64_t needed = check_backward(rows, batch);
    require_pointer("bytes", bytes, alignof(int64_t));
    *bytes = needed;
  });
}

sgconv_status sgconv_cuda_fused_backward(const sgconv_cuda_rows *rows, int64_t batch, int32_t dtype,
                                         int32_t kernel, const float *spectrum, const void *u,
                                         const void *pre, const void *post, const void *dy,
                                         void *du, void *dpre, void *dpost, void *workspace,
                                         int64_t workspace_bytes, void *stream) {
  return guarded([=] {
    const int64_t needed = check_backward(rows, batch);
    const std::size_t element = sgconv::cuda::element_size(dtype);
    sgconv::cuda::require_range("kernel", kernel, 0, 1);
    require_pointer("spectrum", spectrum, kComplex);
    require_pointer("u", u, element);
    require_optional("pre", pre, element);
    require_optional("post", post, element);
    require_pointer("dy", dy, element);
    require_optional("du", du, element);
    require_optional("dpre", dpre, element);
    require_optional("dpost", dpost, element);
    if (kernel == 0 && du == nullptr && dpre == nullptr && dpost == nullptr) {
      sgconv::cuda::invalid("no gradient is asked for");
    }
    check_workspace(workspace, workspace_bytes, needed);
    sgconv::cuda::launch_fused_backward(fused(rows->size), *rows, batch, dtype, kernel != 0,
                                        spectrum, u, pre, post, dy, du, dpre, dpost, workspace,
                                        stream);
  });
}

sgconv_status sgconv_cuda_fused_kernel_gradient(const sgconv_cuda_rows *rows, int64_t batch,
                                                int32_t mode, const void *workspace,
                                                int64_t workspace_bytes, float *dk, float *dskip,
                                                void *stream) {
  return guarded([=] {
    const int64_t needed = check_backward(rows, batch);
    sgconv::cuda::check_mode(mode);
    check_workspace(workspace, workspace_bytes, needed);
    require_optional("dk", dk, alignof(float));
    require_optional("dskip", dskip, alignof(float));
    if (dk == nullptr && dskip == nullptr) {
      sgconv::cuda::invalid("dk and dskip are both NULL");
    }
    sgconv::cuda::launch_fused_kernel_gradient(fused(rows->size), *rows, batch, mode, workspace, dk,
                                               dskip, stream);
  });
}
