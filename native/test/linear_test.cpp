// Products at every position with what comes before and after them, and their gradients, against
// their definition. The products themselves are the test's own.
#include "layer_check.h"

namespace {

// Row-major, as cblas has it.
template <class Real>
void product(int order, int transposed_a, int transposed_b, int m, int n, int k, Real alpha,
             const Real *a, int lda, const Real *b, int ldb, Real beta, Real *c, int ldc) {
  if (order != 101) std::exit(2);
  for (int i = 0; i < m; ++i) {
    for (int j = 0; j < n; ++j) {
      double sum = 0.0;
      for (int l = 0; l < k; ++l) {
        const Real left =
            transposed_a == 112 ? a[std::int64_t{l} * lda + i] : a[std::int64_t{i} * lda + l];
        const Real right =
            transposed_b == 112 ? b[std::int64_t{j} * ldb + l] : b[std::int64_t{l} * ldb + j];
        sum += static_cast<double>(left) * static_cast<double>(right);
      }
      Real *out = c + std::int64_t{i} * ldc + j;
      const double before = beta == 0 ? 0.0 : static_cast<double>(beta * *out);
      *out = static_cast<Real>(static_cast<double>(alpha) * sum + before);
    }
  }
}

void give_products(sgconv_cpu_context *context) {
  require_ok(
      sgconv_cpu_context_set_products(context, reinterpret_cast<const void *>(&product<float>),
                                      reinterpret_cast<const void *>(&product<double>)),
      "set_products");
}

struct Options {
  bool bias, residual, in_residual, keep_z, want_dx, want_dbias;
};

template <class Real>
struct Tensors {
  std::int64_t m, x_count, y_count, z_count;
  Guarded<Real> x, weight, bias, residual, z, y, dy, dx, dweight, dbias;
  Tensors(const sgconv_linear_geometry &g, bool at_start)
      : m(g.glu != 0 ? 2 * g.outputs : g.outputs),
        x_count(g.batch * g.inputs * g.length),
        y_count(g.batch * g.outputs * g.length),
        z_count(g.batch * m * g.length),
        x(x_count, at_start),
        weight(m * g.inputs, at_start),
        bias(m, at_start),
        residual(y_count, at_start),
        z(z_count, at_start),
        y(y_count, at_start),
        dy(y_count, at_start),
        dx(x_count, at_start),
        dweight(m * g.inputs, at_start),
        dbias(m, at_start) {
    Random random(static_cast<std::uint64_t>(g.inputs * 1000 + g.length));
    draw(random, x);
    draw(random, weight, 1.0 / std::sqrt(static_cast<double>(g.inputs)));
    draw(random, bias);
    draw(random, residual);
    draw(random, dy);
  }
};

std::int64_t workspace_bytes(sgconv_cpu_context *context, const sgconv_linear_geometry &g,
                             std::int32_t dtype, std::int32_t backward) {
  std::int64_t bytes = -1;
  require_ok(sgconv_cpu_linear_workspace(context, &g, dtype, backward, &bytes), "linear_workspace");
  return bytes;
}

template <class Real>
void run(sgconv_cpu_context *context, const sgconv_linear_geometry &g, const Options &o,
         Tensors<Real> &t) {
  const TestWorkspace forward(workspace_bytes(context, g, kDtype<Real>, 0));
  Real *y = o.in_residual ? t.residual.data() : t.y.data();
  require_ok(sgconv_cpu_linear_forward(context, &g, kDtype<Real>, t.x.data(), t.weight.data(),
                                       o.bias ? t.bias.data() : nullptr,
                                       o.residual ? t.residual.data() : nullptr,
                                       o.keep_z ? t.z.data() : nullptr, y, forward.data()),
             "linear_forward");
  if (g.glu != 0 && !o.keep_z) return;
  const TestWorkspace backward(workspace_bytes(context, g, kDtype<Real>, 1));
  require_ok(sgconv_cpu_linear_backward(context, &g, kDtype<Real>, t.x.data(), t.weight.data(),
                                        g.glu != 0 ? t.z.data() : nullptr, t.dy.data(),
                                        o.want_dx ? t.dx.data() : nullptr, t.dweight.data(),
                                        o.want_dbias ? t.dbias.data() : nullptr, backward.data()),
             "linear_backward");
}

template <class Real>
void check(Checks &checks, sgconv_cpu_context *context, const sgconv_linear_geometry &g,
           const Options &o, bool at_start) {
  Tensors<Real> t(g, at_start);
  const std::vector<Real> residual = numbers(t.residual);
  run(context, g, o, t);
  const std::string text = std::string(type_name<Real>()) + " B=" + std::to_string(g.batch) +
                           " N=" + std::to_string(g.inputs) + " P=" + std::to_string(g.outputs) +
                           " L=" + std::to_string(g.length) + " gelu=" + std::to_string(g.gelu) +
                           " glu=" + std::to_string(g.glu);
  const std::int64_t m = t.m, n = g.inputs, p = g.outputs, length = g.length;
  Exacts a(at(t.x_count)), slope(at(t.x_count)), dx(at(t.x_count)), dx_size(at(t.x_count));
  for (std::int64_t i = 0; i < t.x_count; ++i) {
    const Exact factor = dropout_factor(g.dropout, i);
    a[at(i)] = factor * (g.gelu != 0 ? gelu(t.x[i]) : static_cast<Exact>(t.x[i]));
    slope[at(i)] = factor * (g.gelu != 0 ? gelu_slope(t.x[i]) : 1);
  }
  Exacts dweight(at(m * n)), dweight_size(at(m * n)), dbias(at(m)), dbias_size(at(m));
  Exacts z(at(m)), z_size(at(m)), dz(at(m));
  const Exact unit = kUnit<Real> * std::sqrt(static_cast<Exact>(n) + 9);
  for (std::int64_t b = 0; b < g.batch; ++b) {
    for (std::int64_t l = 0; l < length; ++l) {
      for (std::int64_t row = 0; row < m; ++row) {
        Exact sum = o.bias ? t.bias[row] : 0, size = std::fabs(sum);
        for (std::int64_t k = 0; k < n; ++k) {
          const Exact term = a[at((b * n + k) * length + l)] * t.weight[row * n + k];
          sum += term;
          size += std::fabs(term);
        }
        z[at(row)] = sum;
        z_size[at(row)] = size;
        if (o.keep_z) {
          const std::int64_t i = (b * m + row) * length + l;
          checks.near("z " + text, i, t.z[i], sum, 3 * unit * size);
        }
      }
      for (std::int64_t q = 0; q < p; ++q) {
        const std::int64_t i = (b * p + q) * length + l;
        const Exact tied = dropout_factor(g.tied, b * p + q), dy = t.dy[i] * tied;
        Exact y = z[at(q)], size = z_size[at(q)];
        dz[at(q)] = dy;
        if (g.glu != 0) {
          const Exact s = logistic(z[at(p + q)]);
          y *= s;
          size = size * s + std::fabs(z[at(q)]) * s * (1 - s) * (z_size[at(p + q)] + 1);
          dz[at(q)] = dy * s;
          dz[at(p + q)] = dy * z[at(q)] * s * (1 - s);
        }
        const Exact plus = o.residual ? residual[at(i)] : 0;
        checks.near("y " + text, i, o.in_residual ? t.residual[i] : t.y[i], y * tied + plus,
                    4 * unit * (size * tied + std::fabs(plus)));
      }
      for (std::int64_t row = 0; row < m; ++row) {
        // What is read of z is off by as much as z is.
        const Exact size =
            std::fabs(dz[at(row)]) + (g.glu != 0 ? std::fabs(t.dy[(b * p + row % p) * length + l]) *
                                                       (z_size[at(row % p)] + 1)
                                                 : 0);
        dbias[at(row)] += dz[at(row)];
        dbias_size[at(row)] += size;
        for (std::int64_t k = 0; k < n; ++k) {
          const std::int64_t i = (b * n + k) * length + l;
          dweight[at(row * n + k)] += dz[at(row)] * a[at(i)];
          dweight_size[at(row * n + k)] += size * std::fabs(a[at(i)]);
          const Exact w = t.weight[row * n + k] * slope[at(i)];
          dx[at(i)] += dz[at(row)] * w;
          // A slope near 0 is off by as much as any other.
          const Exact slope_size = std::fabs(slope[at(i)]) + dropout_factor(g.dropout, i);
          dx_size[at(i)] += size * std::fabs(t.weight[row * n + k]) * slope_size;
        }
      }
    }
  }
  if (g.glu != 0 && !o.keep_z) return;
  for (std::int64_t i = 0; i < m * n; ++i) {
    checks.near("dweight " + text, i, t.dweight[i], dweight[at(i)], 6 * unit * dweight_size[at(i)]);
  }
  for (std::int64_t i = 0; i < m && o.want_dbias; ++i) {
    checks.near("dbias " + text, i, t.dbias[i], dbias[at(i)], 6 * unit * dbias_size[at(i)]);
  }
  for (std::int64_t i = 0; i < t.x_count && o.want_dx; ++i) {
    checks.near("dx " + text, i, t.dx[i], dx[at(i)], 6 * unit * dx_size[at(i)]);
  }
}

constexpr sgconv_dropout kNone = {};

template <class Real>
void all(Checks &checks, sgconv_cpu_context *context, std::int64_t longest) {
  struct Shape {
    std::int64_t batch, inputs, outputs, length;
  };
  const Shape shapes[] = {{1, 1, 1, 1},   {3, 5, 2, 1},    {2, 3, 17, 2},  {130, 17, 5, 1},
                          {45, 3, 2, 31}, {3, 2, 5, 33},   {2, 31, 3, 64}, {1, 5, 33, 100},
                          {2, 4, 3, 257}, {1, 2, 3, 2065}, {70, 18, 20, 5}};
  int number = 0;
  for (const Shape &s : shapes) {
    if (s.batch * s.length > longest) continue;
    for (int way = 0; way < 16; ++way, ++number) {
      const bool gated = (way & 1) != 0, bent = (way & 2) != 0;
      const sgconv_dropout dropout = (way & 4) != 0 ? sgconv_dropout{0.4, 11, 12, 13} : kNone;
      const sgconv_dropout tied = (way & 8) != 0 ? sgconv_dropout{0.5, 21, 22, 23} : kNone;
      const sgconv_linear_geometry g = {s.batch, s.inputs, s.outputs, s.length,
                                        bent,    gated,    dropout,   tied};
      const bool residual = number % 3 != 0;
      check<Real>(checks, context, g,
                  {number % 2 == 0, residual, residual && number % 5 == 0, gated && number % 4 != 3,
                   number % 7 != 0, number % 6 != 0},
                  number % 2 == 1);
    }
  }
}

// Outputs that are stored past the caches: y, then dx.
void large(Checks &checks, sgconv_cpu_context *context) {
  const sgconv_dropout dropout = {0.4, 11, 12, 13};
  check<float>(checks, context, {1, 2, 33, 65536, 0, 0, kNone, dropout},
               {true, true, false, false, false, true}, true);
  check<float>(checks, context, {1, 33, 2, 65536, 1, 0, dropout, kNone},
               {true, false, false, false, true, true}, true);
}

template <class Real>
void same_bits(Checks &checks) {
  for (const auto &[batch, length] : {std::pair{3, 700}, {200, 3}, {2, 3000}, {77, 1}}) {
    const sgconv_linear_geometry g = {batch, 6, 4, length, 1, 1, {0.3, 1, 2, 3}, {0.2, 4, 5, 6}};
    expect_same_bits<Real>(checks, "linear", [&](sgconv_cpu_context *context) {
      give_products(context);
      Tensors<Real> t(g, false);
      run(context, g, {true, true, false, true, true, true}, t);
      std::vector<Real> all = numbers(t.y);
      for (const auto *more : {&t.z, &t.dx, &t.dweight, &t.dbias}) {
        all.insert(all.end(), more->data(), more->data() + more->count());
      }
      return all;
    });
  }
}

void without_products(Checks &checks) {
  const TestContext context(1);
  const sgconv_linear_geometry g = {1, 1, 1, 1, 0, 0, kNone, kNone};
  const float one = 1.0f;
  float y = 7.0f;
  const TestWorkspace workspace(workspace_bytes(context.context, g, SGCONV_FLOAT32, 1));
  checks.expect(
      sgconv_cpu_linear_forward(context.context, &g, SGCONV_FLOAT32, &one, &one, nullptr, nullptr,
                                nullptr, &y, workspace.data()) == SGCONV_UNSUPPORTED &&
          std::strstr(sgconv_cpu_last_error(), "no matrix products were given") != nullptr,
      "forward without products");
  checks.expect(
      sgconv_cpu_linear_backward(context.context, &g, SGCONV_FLOAT32, &one, &one, nullptr, &one,
                                 nullptr, &y, nullptr, workspace.data()) == SGCONV_UNSUPPORTED,
      "backward without products");
  checks.expect(y == 7.0f, "a failing call wrote");
}

}  // namespace

int main(int argc, char **argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  const std::int64_t longest = argc > 2 ? std::atoll(argv[2]) : 1000000;
  const TestContext context(threads);
  give_products(context.context);
  Checks checks;
  all<float>(checks, context.context, longest);
  all<double>(checks, context.context, longest);
  if (longest >= 1000000) {
    large(checks, context.context);
    same_bits<float>(checks);
    same_bits<double>(checks);
  }
  without_products(checks);
  return checks.finish();
}
