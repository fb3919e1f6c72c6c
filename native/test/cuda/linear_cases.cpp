// Linear maps as callers compute them: around products of cuBLAS.
#include "emulation/cublas_api.h"
#include "layer_cases.h"
#include "layer_numbers.h"

namespace sgconv::test {
namespace {

class Products {
 public:
  Products() : area_(1024) {
    require(cublasCreate_v2(&handle_), "cublasCreate");
    require(cublasSetStream_v2(handle_, nullptr), "cublasSetStream");
    require(cublasSetWorkspace_v2(handle_, area_.get(), area_.size() * sizeof(float)),
            "cublasSetWorkspace");
  }
  ~Products() { cublasDestroy_v2(handle_); }
  Products(const Products &) = delete;
  Products &operator=(const Products &) = delete;

  // c (rows, columns) = op(a) op(b), row-major: what cuBLAS takes column by column is transposed.
  void multiply(int64_t batch, int64_t rows, int64_t columns, int64_t inner, const float *a,
                bool a_transposed, int64_t a_stride, const float *b, bool b_transposed,
                int64_t b_stride, float *c) {
    const float one = 1, zero = 0;
    require(cublasSgemmStridedBatched_64(handle_, b_transposed ? CUBLAS_OP_T : CUBLAS_OP_N,
                                         a_transposed ? CUBLAS_OP_T : CUBLAS_OP_N, columns, rows,
                                         inner, &one, b, b_transposed ? inner : columns, b_stride,
                                         a, a_transposed ? rows : inner, a_stride, &zero, c,
                                         columns, rows * columns, batch),
            "cublasSgemmStridedBatched");
  }

 private:
  static void require(cublasStatus_t status, const char *what) {
    if (status != CUBLAS_STATUS_SUCCESS) {
      std::fprintf(stderr, "%s: %s\n", what, cublasGetStatusName(status));
      std::exit(3);
    }
  }

