// C entries of the convolution by our own transforms, of one block and beyond.
#include "cuda/api/checks.h"
#include "cuda/old/kernels.h"

namespace {

using sgconv::guarded;
using sgconv::require_optional;
using sgconv::require_pointer;

constexpr std::size_t kComplex = 2 * sizeof(float);
constexpr int64_t kMostRows = int64_t{1} << 30;

[[noreturn]] void unsupported(const char *name, int64_t value) {
  throw sgconv::Failure(SGCONV_UNSUPPORTED,
                        name + (" = " + std::to_string(value)) +
                            ", fused convolution has sizes 2^k and 3 * 2^k from " +
                            std::to_string(sgconv::cuda::fused_range().first) + " to " +
                            std::to_string(sgconv::cuda::largest_long_size()) + " on this device");
}

// The CUDA kernels of a size: of one block where there are such.
struct Fused {
  const sgconv::cuda::BlockSize *block;  // or nullptr; then:
  std::optional<sgconv::cuda::FourStepSize> parts;

  explicit operator bool() const { return block != nullptr || parts.has_value(); }
  int64_t size() const { return block != nullptr ? block->size : parts->size; }
};

Fused fused_for(int64_t length) {
  const sgconv::cuda::BlockSize *const block = sgconv::cuda::fused_size_for(length);
  return {block, block != nullptr ? std::nullopt : sgconv::cuda::long_size_for(length)};
}

Fused fused(int64_t size) {
  const Fused found = fused_for(size);
  if (!found || found.size() != size) {
    unsupported("size", size);
  }
  return found;
}

// Of a call that makes rows of a spectrum. Returns the size's CUDA kernels.
Fused check_spectrum(const sgconv_convolution_geometry *geometry, int64_t size, int64_t row_first,
                     int64_t row_count) {
  sgconv::check_geometry("geometry", geometry);
  sgconv::cuda::check_size(size, geometry->length);
  const Fused found = fused(size);
  const int64_t rows = geometry->heads * geometry->hidden;
  sgconv::checked_product("spectrum", {rows, 2 * size});
  sgconv::require_range("row_first", row_first, 0, rows - 1);
  sgconv::require_range("row_count", row_count, 1, rows - row_first);
  sgconv::require_range("row_count", row_count, 1, kMostRows);
  return found;
}

void require_same(const char *name, int64_t value, int64_t expected, const char *why) {
  if (value != expected) {
    sgconv::invalid(std::string(name) + " = " + std::to_string(value) + ", expected " +
                    std::to_string(expected) + ", " + why);
  }
}

// That these are the kernels of this convolution.
void check_kernel_of(const sgconv_kernel_geometry *kernel_geometry,
                     const sgconv_convolution_geometry &geometry) {
  sgconv::check_geometry("kernel_geometry", kernel_geometry);
  const bool both = geometry.mode == SGCONV_BIDIRECTIONAL;
  require_same("kernel_geometry.channels", kernel_geometry->channels,
               both ? 2 * geometry.heads : geometry.heads,
               both ? "twice geometry.heads" : "geometry.heads");
  require_same("kernel_geometry.hidden", kernel_geometry->hidden, geometry.hidden,
               "geometry.hidden");
}

// CUDA kernels count rows in 32 bits. Returns the size's.
Fused check_fused(const sgconv_cuda_rows *rows) {
  sgconv::cuda::check_rows(rows);
  const Fused size = fused(rows->size);
  sgconv::require_range(
      "rows.heads * rows.hidden",
      sgconv::checked_product("rows.heads * rows.hidden", {rows->heads, rows->hidden}), 1,
      kMostRows);
  sgconv::require_range("rows.batch_first + rows.batch_count",
                        rows->batch_first + rows->batch_count, 1, kMostRows);
  sgconv::require_range(
      "rows of one call",
      sgconv::checked_product("rows of one call",
                              {rows->heads * rows->hidden_count, rows->batch_count}),
      1, kMostRows);
  return size;
}

// Of a backward call and what follows it. Returns the size's CUDA kernels.
Fused check_backward(const sgconv_cuda_rows *rows, int64_t batch, int32_t kernel) {
  const Fused size = check_fused(rows);
  sgconv::require_range("batch", batch, rows->batch_first + rows->batch_count, kMostRows);
  sgconv::require_range("kernel", kernel, 0, 1);
  sgconv::checked_product("workspace", {rows->heads + 2, rows->hidden_count, batch, rows->size,
                                        static_cast<int64_t>(kComplex)});
  return size;
}

// Bytes of workspace that a backward call needs, beyond one block to take so many signals at a
// time.
int64_t backward_bytes(const Fused &size, const sgconv_cuda_rows &rows, int64_t batch, bool kernel,
                       bool dpost, int64_t signals) {
  return size.block != nullptr
             ? sgconv::cuda::block_backward_bytes(*size.block, rows, batch, kernel, dpost)
             : sgconv::cuda::long_backward_bytes(*size.parts, rows, signals, kernel, dpost);
}

void check_workspace(const void *workspace, int64_t bytes, int64_t needed, const char *query) {
  if (needed == 0) {
    return;
  }
  require_pointer("workspace", workspace, kComplex);
  if (bytes < needed) {
    sgconv::invalid("workspace_bytes = " + std::to_string(bytes) + ", expected at least " +
                    std::to_string(needed) + " (" + query + ")");
  }
}

constexpr const char *kForwardQuery = "sgconv_cuda_fused_forward_workspace";
constexpr const char *kBackwardQuery = "sgconv_cuda_fused_backward_workspace";

}  // namespace

