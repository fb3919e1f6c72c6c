// The C boundary of layers: validation, then the library proper.
#include "sgconv/cpu_layers.h"

#include <string>

#include "common/geometry.h"
#include "cpu/boundary.h"
#include "cpu/layers/calls.h"

namespace {

using sgconv::checked_product;
using sgconv::Element;
using sgconv::guarded;
using sgconv::input;
using sgconv::optional_input;
using sgconv::optional_output;
using sgconv::output;
using sgconv::require_at_least;
using sgconv::require_null;
using sgconv::require_optional;
using sgconv::require_pointer;
using sgconv::require_range;
using sgconv::with_type;

constexpr std::size_t kWorkspaceAlignment = 64;

void require_probability(const std::string &name, const sgconv_dropout &dropout) {
  // Not so where it is NaN.
  if (dropout.probability >= 0.0 && dropout.probability < 1.0) return;
  sgconv::invalid(name + ".probability = " + std::to_string(dropout.probability) +
                  ", expected at least 0 and below 1");
}

// A dropout that may be NULL.
sgconv_dropout given_dropout(const char *name, const sgconv_dropout *dropout) {
  if (dropout == nullptr) return {};
  require_pointer(name, dropout);
  require_probability(name, *dropout);
  return *dropout;
}

void require_epsilon(double epsilon) {
  if (epsilon >= 0.0 && epsilon <= 1e30) return;
  sgconv::invalid("epsilon = " + std::to_string(epsilon) +
                  ", expected a finite number of at least 0");
}

void check_signal(const sgconv_cpu_context *context, const sgconv_signal_geometry *geometry) {
  require_pointer("context", context);
  require_pointer("geometry", geometry);
  require_at_least("geometry.batch", geometry->batch, 1);
  require_at_least("geometry.channels", geometry->channels, 1);
  require_range("geometry.length", geometry->length, 1, sgconv::kMostLength);
  checked_product("x (batch, channels, length)",
                  {geometry->batch, geometry->channels, geometry->length});
}

void check_linear(const sgconv_cpu_context *context, const sgconv_linear_geometry *geometry) {
  require_pointer("context", context);
  require_pointer("geometry", geometry);
  const sgconv_linear_geometry &g = *geometry;
  // Products count in 32 bits, z's rows twice those of y.
  require_at_least("geometry.batch", g.batch, 1);
  require_range("geometry.inputs", g.inputs, 1, INT32_MAX / 2);
  require_range("geometry.outputs", g.outputs, 1, INT32_MAX / 2);
  require_range("geometry.length", g.length, 1, sgconv::kMostLength);
  require_range("geometry.gelu", g.gelu, 0, 1);
  require_range("geometry.glu", g.glu, 0, 1);
  require_probability("geometry.dropout", g.dropout);
  require_probability("geometry.tied", g.tied);
  checked_product("x (batch, inputs, length)", {g.batch, g.inputs, g.length});
  checked_product("z (batch, outputs, length)", {g.batch, 2, g.outputs, g.length});
  checked_product("weight (outputs, inputs)", {2, g.outputs, g.inputs});
}

// What a query says.
std::int64_t workspace_size(std::int64_t bytes) {
  if (bytes == INT64_MAX)
    sgconv::invalid("the workspace would exceed any memory; use smaller sizes");
  return bytes;
}

void require_workspace(void *workspace, std::int64_t bytes) {
  if (workspace_size(bytes) == 0) {
    require_optional("workspace", workspace, kWorkspaceAlignment);
  } else {
    require_pointer("workspace", workspace, kWorkspaceAlignment);
  }
}

template <class Real>
void require_products(const sgconv_cpu_context *context) {
  if (context->context->product<Real>() != nullptr) return;
  throw sgconv::Failure(SGCONV_UNSUPPORTED,
                        "no matrix products were given to this context; call "
                        "sgconv_cpu_context_set_products first");
}

template <class Real>
sgconv::Linear<Real> linear(const sgconv_linear_geometry &geometry, const void *x,
                            const void *weight) {
  sgconv::Linear<Real> job{};
  job.geometry = geometry;
  job.x = input<Real>("x", x);
  job.weight = input<Real>("weight", weight);
  return job;
}

// Optional outputs that come together.
void require_both(const void *mean, const void *scale) {
  if ((mean == nullptr) == (scale == nullptr)) return;
  sgconv::invalid(std::string(mean == nullptr ? "mean" : "scale") + " is NULL and " +
                  (mean == nullptr ? "scale" : "mean") + " is not; pass both or neither");
}

template <class Real>
void norm_forward(sgconv_cpu_context *context, sgconv::NormKind kind, sgconv::Norm<Real> job,
                  const void *x, void *y, void *mean, void *scale, void *workspace) {
  job.x = input<Real>("x", x);
  job.y = output<Real>("y", y);
  require_both(mean, scale);
  job.mean_out = optional_output<Real>("mean", mean);
  job.scale_out = optional_output<Real>("scale", scale);
  require_workspace(workspace, sgconv::norm_workspace<Real>(*context->context, job.geometry));
  sgconv::run_norm(*context->context, kind, job, workspace);
}

template <class Real>
void norm_backward(sgconv_cpu_context *context, sgconv::NormKind kind, sgconv::Norm<Real> job,
                   const void *x, const void *mean, const void *scale, const void *dy,
                   const void *residual, void *dx, void *workspace) {
  job.x = input<Real>("x", x);
  job.mean = input<Real>("mean", mean);
  job.scale = input<Real>("scale", scale);
  job.dy = input<Real>("dy", dy);
  job.residual = optional_input<Real>("residual", residual);
  job.dx = output<Real>("dx", dx);
  require_workspace(workspace, sgconv::norm_workspace<Real>(*context->context, job.geometry));
  sgconv::run_norm(*context->context, kind, job, workspace);
}

void check_embedding(const sgconv_cpu_context *context, const sgconv_signal_geometry *geometry,
                     std::int64_t vocabulary) {
  check_signal(context, geometry);
  require_at_least("vocabulary", vocabulary, 1);
  checked_product("table (vocabulary, channels)", {vocabulary, geometry->channels});
}

void check_tokens(const sgconv_signal_geometry &geometry, std::int64_t vocabulary,
                  const std::int64_t *tokens) {
  require_pointer("tokens", tokens);
  const std::int64_t count = geometry.batch * geometry.length;
  for (std::int64_t i = 0; i < count; ++i) {
    if (tokens[i] >= 0 && tokens[i] < vocabulary) continue;
    require_range(("tokens[" + std::to_string(i / geometry.length) + "][" +
                   std::to_string(i % geometry.length) + "]")
                      .c_str(),
                  tokens[i], 0, vocabulary - 1);
  }
}

template <class Real>
sgconv::Pooling<Real> pooling(const sgconv_signal_geometry &geometry, std::int32_t last,
                              const std::int64_t *lengths) {
  require_range("last", last, 0, 1);
  require_optional("lengths", lengths);
  sgconv::check_lengths(geometry.length, geometry.batch, lengths);
  sgconv::Pooling<Real> job{};
  job.geometry = geometry;
  job.last = last != 0;
  job.lengths = lengths;
  return job;
}

}  // namespace