  cublasHandle_t handle_ = nullptr;
  DeviceArray<float> area_;
};

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }
double distribution(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

// Everything in float64, as it is defined.
struct Exact {
  const sgconv_linear_geometry &g;
  int64_t m;
  const Floats &x, &weight, &bias, &residual, &dy;
  Doubles a, z, y, dz, da, dx, dweight, dbias;

  void compute() {
    a.resize(x.size());
    for (int64_t i = 0; i < static_cast<int64_t>(x.size()); ++i) {
      a[at(i)] =
          wide(x, i) * (g.gelu == 0 ? 1 : distribution(wide(x, i))) * dropout_factor(g.dropout, i);
    }
    z = Doubles(at(g.batch * m * g.length));
    dz = z;
    y = Doubles(dy.size());
    da = Doubles(x.size());
    dx = da;
    dweight = Doubles(weight.size());
    dbias = Doubles(at(m));
    for (int64_t b = 0; b < g.batch; ++b) {
      for (int64_t l = 0; l < g.length; ++l) {
        position(b, l);
      }
    }
    for (int64_t i = 0; i < static_cast<int64_t>(x.size()); ++i) {
      const double v = wide(x, i);
      const double slope =
          g.gelu == 0 ? 1 : distribution(v) + v * std::exp(-0.5 * v * v) / std::sqrt(2 * M_PI);
      dx[at(i)] = da[at(i)] * dropout_factor(g.dropout, i) * slope;
    }
  }

 private:
  void position(int64_t b, int64_t l) {
    const auto z_at = [&](int64_t row) { return at((b * m + row) * g.length + l); };
    const auto a_at = [&](int64_t n) { return at((b * g.inputs + n) * g.length + l); };
    for (int64_t row = 0; row < m; ++row) {
      z[z_at(row)] = wide(bias, row);
      for (int64_t n = 0; n < g.inputs; ++n) {
        z[z_at(row)] += wide(weight, row * g.inputs + n) * a[a_at(n)];
      }
    }
    for (int64_t p = 0; p < g.outputs; ++p) {
      const int64_t row = b * g.outputs + p, i = row * g.length + l;
      const double kept = dropout_factor(g.tied, row), d = kept * wide(dy, i);
      if (g.glu != 0) {
        const double value = z[z_at(p)], open = sigmoid(z[z_at(g.outputs + p)]);
        y[at(i)] = wide(residual, i) + kept * value * open;
        dz[z_at(p)] = d * open;
        dz[z_at(g.outputs + p)] = d * value * open * (1 - open);
      } else {
        y[at(i)] = wide(residual, i) + kept * z[z_at(p)];
        dz[z_at(p)] = d;
      }
    }
    for (int64_t row = 0; row < m; ++row) {
      dbias[at(row)] += dz[z_at(row)];
      for (int64_t n = 0; n < g.inputs; ++n) {
        dweight[at(row * g.inputs + n)] += dz[z_at(row)] * a[a_at(n)];
        da[a_at(n)] += dz[z_at(row)] * wide(weight, row * g.inputs + n);
      }
    }
  }
};

}  // namespace

void run_linear(const sgconv_linear_geometry &g, int64_t members) {
  const int64_t m = g.glu != 0 ? 2 * g.outputs : g.outputs;
  const int64_t of_x = g.inputs * g.length, of_y = g.outputs * g.length, of_z = m * g.length;
  const Floats x = noise(g.batch * of_x, 51), weight = noise(m * g.inputs, 52), bias = noise(m, 53),
               residual = noise(g.batch * of_y, 54), dy = noise(g.batch * of_y, 55);
  DeviceArray<float> dev_x(x), dev_weight(weight), dev_bias(bias), y(residual), dev_dy(dy);
  DeviceArray<float> z = blank(g.batch * of_z), dz = blank(g.batch * of_z),
                     a = blank(g.batch * of_x), dx = blank(g.batch * of_x),
                     dweight = blank(m * g.inputs), dbias = blank(m),
                     partials = blank(members * m * g.inputs);
  Products products;
  for (int64_t first = 0; first < g.batch; first += members) {
    sgconv_linear_geometry part = g;
    part.batch = std::min(members, g.batch - first);
    const float *input = dev_x.get() + first * of_x;
    const bool activated = g.gelu != 0 || g.dropout.probability > 0;
    if (activated) {
      ok(sgconv_cuda_activation_forward(part.batch * of_x, g.gelu, &g.dropout, first * of_x, input,
                                        a.get() + first * of_x, nullptr),
         "gelu");
      input = a.get() + first * of_x;
    }
    products.multiply(part.batch, m, g.length, g.inputs, dev_weight.get(), false, 0, input, false,
                      of_x, z.get() + first * of_z);
    // y is the residual.
    float *const to = y.get() + first * of_y;
    ok(sgconv_cuda_linear_forward(&part, first, z.get() + first * of_z, dev_bias.get(), to,
                                  g.glu != 0 ? z.get() + first * of_z : nullptr, to, nullptr),
       "linear_forward");
    const float *const kept = g.glu != 0 ? z.get() + first * of_z : nullptr;
    ok(sgconv_cuda_linear_backward(&part, first, kept, dev_dy.get() + first * of_y,
                                   dz.get() + first * of_z, nullptr),
       "linear_backward");
    products.multiply(part.batch, m, g.inputs, g.length, dz.get() + first * of_z, false, of_z,
                      input, true, of_x, partials.get());
    ok(sgconv_cuda_add_partials(part.batch, m * g.inputs, first > 0, partials.get(), dweight.get(),
                                nullptr),
       "add_partials");
    products.multiply(part.batch, g.inputs, g.length, m, dev_weight.get(), true, 0,
                      dz.get() + first * of_z, false, of_z, dx.get() + first * of_x);
    if (activated) {
      ok(sgconv_cuda_activation_backward(part.batch * of_x, g.gelu, &g.dropout, first * of_x,
                                         dev_x.get() + first * of_x, dx.get() + first * of_x,
                                         dx.get() + first * of_x, nullptr),
         "gelu_backward");
    }
  }
  ok(sgconv_cuda_linear_bias_gradient(&g, g.glu != 0 ? z.get() : nullptr, dev_dy.get(), dbias.get(),
                                      nullptr),
     "linear_bias_gradient");
  Exact exact{g, m, x, weight, bias, residual, dy, {}, {}, {}, {}, {}, {}, {}, {}};
  exact.compute();
  const std::string what = std::string("linear map") + (g.glu != 0 ? " with glu" : "") +
                           text({g.batch, g.inputs, g.length}) + " to " + std::to_string(m);
  const double carried = std::sqrt(static_cast<double>(std::max(m, g.inputs)));
  expect_near(what, y.host(), exact.y, 4 * carried * carried);
  if (g.glu != 0) {
    expect_near(what + ", z", z.host(), exact.z, 2 * carried);
  }
  expect_near(what + ", dx", dx.host(), exact.dx, 8 * carried * carried);
  const double terms = std::sqrt(static_cast<double>(g.batch * g.length)) * carried * 4;
  expect_near(what + ", dweight", dweight.host(), exact.dweight, terms * carried);
  expect_near(what + ", dbias", dbias.host(), exact.dbias, terms);
}

}  // namespace sgconv::test