sgconv_status sgconv_cuda_fused_size(int64_t length, int64_t *size) {
  return guarded([=] {
    sgconv::require_range("length", length, 1, INT64_MAX);
    require_pointer("size", size, alignof(int64_t));
    const Fused found = fused_for(length);
    if (!found) {
      unsupported("length", length);
    }
    *size = found.size();
  });
}

sgconv_status sgconv_cuda_choose_path(int64_t length, int32_t dtype, sgconv_path *path) {
  return guarded([=] {
    sgconv::require_range("length", length, 1, INT64_MAX);
    sgconv::cuda::element_size(dtype);
    require_pointer("path", path, alignof(sgconv_path));
    const Fused found = fused_for(length);
    *path = found ? SGCONV_PATH_FUSED : SGCONV_PATH_CUFFT;
  });
}

sgconv_status sgconv_cuda_fused_prepare(const sgconv_convolution_geometry *geometry, int64_t size,
                                        int64_t row_first, int64_t row_count, const float *kernel,
                                        const float *skip, float *spectrum, void *stream) {
  return guarded([=] {
    const Fused found = check_spectrum(geometry, size, row_first, row_count);
    require_pointer("kernel", kernel, alignof(float));
    require_optional("skip", skip, alignof(float));
    require_pointer("spectrum", spectrum, kComplex);
    if (found.block != nullptr) {
      sgconv::cuda::launch_block_prepare(*found.block, *geometry, row_first, row_count, kernel,
                                         skip, spectrum, stream);
    } else {
      sgconv::cuda::launch_long_prepare(*found.parts, *geometry, row_first, row_count, kernel, skip,
                                        spectrum, stream);
    }
  });
}

sgconv_status sgconv_cuda_fused_synthesize(const sgconv_kernel_geometry *kernel_geometry,
                                           const sgconv_convolution_geometry *geometry,
                                           int64_t size, int64_t row_first, int64_t row_count,
                                           const float *weights, const float *decay,
                                           const float *norm, const float *skip, float *kernel,
                                           float *spectrum, void *stream) {
  return guarded([=] {
    const Fused found = check_spectrum(geometry, size, row_first, row_count);
    check_kernel_of(kernel_geometry, *geometry);
    require_pointer("weights", weights, alignof(float));
    require_pointer("decay", decay, alignof(float));
    require_pointer("norm", norm, alignof(float));
    require_optional("skip", skip, alignof(float));
    require_optional("kernel", kernel, alignof(float));
    require_pointer("spectrum", spectrum, kComplex);
    if (found.block != nullptr) {
      sgconv::cuda::launch_block_synthesize(*found.block, *kernel_geometry, *geometry, row_first,
                                            row_count, weights, decay, norm, skip, kernel, spectrum,
                                            stream);
    } else {
      sgconv::cuda::launch_long_synthesize(*found.parts, *kernel_geometry, *geometry, row_first,
                                           row_count, weights, decay, norm, skip, kernel, spectrum,
                                           stream);
    }
  });
}

sgconv_status sgconv_cuda_fused_forward_workspace(const sgconv_cuda_rows *rows, int64_t *bytes) {
  return guarded([=] {
    const Fused size = check_fused(rows);
    require_pointer("bytes", bytes, alignof(int64_t));
    *bytes = size.block != nullptr
                 ? 0
                 : sgconv::cuda::long_forward_bytes(*size.parts, *rows,
                                                    rows->batch_count * rows->hidden_count);
  });
}