sgconv_status sgconv_cpu_context_set_products(sgconv_cpu_context *context, const void *sgemm,
                                              const void *dgemm) {
  return guarded([&] {
    require_pointer("context", context);
    const auto lock = context->context->lock();
    context->context->set_products(
        reinterpret_cast<sgconv::Product<float>>(const_cast<void *>(sgemm)),
        reinterpret_cast<sgconv::Product<double>>(const_cast<void *>(dgemm)));
  });
}

sgconv_status sgconv_cpu_gelu_forward(sgconv_cpu_context *context, int64_t count, int32_t dtype,
                                      const sgconv_dropout *dropout, const void *x, void *y) {
  return guarded([&] {
    require_pointer("context", context);
    require_at_least("count", count, 1);
    checked_product("x (count)", {count});
    const sgconv_dropout given = given_dropout("dropout", dropout);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      sgconv::Gelu<Real> job{};
      job.dropout = sgconv::dropout_of<Real>(given);
      job.count = count;
      job.x = input<Real>("x", x);
      job.out = output<Real>("y", y);
      sgconv::run_gelu(*context->context, job, false);
    });
  });
}

sgconv_status sgconv_cpu_gelu_backward(sgconv_cpu_context *context, int64_t count, int32_t dtype,
                                       const sgconv_dropout *dropout, const void *x, const void *dy,
                                       void *dx) {
  return guarded([&] {
    require_pointer("context", context);
    require_at_least("count", count, 1);
    checked_product("x (count)", {count});
    const sgconv_dropout given = given_dropout("dropout", dropout);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      sgconv::Gelu<Real> job{};
      job.dropout = sgconv::dropout_of<Real>(given);
      job.count = count;
      job.x = input<Real>("x", x);
      job.dy = input<Real>("dy", dy);
      job.out = output<Real>("dx", dx);
      sgconv::run_gelu(*context->context, job, true);
    });
  });
}

