// Norms and their gradients against their definition.
#include "layer_check.h"

namespace {

enum class Kind { kLayer, kScalar, kBatch };

struct NormCase {
  Kind kind;
  sgconv_signal_geometry g;
  double scale, offset;  // of x
  double epsilon;
  bool residual, in_residual, moments, given;
};

template <class Real>
struct Tensors {
  std::int64_t count, features, statistics;
  Guarded<Real> x, weight, bias, y, mean, scale, dy, residual, dx, dweight, dbias;
  Tensors(const NormCase &c, bool at_start)
      : count(c.g.batch * c.g.channels * c.g.length),
        features(c.kind == Kind::kScalar ? 1 : c.g.channels),
        statistics(c.kind == Kind::kBatch ? c.g.channels : c.g.batch * c.g.length),
        x(count, at_start),
        weight(features, at_start),
        bias(features, at_start),
        y(count, at_start),
        mean(statistics, at_start),
        scale(statistics, at_start),
        dy(count, at_start),
        residual(count, at_start),
        dx(count, at_start),
        dweight(features, at_start),
        dbias(features, at_start) {
    Random random(static_cast<std::uint64_t>(count));
    draw(random, x, c.scale, c.offset);
    draw(random, weight);
    draw(random, bias);
    draw(random, dy);
    draw(random, residual);
    if (c.given) {
      draw(random, mean);
      for (std::int64_t i = 0; i < statistics; ++i) {
        scale[i] = static_cast<Real>(0.5 + random.uniform());
      }
    }
  }
};

template <class Real>
void run(sgconv_cpu_context *context, const NormCase &c, Tensors<Real> &t) {
  std::int64_t bytes = -1;
  require_ok(sgconv_cpu_norm_workspace(context, &c.g, kDtype<Real>, &bytes), "norm_workspace");
  const TestWorkspace forward(bytes), backward(bytes);
  const Guarded<Real> mean(t.statistics, false), scale(t.statistics, false);
  Real *dx = c.in_residual ? t.residual.data() : t.dx.data();
  const Real *residual = c.residual ? t.residual.data() : nullptr;
  void *mean_out = c.moments ? t.mean.data() : nullptr;
  void *scale_out = c.moments ? t.scale.data() : nullptr;
  const std::int32_t dtype = kDtype<Real>;
  if (c.kind == Kind::kLayer) {
    require_ok(sgconv_cpu_layer_norm_forward(context, &c.g, dtype, c.epsilon, t.x.data(),
                                             t.weight.data(), t.bias.data(), t.y.data(), mean_out,
                                             scale_out, forward.data()),
               "layer_norm_forward");
    if (!c.moments) return;
    require_ok(sgconv_cpu_layer_norm_backward(context, &c.g, dtype, t.x.data(), t.weight.data(),
                                              mean_out, scale_out, t.dy.data(), residual, dx,
                                              t.dweight.data(), t.dbias.data(), backward.data()),
               "layer_norm_backward");
  } else if (c.kind == Kind::kScalar) {
    require_ok(sgconv_cpu_scalar_norm_forward(context, &c.g, dtype, t.x.data(), t.bias.data(),
                                              t.weight.data(), t.y.data(), mean_out, scale_out,
                                              forward.data()),
               "scalar_norm_forward");
    if (!c.moments) return;
    require_ok(
        sgconv_cpu_scalar_norm_backward(context, &c.g, dtype, t.x.data(), t.bias.data(),
                                        t.weight.data(), mean_out, scale_out, t.dy.data(), residual,
                                        dx, t.dbias.data(), t.dweight.data(), backward.data()),
        "scalar_norm_backward");
  } else {
    require_ok(sgconv_cpu_batch_norm_forward(context, &c.g, dtype, c.given, c.epsilon, t.x.data(),
                                             t.weight.data(), t.bias.data(), t.y.data(),
                                             t.mean.data(), t.scale.data(), forward.data()),
               "batch_norm_forward");
    if (c.given) return;
    require_ok(
        sgconv_cpu_batch_norm_backward(context, &c.g, dtype, c.epsilon, t.x.data(), t.weight.data(),
                                       t.mean.data(), t.scale.data(), t.dy.data(), residual, dx,
                                       t.dweight.data(), t.dbias.data(), backward.data()),
        "batch_norm_backward");
  }
}

// The groups that are normalized: `statistic` of an element, and which weight it has.
struct Index {
  std::int64_t statistic, feature;
};

Index index_of(const NormCase &c, std::int64_t i) {
  const std::int64_t l = i % c.g.length, h = i / c.g.length % c.g.channels;
  const std::int64_t b = i / c.g.length / c.g.channels;
  if (c.kind == Kind::kBatch) return {h, h};
  return {b * c.g.length + l, c.kind == Kind::kScalar ? 0 : h};
}

template <class Real>
void check(Checks &checks, sgconv_cpu_context *context, const NormCase &c, bool at_start) {
  Tensors<Real> t(c, at_start);
  const std::vector<Real> residual = numbers(t.residual);
  run(context, c, t);
  const char *const kinds[] = {"layer", "scalar", "batch"};
  const std::string text = std::string(kinds[static_cast<int>(c.kind)]) + " norm " +
                           type_name<Real>() + " B=" + std::to_string(c.g.batch) +
                           " H=" + std::to_string(c.g.channels) +
                           " L=" + std::to_string(c.g.length) + " ";
  const bool scalar = c.kind == Kind::kScalar;
  const Exact n = static_cast<Exact>(t.count) / static_cast<Exact>(t.statistics);
  Exacts mean(at(t.statistics)), variance(at(t.statistics));
  for (std::int64_t i = 0; i < t.count; ++i) mean[at(index_of(c, i).statistic)] += t.x[i] / n;
  for (std::int64_t i = 0; i < t.count; ++i) {
    const std::int64_t s = index_of(c, i).statistic;
    variance[at(s)] += (t.x[i] - mean[at(s)]) * (t.x[i] - mean[at(s)]) / n;
  }
  const Exact unit = kUnit<Real>, far = std::fabs(c.offset) + c.scale;
  for (std::int64_t s = 0; s < t.statistics; ++s) {
    if (c.given) {
      mean[at(s)] = t.mean[s];
      variance[at(s)] = t.scale[s];
    } else if (c.moments) {
      checks.near(
          text + "mean", s, t.mean[s], mean[at(s)],
          2 * unit * (std::fabs(mean[at(s)]) + 0.5L * std::sqrt(variance[at(s)])) + 1e-300L);
      const Exact right =
          c.kind == Kind::kBatch ? variance[at(s)] : 1 / std::sqrt(variance[at(s)] + c.epsilon);
      checks.near(text + "scale", s, t.scale[s], right,
                  8 * unit * (right + far * unit * far * unit) + 1e-300L);
    }
  }
  const auto scale = [&](std::int64_t s) { return 1 / std::sqrt(variance[at(s)] + c.epsilon); };
  Exacts plain(at(t.statistics)), crossed(at(t.statistics)), size(at(t.statistics));
  Exacts dweight(at(t.features)), dbias(at(t.features)), feature_size(at(t.features));
  // How far a normalized x may be off.
  const auto slack = [&](std::int64_t s) { return 4 * unit * (far * scale(s) + 4); };
  for (std::int64_t i = 0; i < t.count; ++i) {
    const auto [s, f] = index_of(c, i);
    const Exact r = scale(s), w = t.weight[f], b = t.bias[f], x = (t.x[i] - mean[at(s)]) * r;
    const Exact y = scalar ? (x + r * b) * w : x * w + b;
    checks.near(text + "y", i, t.y[i], y,
                slack(s) * std::fabs(w) + 4 * unit * (std::fabs(b) + std::fabs(y)));
    const Exact g = t.dy[i] * w;
    plain[at(s)] += g / n;
    crossed[at(s)] += g * (scalar ? x + r * b : x) / n;
    size[at(s)] += std::fabs(g) * (1 + std::fabs(x) + (scalar ? std::fabs(r * b) : 0)) / n;
    dweight[at(f)] += t.dy[i] * (scalar ? x + r * b : x);
    dbias[at(f)] += t.dy[i] * (scalar ? w * r : 1);
    feature_size[at(f)] += std::fabs(t.dy[i]) * (1 + std::fabs(x)) *
                           (scalar ? (1 + std::fabs(r * b)) * (1 + std::fabs(r * w)) : 1);
  }
  if (!c.moments || c.given) return;
  for (std::int64_t i = 0; i < t.count; ++i) {
    const auto [s, f] = index_of(c, i);
    const Exact r = scale(s), x = (t.x[i] - mean[at(s)]) * r, g = t.dy[i] * t.weight[f];
    const Exact plus = c.residual ? residual[at(i)] : 0;
    const Exact right = r * (g - plain[at(s)] - x * crossed[at(s)]) + plus;
    const Exact sizes = r * (std::fabs(g) + size[at(s)] * (2 + std::fabs(x)));
    checks.near(text + "dx", i, c.in_residual ? t.residual[i] : t.dx[i], right,
                (slack(s) + 4 * unit) * sizes + unit * std::fabs(plus));
  }
  for (std::int64_t f = 0; f < t.features; ++f) {
    const Exact bound = (4 * unit * (far / c.scale * 2 + 6)) * feature_size[at(f)];
    checks.near(text + "dweight", f, t.dweight[f], dweight[at(f)], bound);
    checks.near(text + "dbias", f, t.dbias[f], dbias[at(f)], bound);
  }
}

template <class Real>
void all(Checks &checks, sgconv_cpu_context *context, std::int64_t longest) {
  const sgconv_signal_geometry shapes[] = {
      {1, 2, 1},     {3, 5, 1},   {2, 3, 17}, {130, 17, 1}, {45, 3, 31}, {3, 64, 33}, {2, 31, 64},
      {1, 100, 100}, {2, 5, 257}, {2, 70, 5}, {1, 3, 2065}, {9, 257, 3}, {2, 66, 70}};
  int number = 0;
  for (const sgconv_signal_geometry &g : shapes) {
    if (g.batch * g.length > longest) continue;
    for (const Kind kind : {Kind::kLayer, Kind::kScalar, Kind::kBatch}) {
      // Two or three numbers can be as good as equal, and then nothing is sure without epsilon.
      if (kind == Kind::kScalar && g.channels < 17) continue;
      for (const bool offset : {false, true}) {
        for (int way = 0; way < 3; ++way, ++number) {
          check<Real>(
              checks, context,
              {kind, g, offset ? 2.0 : 1.0, offset ? 50.0 : 0.0, kind == Kind::kScalar ? 0.0 : 1e-2,
               way != 0, way == 2, kind == Kind::kBatch || number % 5 != 4, false},
              number % 2 == 0);
        }
      }
    }
    check<Real>(checks, context, {Kind::kBatch, g, 1.0, 0.0, 1e-5, false, false, true, true},
                false);
  }
  // One channel, where LayerNorm leaves its bias.
  check<Real>(checks, context, {Kind::kLayer, {2, 1, 40}, 1.0, 3.0, 1e-2, true, false, true, false},
              false);
}

template <class Real>
void same_bits(Checks &checks) {
  const sgconv_signal_geometry shapes[] = {{3, 20, 1500}, {300, 33, 2},  {500, 8, 1},
                                           {2, 100, 333}, {1, 1, 40000}, {1, 33, 65552}};
  for (const sgconv_signal_geometry &g : shapes) {
    for (const Kind kind : {Kind::kLayer, Kind::kScalar, Kind::kBatch}) {
      expect_same_bits<Real>(checks, "norm", [&](sgconv_cpu_context *context) {
        const NormCase c = {kind, g, 1.0, 0.5, 1e-3, true, false, true, false};
        Tensors<Real> t(c, false);
        run(context, c, t);
        std::vector<Real> all = numbers(t.y);
        for (const auto *more : {&t.mean, &t.scale, &t.dx, &t.dweight, &t.dbias}) {
          all.insert(all.end(), more->data(), more->data() + more->count());
        }
        return all;
      });
    }
  }
}

// Outputs that are stored past the caches.
void large(Checks &checks, sgconv_cpu_context *context) {
  for (const Kind kind : {Kind::kLayer, Kind::kScalar}) {
    check<float>(checks, context,
                 {kind,
                  {1, 33, 65536},
                  1.0,
                  0.5,
                  kind == Kind::kLayer ? 1e-3 : 0.0,
                  kind == Kind::kLayer,
                  false,
                  true,
                  false},
                 true);
  }
}

// A million positions far from zero: sums in single precision alone would be off by far more.
void many_positions(Checks &checks, sgconv_cpu_context *context) {
  check<float>(checks, context,
               {Kind::kBatch, {4, 1, 250000}, 1.0, 100.0, 1e-5, false, false, true, false}, false);
}

}  // namespace

int main(int argc, char **argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  const std::int64_t longest = argc > 2 ? std::atoll(argv[2]) : 1000000;
  const TestContext context(threads);
  Checks checks;
  all<float>(checks, context.context, longest);
  all<double>(checks, context.context, longest);
  if (longest >= 1000000) {
    large(checks, context.context);
    many_positions(checks, context.context);
    same_bits<float>(checks);
    same_bits<double>(checks);
  }
  return checks.finish();
}
