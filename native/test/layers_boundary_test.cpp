// Misuse of layers: each call is refused in words that name what is wrong, and writes nothing.
#include <cstdlib>

#include "layer_check.h"

namespace {

struct Fixture {
  TestContext context{2};
  float x[16] = {}, y[16], z[16], more[16];
  std::int64_t tokens[4] = {0, 1, 2, 1};
  alignas(64) char workspace[1 << 20];
  Fixture() {
    for (float *out : {y, z, more}) {
      for (int i = 0; i < 16; ++i) out[i] = 7.0f;
    }
  }
};

int failures = 0, checks = 0;

void invalid(const Fixture &f, sgconv_status status, const char *mentions) {
  ++checks;
  bool written = false;
  for (const float *out : {f.y, f.z, f.more}) {
    for (int i = 0; i < 16; ++i) written = written || out[i] != 7.0f;
  }
  if (status == SGCONV_INVALID_ARGUMENT && !written &&
      std::strstr(sgconv_cpu_last_error(), mentions) != nullptr) {
    return;
  }
  ++failures;
  std::printf("FAILED: status %d, expected a refusal with '%s'; last error: %s%s\n",
              static_cast<int>(status), mentions, sgconv_cpu_last_error(),
              written ? "; something was written" : "");
}

void no_product(int, int, int, int, int, int, float, const float *, int, const float *, int, float,
                float *, int) {
  std::abort();
}

void elementwise(Fixture &f) {
  sgconv_cpu_context *c = f.context.context;
  sgconv_dropout d = {0.5, 1, 2, 3};
  const auto forward = [&](std::int64_t count, const sgconv_dropout *dropout, const void *x,
                           void *y) {
    return sgconv_cpu_gelu_forward(c, count, SGCONV_FLOAT32, dropout, x, y);
  };
  invalid(f, sgconv_cpu_gelu_forward(nullptr, 1, SGCONV_FLOAT32, &d, f.x, f.y), "context is NULL");
  invalid(f, forward(0, &d, f.x, f.y), "count = 0, expected at least 1");
  invalid(f, forward(INT64_MAX, &d, f.x, f.y), "x (count) would have more than");
  invalid(f, forward(4, &d, nullptr, f.y), "x is NULL");
  invalid(f, forward(4, &d, f.x, nullptr), "y is NULL");
  invalid(f, forward(4, &d, reinterpret_cast<const char *>(f.x) + 2, f.y),
          "x is not aligned to 4 bytes");
  for (const double p : {1.0, -0.1, 2.0, std::nan("")}) {
    d.probability = p;
    invalid(f, forward(4, &d, f.x, f.y), "dropout.probability");
  }
  d.probability = 0.5;
  invalid(f, sgconv_cpu_gelu_forward(c, 4, 9, &d, f.x, f.y), "dtype = 9");
  invalid(f, sgconv_cpu_gelu_backward(c, 4, SGCONV_FLOAT32, &d, f.x, nullptr, f.y), "dy is NULL");
  invalid(f, sgconv_cpu_gelu_backward(c, 4, SGCONV_FLOAT32, &d, f.x, f.x, nullptr), "dx is NULL");
  if (sgconv_cpu_gelu_forward(c, 4, SGCONV_FLOAT16, &d, f.x, f.y) != SGCONV_UNSUPPORTED) ++failures;

  sgconv_signal_geometry g = {2, 2, 4};
  const auto add = [&] { return sgconv_cpu_add(c, &g, SGCONV_FLOAT32, &d, f.x, f.x, f.y); };
  invalid(f, sgconv_cpu_add(c, nullptr, SGCONV_FLOAT32, &d, f.x, f.x, f.y), "geometry is NULL");
  invalid(f, sgconv_cpu_add(c, &g, SGCONV_FLOAT32, &d, f.x, nullptr, f.y), "branch is NULL");
  g = {0, 2, 4};
  invalid(f, add(), "geometry.batch = 0");
  g = {2, -1, 4};
  invalid(f, add(), "geometry.channels = -1");
  g = {2, 2, 0};
  invalid(f, add(), "geometry.length = 0");
  g = {std::int64_t{1} << 40, std::int64_t{1} << 40, 4};
  invalid(f, add(), "x (batch, channels, length) would have more than");
  g = {2, 2, 4};
  d.probability = 1.5;
  invalid(f, add(), "tied.probability");
}

void linear(Fixture &f) {
  sgconv_cpu_context *c = f.context.context;
  require_ok(sgconv_cpu_context_set_products(c, reinterpret_cast<const void *>(&no_product),
                                             reinterpret_cast<const void *>(&no_product)),
             "set_products");
  invalid(f, sgconv_cpu_context_set_products(nullptr, nullptr, nullptr), "context is NULL");
  const sgconv_linear_geometry right = {1, 2, 2, 3, 0, 0, {}, {}};
  sgconv_linear_geometry g = right;
  std::int64_t bytes = 7;
  const auto forward = [&](const void *x, const void *weight, void *z, void *y, void *workspace) {
    return sgconv_cpu_linear_forward(c, &g, SGCONV_FLOAT32, x, weight, nullptr, nullptr, z, y,
                                     workspace);
  };
  const auto query = [&](std::int32_t backward) {
    return sgconv_cpu_linear_workspace(c, &g, SGCONV_FLOAT32, backward, &bytes);
  };
  invalid(f, forward(nullptr, f.x, nullptr, f.y, f.workspace), "x is NULL");
  invalid(f, forward(f.x, nullptr, nullptr, f.y, f.workspace), "weight is NULL");
  invalid(f, forward(f.x, f.x, nullptr, nullptr, f.workspace), "y is NULL");
  invalid(f, forward(f.x, f.x, f.z, f.y, f.workspace), "z must be NULL");
  invalid(f, forward(f.x, f.x, nullptr, f.y, nullptr), "workspace is NULL");
  invalid(f, forward(f.x, f.x, nullptr, f.y, f.workspace + 32),
          "workspace is not aligned to 64 bytes");
  const auto backward = [&](const void *z, const void *dy, void *dweight) {
    return sgconv_cpu_linear_backward(c, &g, SGCONV_FLOAT32, f.x, f.x, z, dy, f.more, dweight, f.z,
                                      f.workspace);
  };
  invalid(f, backward(nullptr, nullptr, f.y), "dy is NULL");
  invalid(f, backward(nullptr, f.x, nullptr), "dweight is NULL");
  invalid(f, backward(f.x, f.x, f.y), "z must be NULL");
  g.glu = 1;
  invalid(f, backward(nullptr, f.x, f.y), "z is NULL");
  invalid(f, query(2), "backward = 2");
  g.glu = 2;
  invalid(f, query(0), "geometry.glu = 2");
  g = right, g.gelu = -1;
  invalid(f, query(0), "geometry.gelu = -1");
  g = right, g.inputs = std::int64_t{1} << 31;
  invalid(f, query(0), "geometry.inputs = 2147483648");
  g = right, g.outputs = 0;
  invalid(f, query(0), "geometry.outputs = 0");
  g = right, g.length = 0;
  invalid(f, query(0), "geometry.length = 0");
  g = right, g.batch = std::int64_t{1} << 61;
  invalid(f, query(0), "x (batch, inputs, length) would have more than");
  g = right, g.dropout.probability = 1.0;
  invalid(f, query(0), "geometry.dropout.probability");
  g = right, g.tied.probability = -1.0;
  invalid(f, query(0), "geometry.tied.probability");
  g = right;
  invalid(f, sgconv_cpu_linear_workspace(c, &g, SGCONV_FLOAT32, 0, nullptr), "bytes is NULL");
  ++checks;
  if (bytes != 7) ++failures;
}

void norms(Fixture &f) {
  sgconv_cpu_context *c = f.context.context;
  const sgconv_signal_geometry g = {1, 2, 3};
  const auto layer = [&](double epsilon, void *mean, void *scale, void *workspace) {
    return sgconv_cpu_layer_norm_forward(c, &g, SGCONV_FLOAT32, epsilon, f.x, f.x, f.x, f.y, mean,
                                         scale, workspace);
  };
  invalid(f, layer(-1.0, nullptr, nullptr, f.workspace), "epsilon");
  invalid(f, layer(std::nan(""), nullptr, nullptr, f.workspace), "epsilon");
  invalid(f, layer(0.1, f.z, nullptr, f.workspace), "scale is NULL and mean is not");
  invalid(f, layer(0.1, nullptr, f.z, f.workspace), "mean is NULL and scale is not");
  invalid(f, layer(0.1, nullptr, nullptr, nullptr), "workspace is NULL");
  invalid(f, layer(0.1, nullptr, nullptr, f.workspace + 4), "workspace is not aligned");
  invalid(f,
          sgconv_cpu_layer_norm_backward(c, &g, SGCONV_FLOAT32, f.x, f.x, nullptr, f.x, f.x,
                                         nullptr, f.y, f.z, f.more, f.workspace),
          "mean is NULL");
  invalid(f,
          sgconv_cpu_scalar_norm_forward(c, &g, SGCONV_FLOAT32, f.x, nullptr, f.x, f.y, nullptr,
                                         nullptr, f.workspace),
          "m is NULL");
  invalid(f,
          sgconv_cpu_scalar_norm_backward(c, &g, SGCONV_FLOAT32, f.x, f.x, f.x, f.x, f.x, f.x,
                                          nullptr, f.y, nullptr, f.z, f.workspace),
          "dm is NULL");
  invalid(f,
          sgconv_cpu_batch_norm_forward(c, &g, SGCONV_FLOAT32, 2, 0.1, f.x, f.x, f.x, f.y, f.z,
                                        f.more, f.workspace),
          "given = 2");
  invalid(f,
          sgconv_cpu_batch_norm_forward(c, &g, SGCONV_FLOAT32, 0, 0.1, f.x, f.x, f.x, f.y, f.z,
                                        nullptr, f.workspace),
          "variance is NULL");
  invalid(f,
          sgconv_cpu_batch_norm_backward(c, &g, SGCONV_FLOAT32, 0.1, f.x, f.x, f.x, f.x, f.x,
                                         nullptr, f.y, nullptr, f.z, f.workspace),
          "dweight is NULL");
  invalid(f, sgconv_cpu_norm_workspace(c, &g, SGCONV_FLOAT32, nullptr), "bytes is NULL");
}

void positions(Fixture &f) {
  sgconv_cpu_context *c = f.context.context;
  const sgconv_signal_geometry g = {2, 2, 2};
  const auto embed = [&](std::int64_t vocabulary) {
    return sgconv_cpu_embedding_forward(c, &g, vocabulary, SGCONV_FLOAT32, f.tokens, f.x, f.y);
  };
  const auto gradient = [&](std::int64_t vocabulary) {
    return sgconv_cpu_embedding_backward(c, &g, vocabulary, SGCONV_FLOAT32, f.tokens, f.x, f.y,
                                         f.workspace);
  };
  invalid(f, embed(0), "vocabulary = 0");
  invalid(f, embed(2), "tokens[1][0] = 2, expected 0 to 1");
  invalid(f, gradient(2), "tokens[1][0] = 2, expected 0 to 1");
  f.tokens[3] = -1;
  invalid(f, embed(3), "tokens[1][1] = -1, expected 0 to 2");
  invalid(f, gradient(3), "tokens[1][1] = -1, expected 0 to 2");
  invalid(f, embed(INT64_MAX), "table (vocabulary, channels) would have more than");
  const std::int64_t lengths[2] = {2, 3};
  invalid(f, sgconv_cpu_pool_forward(c, &g, SGCONV_FLOAT32, 0, lengths, f.x, f.y),
          "lengths[1] = 3, expected 1 to 2");
  invalid(f, sgconv_cpu_pool_backward(c, &g, SGCONV_FLOAT32, 1, lengths, f.x, f.y),
          "lengths[1] = 3, expected 1 to 2");
  invalid(f, sgconv_cpu_pool_forward(c, &g, SGCONV_FLOAT32, 3, nullptr, f.x, f.y), "last = 3");
  invalid(f, sgconv_cpu_pool_backward(c, &g, SGCONV_FLOAT32, 0, nullptr, f.x, nullptr),
          "dx is NULL");
  invalid(f, sgconv_cpu_transpose(c, 0, 1, 1, SGCONV_FLOAT32, f.x, f.y), "batch = 0");
  invalid(f, sgconv_cpu_transpose(c, 1, 0, 1, SGCONV_FLOAT32, f.x, f.y), "rows = 0");
  invalid(f, sgconv_cpu_transpose(c, 1, 1, 0, SGCONV_FLOAT32, f.x, f.y), "columns = 0");
  invalid(f,
          sgconv_cpu_transpose(c, std::int64_t{1} << 32, std::int64_t{1} << 32, 1, SGCONV_FLOAT32,
                               f.x, f.y),
          "x (batch, rows, columns) would have more than");
  invalid(f, sgconv_cpu_transpose(c, 1, 1, 1, SGCONV_FLOAT32, nullptr, f.y), "x is NULL");
}

}  // namespace

int main() {
  Fixture fixture;
  elementwise(fixture);
  linear(fixture);
  norms(fixture);
  positions(fixture);
  std::printf("%d refusals, %d failures\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