sgconv_status sgconv_cpu_add(sgconv_cpu_context *context, const sgconv_signal_geometry *geometry,
                             int32_t dtype, const sgconv_dropout *tied, const void *x,
                             const void *branch, void *sum) {
  return guarded([&] {
    check_signal(context, geometry);
    const sgconv_dropout given = given_dropout("tied", tied);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      sgconv::Addition<Real> job{};
      job.tied = sgconv::dropout_of<Real>(given);
      job.rows = geometry->batch * geometry->channels;
      job.length = geometry->length;
      job.x = optional_input<Real>("x", x);
      job.branch = input<Real>("branch", branch);
      job.sum = output<Real>("sum", sum);
      sgconv::run_add(*context->context, job);
    });
  });
}

sgconv_status sgconv_cpu_linear_workspace(const sgconv_cpu_context *context,
                                          const sgconv_linear_geometry *geometry, int32_t dtype,
                                          int32_t backward, int64_t *bytes) {
  return guarded([&] {
    check_linear(context, geometry);
    require_range("backward", backward, 0, 1);
    require_pointer("bytes", bytes);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      *bytes = workspace_size(
          sgconv::linear_workspace<Real>(*context->context, *geometry, backward != 0));
    });
  });
}

sgconv_status sgconv_cpu_linear_forward(sgconv_cpu_context *context,
                                        const sgconv_linear_geometry *geometry, int32_t dtype,
                                        const void *x, const void *weight, const void *bias,
                                        const void *residual, void *z, void *y, void *workspace) {
  return guarded([&] {
    check_linear(context, geometry);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      require_products<Real>(context);
      auto job = linear<Real>(*geometry, x, weight);
      job.bias = optional_input<Real>("bias", bias);
      job.residual = optional_input<Real>("residual", residual);
      if (geometry->glu == 0) require_null("z", z, "it is kept only of a gated linear unit");
      job.z_out = optional_output<Real>("z", z);
      job.y = output<Real>("y", y);
      require_workspace(workspace,
                        sgconv::linear_workspace<Real>(*context->context, *geometry, false));
      sgconv::run_linear(*context->context, job, workspace);
    });
  });
}

sgconv_status sgconv_cpu_linear_backward(sgconv_cpu_context *context,
                                         const sgconv_linear_geometry *geometry, int32_t dtype,
                                         const void *x, const void *weight, const void *z,
                                         const void *dy, void *dx, void *dweight, void *dbias,
                                         void *workspace) {
  return guarded([&] {
    check_linear(context, geometry);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      require_products<Real>(context);
      auto job = linear<Real>(*geometry, x, weight);
      if (geometry->glu == 0) {
        require_null("z", z, "only a gated linear unit's gradient needs it");
      } else {
        job.z = input<Real>("z", z);
      }
      job.dy = input<Real>("dy", dy);
      job.dx = optional_output<Real>("dx", dx);
      job.dweight = output<Real>("dweight", dweight);
      job.dbias = optional_output<Real>("dbias", dbias);
      require_workspace(workspace,
                        sgconv::linear_workspace<Real>(*context->context, *geometry, true));
      sgconv::run_linear(*context->context, job, workspace);
    });
  });
}

sgconv_status sgconv_cpu_norm_workspace(const sgconv_cpu_context *context,
                                        const sgconv_signal_geometry *geometry, int32_t dtype,
                                        int64_t *bytes) {
  return guarded([&] {
    check_signal(context, geometry);
    require_pointer("bytes", bytes);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      *bytes = workspace_size(sgconv::norm_workspace<Real>(*context->context, *geometry));
    });
  });
}

sgconv_status sgconv_cpu_layer_norm_forward(sgconv_cpu_context *context,
                                            const sgconv_signal_geometry *geometry, int32_t dtype,
                                            double epsilon, const void *x, const void *weight,
                                            const void *bias, void *y, void *mean, void *scale,
                                            void *workspace) {
  return guarded([&] {
    check_signal(context, geometry);
    require_epsilon(epsilon);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      sgconv::Norm<Real> job{};
      job.geometry = *geometry;
      job.epsilon = epsilon;
      job.weight = input<Real>("weight", weight);
      job.bias = input<Real>("bias", bias);
      norm_forward(context, sgconv::NormKind::kLayer, job, x, y, mean, scale, workspace);
    });
  });
}

