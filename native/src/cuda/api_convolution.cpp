// C entries of the convolution through cuFFT.
#include "cuda/boundary.h"
#include "cuda/geometry_checks.h"
#include "cuda/kernels.h"

namespace {

using sgconv::cuda::check;
using sgconv::cuda::check_head;
using sgconv::cuda::element_size;
using sgconv::cuda::guarded;
using sgconv::cuda::invalid;
using sgconv::cuda::require_optional;
using sgconv::cuda::require_pointer;

constexpr std::size_t kComplex = 2 * sizeof(float);

}  // namespace

sgconv_status sgconv_cuda_transform_size(int64_t length, int64_t *size) {
  return guarded([=] {
    sgconv::cuda::require_range("length", length, 1, int64_t{1} << 32);
    require_pointer("size", size, alignof(int64_t));
    const int64_t step = length >= 64 ? 8 : 1;
    for (int64_t candidate = (length + step - 1) / step * step;; candidate += step) {
      int64_t rest = candidate;
      for (const int64_t prime : {2, 3, 5, 7}) {
        while (rest % prime == 0) {
          rest /= prime;
        }
      }
      if (rest == 1) {
        *size = candidate;
        return;
      }
    }
  });
}

sgconv_status sgconv_cuda_kernel_place(const sgconv_convolution_geometry *geometry, int64_t size,
                                       int64_t row_first, int64_t row_count, const float *kernel,
                                       const float *skip, float *spectrum, void *stream) {
  return guarded([=] {
    check(geometry);
    sgconv::cuda::check_size(size, geometry->length);
    const int64_t rows = sgconv::cuda::product("spectrum", geometry->heads, geometry->hidden);
    sgconv::cuda::product("spectrum", rows, 2 * size);
    sgconv::cuda::require_range("row_first", row_first, 0, rows - 1);
    sgconv::cuda::require_range("row_count", row_count, 1, rows - row_first);
    require_pointer("kernel", kernel, alignof(float));
    require_optional("skip", skip, alignof(float));
    require_pointer("spectrum", spectrum, kComplex);
    sgconv::cuda::launch_kernel_place(*geometry, size, row_first, row_count, kernel, skip, true,
                                      spectrum, stream);
  });
}

sgconv_status sgconv_cuda_twist(const sgconv_cuda_rows *rows, int32_t head, int32_t dtype,
                                const void *signal, const void *gate, float *z, void *stream) {
  return guarded([=] {
    check(rows);
    check_head(head, rows->heads, true);
    const std::size_t element = element_size(dtype);
    require_pointer("signal", signal, element);
    require_optional("gate", gate, element);
    require_pointer("z", z, kComplex);
    sgconv::cuda::launch_twist(*rows, head, dtype, signal, gate, z, stream);
  });
}

sgconv_status sgconv_cuda_untwist(const sgconv_cuda_rows *rows, int32_t head, int32_t dtype,
                                  const float *z, const void *gate, const void *factor, void *y,
                                  void *product, void *stream) {
  return guarded([=] {
    check(rows);
    check_head(head, rows->heads, true);
    const std::size_t element = element_size(dtype);
    require_pointer("z", z, kComplex);
    require_optional("gate", gate, element);
    require_optional("factor", factor, element);
    require_optional("y", y, element);
    require_optional("product", product, element);
    if ((factor == nullptr) != (product == nullptr)) {
      invalid("factor and product must be given together");
    }
    if (y == nullptr && product == nullptr) {
      invalid("y and product are both NULL");
    }
    sgconv::cuda::launch_untwist(*rows, head, dtype, z, gate, factor, y, product, stream);
  });
}

sgconv_status sgconv_cuda_gate_gradient(const sgconv_cuda_rows *rows, int32_t head, int32_t dtype,
                                        const float *z, const void *dy, float *sum, void *dpost,
                                        void *stream) {
  return guarded([=] {
    check(rows);
    check_head(head, rows->heads, false);
    const std::size_t element = element_size(dtype);
    require_pointer("z", z, kComplex);
    require_pointer("dy", dy, element);
    require_pointer("dpost", dpost, element);
    if (rows->heads > 1) {
      require_pointer("sum", sum, alignof(float));
    } else if (sum != nullptr) {
      invalid("sum must be NULL with one head");
    }
    sgconv::cuda::launch_gate_gradient(*rows, head, dtype, z, dy, sum, dpost, stream);
  });
}

sgconv_status sgconv_cuda_spectrum_multiply(const sgconv_cuda_rows *rows, int32_t head,
                                            const float *spectrum, const float *z, float *out,
                                            void *stream) {
  return guarded([=] {
    check(rows);
    check_head(head, rows->heads, false);
    require_pointer("spectrum", spectrum, kComplex);
    require_pointer("z", z, kComplex);
    require_pointer("out", out, kComplex);
    sgconv::cuda::launch_spectrum_multiply(*rows, head, spectrum, z, out, stream);
  });
}

sgconv_status sgconv_cuda_spectrum_backward(const sgconv_cuda_rows *rows, int32_t head,
                                            const float *spectrum, const float *x, const float *g,
                                            float *input, float *kernel, void *stream) {
  return guarded([=] {
    check(rows);
    check_head(head, rows->heads, false);
    require_optional("spectrum", spectrum, kComplex);
    require_optional("x", x, kComplex);
    require_pointer("g", g, kComplex);
    require_optional("input", input, kComplex);
    require_optional("kernel", kernel, kComplex);
    if (input == nullptr && kernel == nullptr) {
      invalid("input and kernel are both NULL");
    }
    if (input != nullptr && spectrum == nullptr) {
      invalid("input needs spectrum, which is NULL");
    }
    if (kernel != nullptr && x == nullptr) {
      invalid("kernel needs x, which is NULL");
    }
    if (input == g && rows->heads > 1) {
      invalid("input must not be g with several heads");
    }
    sgconv::cuda::launch_spectrum_backward(*rows, head, spectrum, x, g, input, kernel, stream);
  });
}

sgconv_status sgconv_cuda_kernel_gradient(const sgconv_cuda_rows *rows, int32_t mode, int32_t head,
                                          const float *correlation, float *dk, float *dskip,
                                          void *stream) {
  return guarded([=] {
    check(rows);
    sgconv::cuda::check_mode(mode);
    check_head(head, rows->heads, false);
    require_pointer("correlation", correlation, kComplex);
    require_optional("dk", dk, alignof(float));
    require_optional("dskip", dskip, alignof(float));
    if (dk == nullptr && dskip == nullptr) {
      invalid("dk and dskip are both NULL");
    }
    sgconv::cuda::launch_kernel_gradient(*rows, mode, head, correlation, true, dk, dskip, stream);
  });
}
