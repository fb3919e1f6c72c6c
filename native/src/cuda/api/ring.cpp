// C entries of the ring steps.
#include "cuda/ring/ring.h"
#include "cuda/api/checks.h"
#include "cuda/lengths/tails.h"

namespace {

using sgconv::checked_product;
using sgconv::guarded;
using sgconv::invalid;
using sgconv::require_optional;
using sgconv::require_pointer;
using sgconv::require_range;
using sgconv::cuda::check_head;
using sgconv::cuda::check_rows;
using sgconv::cuda::element_size;

using sgconv::cuda::Members;

constexpr std::size_t kComplex = 2 * sizeof(float);

Members check_members(const sgconv_cuda_rows &rows, const int64_t *lengths) {
  const int64_t batch = rows.batch_first + rows.batch_count;
  sgconv::check_lengths(rows.length, batch, lengths);
  return {batch, rows.length, lengths};
}

// Calls body(part, row) for the members of each length, whose packed rows begin with number `row`.
template <class Body>
void each_part(const sgconv_cuda_rows &rows, const Members &members, Body &&body) {
  sgconv::cuda::each_run(members, rows.batch_first, rows.batch_count,
                         [&](int64_t first, int64_t count, int64_t samples) {
                           sgconv::cuda::RowsPart part{rows, samples};
                           part.rows.batch_first = first;
                           part.rows.batch_count = count;
                           body(part, (first - rows.batch_first) * rows.hidden_count);
                         });
}

void clear_tails(const sgconv_cuda_rows &rows, const Members &members, int64_t head, int32_t dtype,
                 void *target, void *stream) {
  sgconv::cuda::clear_tails(sgconv::cuda::signal_rows(rows, head), rows.batch_count, members, dtype,
                            {target}, stream);
}

}  // namespace

sgconv_status sgconv_cuda_transform_size(int64_t length, int64_t *size) {
  return guarded([=] {
    require_range("length", length, 1, int64_t{1} << 32);
    require_pointer("size", size);
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
    sgconv::check_geometry("geometry", geometry);
    sgconv::cuda::check_size(size, geometry->length);
    checked_product("spectrum (heads, hidden, size)", {2, geometry->heads, geometry->hidden, size});
    const int64_t rows = geometry->heads * geometry->hidden;
    require_range("row_first", row_first, 0, rows - 1);
    require_range("row_count", row_count, 1, rows - row_first);
    require_pointer("kernel", kernel);
    require_optional("skip", skip);
    require_pointer("spectrum", spectrum, kComplex);
    sgconv::cuda::launch_kernel_place(*geometry, size, row_first, row_count, kernel, skip, true,
                                      reinterpret_cast<sgconv::cuda::Complex *>(spectrum), stream);
  });
}

sgconv_status sgconv_cuda_twist(const sgconv_cuda_rows *rows, const int64_t *lengths, int32_t head,
                                int32_t dtype, const void *signal, const void *gate, float *z,
                                void *stream) {
  return guarded([=] {
    check_rows(rows);
    check_head(head, rows->heads, true);
    const std::size_t element = element_size(dtype);
    require_pointer("signal", signal, element);
    require_optional("gate", gate, element);
    require_pointer("z", z, kComplex);
    each_part(*rows, check_members(*rows, lengths),
              [=](const sgconv::cuda::RowsPart &part, int64_t row) {
                sgconv::cuda::launch_twist(part, head, dtype, signal, gate,
                                           z + 2 * row * rows->size, stream);
              });
  });
}

sgconv_status sgconv_cuda_untwist(const sgconv_cuda_rows *rows, const int64_t *lengths,
                                  int32_t head, int32_t dtype, const float *z, const void *gate,
                                  const void *factor, void *y, void *product, void *stream) {
  return guarded([=] {
    check_rows(rows);
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
    const Members members = check_members(*rows, lengths);
    each_part(*rows, members, [=](const sgconv::cuda::RowsPart &part, int64_t row) {
      sgconv::cuda::launch_untwist(part, head, dtype, z + 2 * row * rows->size, gate, factor, y,
                                   product, stream);
    });
    clear_tails(*rows, members, head, dtype, y, stream);
    clear_tails(*rows, members, -1, dtype, product, stream);
  });
}

sgconv_status sgconv_cuda_gate_gradient(const sgconv_cuda_rows *rows, const int64_t *lengths,
                                        int32_t head, int32_t dtype, const float *z, const void *dy,
                                        float *sum, void *dpost, void *stream) {
  return guarded([=] {
    check_rows(rows);
    check_head(head, rows->heads, false);
    const std::size_t element = element_size(dtype);
    require_pointer("z", z, kComplex);
    require_pointer("dy", dy, element);
    require_pointer("dpost", dpost, element);
    if (rows->heads > 1) {
      require_pointer("sum", sum);
    } else {
      sgconv::require_null("sum", sum, "there is one head");
    }
    const Members members = check_members(*rows, lengths);
    each_part(*rows, members, [=](const sgconv::cuda::RowsPart &part, int64_t row) {
      sgconv::cuda::launch_gate_gradient(part, head, dtype, z + 2 * row * rows->size, dy,
                                         sum == nullptr ? nullptr : sum + row * rows->length, dpost,
                                         stream);
    });
    if (head == rows->heads - 1) {
      clear_tails(*rows, members, -1, dtype, dpost, stream);
    }
  });
}

sgconv_status sgconv_cuda_spectrum_multiply(const sgconv_cuda_rows *rows, int32_t head,
                                            const float *spectrum, const float *z, float *out,
                                            void *stream) {
  return guarded([=] {
    check_rows(rows);
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
    check_rows(rows);
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

sgconv_status sgconv_cuda_kernel_gradient(const sgconv_cuda_rows *rows, int64_t kernel_length,
                                          int32_t mode, int32_t head, const float *correlation,
                                          float *dk, float *dskip, void *stream) {
  return guarded([=] {
    check_rows(rows);
    require_range("mode", mode, SGCONV_CAUSAL, SGCONV_CENTERED);
    check_head(head, rows->heads, false);
    require_pointer("correlation", correlation, kComplex);
    require_optional("dk", dk);
    require_optional("dskip", dskip);
    if (dk == nullptr && dskip == nullptr) {
      invalid("dk and dskip are both NULL");
    }
    require_range("kernel_length", kernel_length, 1,
                  mode == SGCONV_CIRCULAR ? rows->length : INT64_MAX);
    checked_product("kernel (channels, hidden, kernel_length)",
                    {2, rows->heads, rows->hidden, kernel_length});
    sgconv::cuda::launch_kernel_gradient(
        *rows, kernel_length, mode, head,
        reinterpret_cast<const sgconv::cuda::Complex *>(correlation), true, dk, dskip, stream);
  });
}