sgconv_status sgconv_cpu_layer_norm_backward(sgconv_cpu_context *context,
                                             const sgconv_signal_geometry *geometry, int32_t dtype,
                                             const void *x, const void *weight, const void *mean,
                                             const void *scale, const void *dy,
                                             const void *residual, void *dx, void *dweight,
                                             void *dbias, void *workspace) {
  return guarded([&] {
    check_signal(context, geometry);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      sgconv::Norm<Real> job{};
      job.geometry = *geometry;
      job.weight = input<Real>("weight", weight);
      job.dweight = output<Real>("dweight", dweight);
      job.dbias = output<Real>("dbias", dbias);
      norm_backward(context, sgconv::NormKind::kLayer, job, x, mean, scale, dy, residual, dx,
                    workspace);
    });
  });
}

sgconv_status sgconv_cpu_scalar_norm_forward(sgconv_cpu_context *context,
                                             const sgconv_signal_geometry *geometry, int32_t dtype,
                                             const void *x, const void *m, const void *s, void *y,
                                             void *mean, void *scale, void *workspace) {
  return guarded([&] {
    check_signal(context, geometry);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      sgconv::Norm<Real> job{};
      job.geometry = *geometry;
      job.weight = input<Real>("s", s);
      job.bias = input<Real>("m", m);
      norm_forward(context, sgconv::NormKind::kScalar, job, x, y, mean, scale, workspace);
    });
  });
}

sgconv_status sgconv_cpu_scalar_norm_backward(sgconv_cpu_context *context,
                                              const sgconv_signal_geometry *geometry, int32_t dtype,
                                              const void *x, const void *m, const void *s,
                                              const void *mean, const void *scale, const void *dy,
                                              const void *residual, void *dx, void *dm, void *ds,
                                              void *workspace) {
  return guarded([&] {
    check_signal(context, geometry);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      sgconv::Norm<Real> job{};
      job.geometry = *geometry;
      job.weight = input<Real>("s", s);
      job.bias = input<Real>("m", m);
      job.dweight = output<Real>("ds", ds);
      job.dbias = output<Real>("dm", dm);
      norm_backward(context, sgconv::NormKind::kScalar, job, x, mean, scale, dy, residual, dx,
                    workspace);
    });
  });
}

sgconv_status sgconv_cpu_batch_norm_forward(sgconv_cpu_context *context,
                                            const sgconv_signal_geometry *geometry, int32_t dtype,
                                            int32_t given, double epsilon, const void *x,
                                            const void *weight, const void *bias, void *y,
                                            void *mean, void *variance, void *workspace) {
  return guarded([&] {
    check_signal(context, geometry);
    require_range("given", given, 0, 1);
    require_epsilon(epsilon);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      sgconv::BatchNorm<Real> job{};
      job.geometry = *geometry;
      job.epsilon = epsilon;
      job.given = given != 0;
      job.x = input<Real>("x", x);
      job.weight = input<Real>("weight", weight);
      job.bias = input<Real>("bias", bias);
      job.y = output<Real>("y", y);
      job.mean_out = output<Real>("mean", mean);
      job.variance_out = output<Real>("variance", variance);
      require_workspace(workspace, sgconv::norm_workspace<Real>(*context->context, *geometry));
      sgconv::run_batch_norm(*context->context, job, workspace);
    });
  });
}

sgconv_status sgconv_cpu_batch_norm_backward(sgconv_cpu_context *context,
                                             const sgconv_signal_geometry *geometry, int32_t dtype,
                                             double epsilon, const void *x, const void *weight,
                                             const void *mean, const void *variance, const void *dy,
                                             const void *residual, void *dx, void *dweight,
                                             void *dbias, void *workspace) {
  return guarded([&] {
    check_signal(context, geometry);
    require_epsilon(epsilon);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      sgconv::BatchNorm<Real> job{};
      job.geometry = *geometry;
      job.epsilon = epsilon;
      job.x = input<Real>("x", x);
      job.weight = input<Real>("weight", weight);
      job.mean = input<Real>("mean", mean);
      job.variance = input<Real>("variance", variance);
      job.dy = input<Real>("dy", dy);
      job.residual = optional_input<Real>("residual", residual);
      job.dx = output<Real>("dx", dx);
      job.dweight = output<Real>("dweight", dweight);
      job.dbias = output<Real>("dbias", dbias);
      require_workspace(workspace, sgconv::norm_workspace<Real>(*context->context, *geometry));
      sgconv::run_batch_norm(*context->context, job, workspace);
    });
  });
}