sgconv_status sgconv_cuda_fused_forward(const sgconv_cuda_rows *rows, int32_t dtype,
                                        const float *spectrum, const void *u, const void *pre,
                                        const void *post, void *y, void *workspace,
                                        int64_t workspace_bytes, void *stream) {
  return guarded([=] {
    const Fused size = check_fused(rows);
    const std::size_t element = sgconv::cuda::element_size(dtype);
    require_pointer("spectrum", spectrum, kComplex);
    require_pointer("u", u, element);
    require_optional("pre", pre, element);
    require_optional("post", post, element);
    require_pointer("y", y, element);
    if (size.block != nullptr) {
      sgconv::cuda::launch_block_forward(*size.block, *rows, dtype, spectrum, u, pre, post, y,
                                         stream);
    } else {
      check_workspace(workspace, workspace_bytes,
                      sgconv::cuda::long_forward_bytes(*size.parts, *rows, 1), kForwardQuery);
      sgconv::cuda::launch_long_forward(*size.parts, *rows, dtype, spectrum, u, pre, post, y,
                                        workspace, workspace_bytes, stream);
    }
  });
}

sgconv_status sgconv_cuda_fused_backward_workspace(const sgconv_cuda_rows *rows, int64_t batch,
                                                   int32_t kernel, int32_t dpost, int64_t *bytes) {
  return guarded([=] {
    const Fused size = check_backward(rows, batch, kernel);
    sgconv::require_range("dpost", dpost, 0, 1);
    require_pointer("bytes", bytes, alignof(int64_t));
    *bytes =
        backward_bytes(size, *rows, batch, kernel != 0, dpost != 0, batch * rows->hidden_count);
  });
}

sgconv_status sgconv_cuda_fused_backward(const sgconv_cuda_rows *rows, int64_t batch, int32_t dtype,
                                         int32_t kernel, const float *spectrum, const void *u,
                                         const void *pre, const void *post, const void *dy,
                                         void *du, void *dpre, void *dpost, void *workspace,
                                         int64_t workspace_bytes, void *stream) {
  return guarded([=] {
    const Fused size = check_backward(rows, batch, kernel);
    const std::size_t element = sgconv::cuda::element_size(dtype);
    require_pointer("spectrum", spectrum, kComplex);
    require_pointer("u", u, element);
    require_optional("pre", pre, element);
    require_optional("post", post, element);
    require_pointer("dy", dy, element);
    require_optional("du", du, element);
    require_optional("dpre", dpre, element);
    require_optional("dpost", dpost, element);
    sgconv::require_gate("dpre", dpre, "pre", pre);
    sgconv::require_gate("dpost", dpost, "post", post);
    if (kernel == 0 && du == nullptr && dpre == nullptr && dpost == nullptr) {
      sgconv::invalid("no gradient is asked for");
    }
    check_workspace(workspace, workspace_bytes,
                    backward_bytes(size, *rows, batch, kernel != 0, dpost != nullptr, 1),
                    kBackwardQuery);
    const sgconv::cuda::BackwardTensors tensors{u, pre, post, dy, du, dpre, dpost};
    if (size.block != nullptr) {
      sgconv::cuda::launch_block_backward(*size.block, *rows, batch, dtype, kernel != 0, spectrum,
                                          tensors, workspace, stream);
    } else {
      sgconv::cuda::launch_long_backward(*size.parts, *rows, dtype, kernel != 0, spectrum, tensors,
                                         workspace, workspace_bytes, stream);
    }
  });
}

sgconv_status sgconv_cuda_fused_kernel_gradient(const sgconv_cuda_rows *rows, int64_t batch,
                                                int32_t mode, void *workspace,
                                                int64_t workspace_bytes, float *dk, float *dskip,
                                                void *stream) {
  return guarded([=] {
    const Fused size = check_backward(rows, batch, 1);
    sgconv::require_range("mode", mode, SGCONV_CAUSAL, SGCONV_CIRCULAR);
    check_workspace(workspace, workspace_bytes, backward_bytes(size, *rows, batch, true, false, 1),
                    kBackwardQuery);
    require_optional("dk", dk, alignof(float));
    require_optional("dskip", dskip, alignof(float));
    if (dk == nullptr && dskip == nullptr) {
      sgconv::invalid("dk and dskip are both NULL");
    }
    if (size.block != nullptr) {
      sgconv::cuda::launch_block_kernel_gradient(*size.block, *rows, batch, mode, workspace, dk,
                                                 dskip, stream);
    } else {
      sgconv::cuda::launch_long_kernel_gradient(*size.parts, *rows, mode, workspace,
                                                workspace_bytes, dk, dskip, stream);
    }
  });
}
