// C entries of what layers compute element by element, or around matrix products.
#include "cuda/layers/layers.h"
#include "cuda/api/layer_checks.h"

using namespace sgconv;

namespace {

// Elements of an activation: the numbers of the last one and of its dropout stay far below
// overflow.
void check_elements(int64_t count, int32_t gelu, const sgconv_dropout *dropout, int64_t first) {
  require_range("count", count, 1, INT64_MAX / 8);
  require_range("gelu", gelu, 0, 1);
  require_range("first", first, 0, INT64_MAX / 8);
  cuda::check_dropout("dropout", dropout);
}

}  // namespace

sgconv_status sgconv_cuda_activation_forward(int64_t count, int32_t gelu,
                                             const sgconv_dropout *dropout, int64_t first,
                                             const float *x, float *y, void *stream) {
  return guarded([=] {
    check_elements(count, gelu, dropout, first);
    require_pointer("x", x);
    require_pointer("y", y);
    cuda::launch_activation_forward(count, gelu != 0, cuda::mask_of(dropout, first), x, y, stream);
  });
}

sgconv_status sgconv_cuda_activation_backward(int64_t count, int32_t gelu,
                                              const sgconv_dropout *dropout, int64_t first,
                                              const float *x, const float *dy, float *dx,
                                              void *stream) {
  return guarded([=] {
    check_elements(count, gelu, dropout, first);
    require_pointer("x", x);
    require_pointer("dy", dy);
    require_pointer("dx", dx);
    cuda::launch_activation_backward(count, gelu != 0, cuda::mask_of(dropout, first), x, dy, dx,
                                     stream);
  });
}

sgconv_status sgconv_cuda_add(const sgconv_signal_geometry *geometry, const sgconv_dropout *tied,
                              const float *x, const float *branch, float *sum, void *stream) {
  return guarded([=] {
    cuda::check_signal(geometry);
    cuda::check_dropout("tied", tied);
    require_optional("x", x);
    require_pointer("branch", branch);
    require_pointer("sum", sum);
    cuda::launch_add(*geometry, cuda::mask_of(tied, 0), x, branch, sum, stream);
  });
}

sgconv_status sgconv_cuda_linear_forward(const sgconv_linear_geometry *geometry,
                                         int64_t member_first, const float *product,
                                         const float *bias, const float *residual, float *z,
                                         float *y, void *stream) {
  return guarded([=] {
    cuda::check_linear(geometry, member_first);
    require_pointer("product", product);
    require_optional("bias", bias);
    require_optional("residual", residual);
    require_optional("z", z);
    require_pointer("y", y);
    if (geometry->glu == 0) {
      require_null("z", z, "without a gated linear unit no gradient needs it");
    }
    cuda::launch_linear_forward(*geometry,
                                cuda::mask_of(&geometry->tied, member_first * geometry->outputs),
                                product, bias, residual, z, y, stream);
  });
}

sgconv_status sgconv_cuda_linear_backward(const sgconv_linear_geometry *geometry,
                                          int64_t member_first, const float *z, const float *dy,
                                          float *dz, void *stream) {
  return guarded([=] {
    cuda::check_linear(geometry, member_first);
    if (geometry->glu != 0) {
      require_pointer("z", z);
    } else {
      require_null("z", z, "without a gated linear unit no gradient needs it");
    }
    require_pointer("dy", dy);
    require_pointer("dz", dz);
    cuda::launch_linear_backward(*geometry,
                                 cuda::mask_of(&geometry->tied, member_first * geometry->outputs),
                                 z, dy, dz, stream);
  });
}

sgconv_status sgconv_cuda_linear_bias_gradient(const sgconv_linear_geometry *geometry,
                                               const float *z, const float *dy, float *dbias,
                                               void *stream) {
  return guarded([=] {
    cuda::check_linear(geometry, 0);
    if (geometry->glu != 0) {
      require_pointer("z", z);
    } else {
      require_null("z", z, "without a gated linear unit no gradient needs it");
    }
    require_pointer("dy", dy);
    require_pointer("dbias", dbias);
    cuda::launch_bias_gradient(*geometry, cuda::mask_of(&geometry->tied, 0), z, dy, dbias, stream);
  });
}

sgconv_status sgconv_cuda_add_partials(int64_t parts, int64_t count, int32_t continued,
                                       const float *partials, float *sum, void *stream) {
  return guarded([=] {
    require_range("parts", parts, 1, INT64_MAX / 2);
    require_range("count", count, 1, INT64_MAX / 2);
    require_range("continued", continued, 0, 1);
    checked_product("partials (parts, count)", {parts, count});
    require_pointer("partials", partials);
    require_pointer("sum", sum);
    cuda::launch_add_partials(parts, count, continued != 0, partials, sum, stream);
  });
}

sgconv_status sgconv_cuda_transpose(int64_t batch, int64_t rows, int64_t columns, const float *x,
                                    float *y, void *stream) {
  return guarded([=] {
    require_range("batch", batch, 1, INT64_MAX / 2);
    require_range("rows", rows, 1, INT64_MAX / 2);
    require_range("columns", columns, 1, INT64_MAX / 2);
    checked_product("x (batch, rows, columns)", {batch, rows, columns});
    require_pointer("x", x);
    require_pointer("y", y);
    cuda::launch_transpose(batch, rows, columns, x, y, stream);
  });
}