sgconv_status sgconv_cpu_embedding_forward(sgconv_cpu_context *context,
                                           const sgconv_signal_geometry *geometry,
                                           int64_t vocabulary, int32_t dtype, const int64_t *tokens,
                                           const void *table, void *y) {
  return guarded([&] {
    check_embedding(context, geometry, vocabulary);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      sgconv::Embedding<Real> job{};
      job.geometry = *geometry;
      job.vocabulary = vocabulary;
      job.tokens = tokens;
      job.table = input<Real>("table", table);
      job.y = output<Real>("y", y);
      check_tokens(*geometry, vocabulary, tokens);
      sgconv::run_embedding_forward(*context->context, job);
    });
  });
}

sgconv_status sgconv_cpu_embedding_workspace(const sgconv_cpu_context *context,
                                             const sgconv_signal_geometry *geometry,
                                             int64_t vocabulary, int32_t dtype, int64_t *bytes) {
  return guarded([&] {
    check_embedding(context, geometry, vocabulary);
    require_pointer("bytes", bytes);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      *bytes = workspace_size(sgconv::embedding_workspace(*context->context, vocabulary));
    });
  });
}

sgconv_status sgconv_cpu_embedding_backward(sgconv_cpu_context *context,
                                            const sgconv_signal_geometry *geometry,
                                            int64_t vocabulary, int32_t dtype,
                                            const int64_t *tokens, const void *dy, void *dtable,
                                            void *workspace) {
  return guarded([&] {
    check_embedding(context, geometry, vocabulary);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      sgconv::Embedding<Real> job{};
      job.geometry = *geometry;
      job.vocabulary = vocabulary;
      job.tokens = tokens;
      job.dy = input<Real>("dy", dy);
      job.dtable = output<Real>("dtable", dtable);
      require_workspace(workspace, sgconv::embedding_workspace(*context->context, vocabulary));
      check_tokens(*geometry, vocabulary, tokens);
      sgconv::run_embedding_backward(*context->context, job, workspace);
    });
  });
}

sgconv_status sgconv_cpu_pool_forward(sgconv_cpu_context *context,
                                      const sgconv_signal_geometry *geometry, int32_t dtype,
                                      int32_t last, const int64_t *lengths, const void *x,
                                      void *y) {
  return guarded([&] {
    check_signal(context, geometry);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      auto job = pooling<Real>(*geometry, last, lengths);
      job.x = input<Real>("x", x);
      job.y = output<Real>("y", y);
      sgconv::run_pooling(*context->context, job);
    });
  });
}

sgconv_status sgconv_cpu_pool_backward(sgconv_cpu_context *context,
                                       const sgconv_signal_geometry *geometry, int32_t dtype,
                                       int32_t last, const int64_t *lengths, const void *dy,
                                       void *dx) {
  return guarded([&] {
    check_signal(context, geometry);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      auto job = pooling<Real>(*geometry, last, lengths);
      job.dy = input<Real>("dy", dy);
      job.dx = output<Real>("dx", dx);
      sgconv::run_pooling(*context->context, job);
    });
  });
}

sgconv_status sgconv_cpu_transpose(sgconv_cpu_context *context, int64_t batch, int64_t rows,
                                   int64_t columns, int32_t dtype, const void *x, void *y) {
  return guarded([&] {
    require_pointer("context", context);
    require_at_least("batch", batch, 1);
    require_at_least("rows", rows, 1);
    require_at_least("columns", columns, 1);
    checked_product("x (batch, rows, columns)", {batch, rows, columns});
    with_type(dtype, [&]<class Real>(Element<Real>) {
      sgconv::Transposition<Real> job{};
      job.batch = batch;
      job.rows = rows;
      job.columns = columns;
      job.x = input<Real>("x", x);
      job.y = output<Real>("y", y);
      sgconv::run_transposition(*context->context, job);
    });
  });
}
