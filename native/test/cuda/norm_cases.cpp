#include "layer_cases.h"
#include "layer_numbers.h"

namespace sgconv::test {
namespace {

// The formulas of norms written out: values that are normed together, their mean and variance.
struct Group {
  std::vector<int64_t> members;  // indices into x
  double mean = 0, variance = 0;

  void measure(const Floats &x) {
    for (const int64_t i : members) {
      mean += wide(x, i) / static_cast<double>(members.size());
    }
    for (const int64_t i : members) {
      variance += std::pow(wide(x, i) - mean, 2) / static_cast<double>(members.size());
    }
  }
};

// Of each position, or of each channel.
std::vector<Group> groups_of(const sgconv_signal_geometry &g, const Floats &x, bool positions) {
  std::vector<Group> groups(at(positions ? g.batch * g.length : g.channels));
  for (int64_t i = 0; i < size_of(g); ++i) {
    const int64_t l = i % g.length, h = i / g.length % g.channels, b = i / g.length / g.channels;
    groups[at(positions ? b * g.length + l : h)].members.push_back(i);
  }
  for (Group &group : groups) {
    group.measure(x);
  }
  return groups;
}

// dx of y = factor(i) * (x - mean + shift) / deviation over a group, where deviation is the root
// of the variance + epsilon.
void add_gradient(const Group &group, const Floats &x, const Floats &dy, double epsilon,
                  double shift, const std::function<double(int64_t)> &factor, Doubles *dx) {
  const double scale = 1 / std::sqrt(group.variance + epsilon);
  const auto count = static_cast<double>(group.members.size());
  double sum = 0, along = 0;
  for (const int64_t i : group.members) {
    sum += factor(i) * wide(dy, i);
    along += factor(i) * wide(dy, i) * (wide(x, i) - group.mean + shift);
  }
  for (const int64_t i : group.members) {
    (*dx)[at(i)] += scale * (factor(i) * wide(dy, i) - sum / count -
                             (wide(x, i) - group.mean) * scale * scale * along / count);
  }
}

}  // namespace

void run_layer_norm(const sgconv_signal_geometry &g) {
  constexpr double kEpsilon = 1e-5;
  const Floats x = noise(size_of(g), 21, 1.5f), weight = noise(g.channels, 22, 1.0f),
               bias = noise(g.channels, 23), dy = noise(size_of(g), 24),
               residual = noise(size_of(g), 25);
  const int64_t positions = g.batch * g.length;
  DeviceArray<float> dev_x(x), dev_weight(weight), dev_bias(bias), dev_dy(dy), dev_dx(residual);
  DeviceArray<float> y = blank(size_of(g)), mean = blank(positions), scale = blank(positions),
                     dweight = blank(g.channels), dbias = blank(g.channels);
  ok(sgconv_cuda_layer_norm_forward(&g, kEpsilon, dev_x.get(), dev_weight.get(), dev_bias.get(),
                                    y.get(), mean.get(), scale.get(), nullptr),
     "layer_norm");
  // The residual may be dx.
  ok(sgconv_cuda_layer_norm_backward(&g, dev_x.get(), dev_weight.get(), mean.get(), scale.get(),
                                     dev_dy.get(), dev_dx.get(), dev_dx.get(), dweight.get(),
                                     dbias.get(), nullptr),
     "layer_norm_backward");
  Doubles out(x.size()), dx(residual.begin(), residual.end()), dw(weight.size()), db(weight.size());
  const auto channel = [&](int64_t i) { return i / g.length % g.channels; };
  double largest = 1;
  for (const Group &group : groups_of(g, x, true)) {
    const double s = 1 / std::sqrt(group.variance + kEpsilon);
    largest = std::max(largest, s);
    for (const int64_t i : group.members) {
      const double normed = (wide(x, i) - group.mean) * s;
      out[at(i)] = normed * wide(weight, channel(i)) + wide(bias, channel(i));
      dw[at(channel(i))] += wide(dy, i) * normed;
      db[at(channel(i))] += wide(dy, i);
    }
    add_gradient(
        group, x, dy, kEpsilon, 0, [&](int64_t i) { return wide(weight, channel(i)); }, &dx);
  }
  const std::string what = "layer norm" + text(g);
  expect_near(what, y.host(), out, 2 * largest);
  expect_near(what + ", dx", dev_dx.host(), dx, 8 * largest);
  const double terms = std::sqrt(static_cast<double>(positions)) * largest;
  expect_near(what + ", dweight", dweight.host(), dw, terms);
  expect_near(what + ", dbias", dbias.host(), db, 0);
}

void run_scalar_norm(const sgconv_signal_geometry &g) {
  const Floats x = noise(size_of(g), 31, -2.0f), dy = noise(size_of(g), 32), m{0.75f}, s{-1.25f};
  const int64_t positions = g.batch * g.length;
  DeviceArray<float> dev_x(x), dev_m(m), dev_s(s), dev_dy(dy), dx = blank(size_of(g));
  DeviceArray<float> y = blank(size_of(g)), mean = blank(positions), scale = blank(positions),
                     dm = blank(1), ds = blank(1);
  int64_t bytes = 0;
  ok(sgconv_cuda_scalar_norm_workspace(&g, &bytes), "scalar_norm_workspace");
  DeviceArray<float> workspace = blank(bytes / 4);
  ok(sgconv_cuda_scalar_norm_forward(&g, dev_x.get(), dev_m.get(), dev_s.get(), y.get(), mean.get(),
                                     scale.get(), nullptr),
     "scalar_norm");
  ok(sgconv_cuda_scalar_norm_backward(&g, dev_x.get(), dev_m.get(), dev_s.get(), mean.get(),
                                      scale.get(), dev_dy.get(), nullptr, dx.get(), dm.get(),
                                      ds.get(), workspace.get(), nullptr),
     "scalar_norm_backward");
  Doubles out(x.size()), gradient(x.size());
  double shift = 0, factor = 0, largest = 1;
  for (const Group &group : groups_of(g, x, true)) {
    const double deviation = std::sqrt(group.variance);
    largest = std::max(largest, 1 / deviation);
    for (const int64_t i : group.members) {
      out[at(i)] = wide(s, 0) / deviation * (wide(x, i) - group.mean + wide(m, 0));
      shift += wide(dy, i) * wide(s, 0) / deviation;
      factor += wide(dy, i) * (wide(x, i) - group.mean + wide(m, 0)) / deviation;
    }
    add_gradient(
        group, x, dy, 0, wide(m, 0), [&](int64_t) { return wide(s, 0); }, &gradient);
  }
  const std::string what = "scalar norm" + text(g);
  // Where a position's channels are nearly alike, 1 / sigma magnifies what mu was rounded by.
  expect_near(what, y.host(), out, 4 * largest);
  expect_near(what + ", dx", dx.host(), gradient, 16 * largest * largest);
  const double terms = std::sqrt(static_cast<double>(size_of(g))) * largest * 4;
  expect_near(what + ", dm", dm.host(), {shift}, terms * largest);
  expect_near(what + ", ds", ds.host(), {factor}, terms);
}

void run_batch_norm(const sgconv_signal_geometry &g) {
  constexpr double kEpsilon = 1e-3, kMomentum = 0.1;
  const Floats x = noise(size_of(g), 41, 3.0f), weight = noise(g.channels, 42, 1.0f),
               bias = noise(g.channels, 43), dy = noise(size_of(g), 44),
               residual = noise(size_of(g), 45);
  const int64_t count = g.batch * g.length;
  DeviceArray<float> dev_x(x), dev_weight(weight), dev_bias(bias), dev_dy(dy),
      dev_residual(residual), dx = blank(size_of(g));
  DeviceArray<float> y = blank(size_of(g)), mean = blank(g.channels), variance = blank(g.channels),
                     dweight = blank(g.channels), dbias = blank(g.channels),
                     again = blank(size_of(g));
  ok(sgconv_cuda_batch_norm_forward(&g, 0, kEpsilon, dev_x.get(), dev_weight.get(), dev_bias.get(),
                                    y.get(), mean.get(), variance.get(), nullptr),
     "batch_norm");
  ok(sgconv_cuda_batch_norm_forward(&g, 1, kEpsilon, dev_x.get(), dev_weight.get(), dev_bias.get(),
                                    again.get(), mean.get(), variance.get(), nullptr),
     "batch_norm");
  ok(sgconv_cuda_batch_norm_backward(&g, kEpsilon, dev_x.get(), dev_weight.get(), mean.get(),
                                     variance.get(), dev_dy.get(), dev_residual.get(), dx.get(),
                                     dweight.get(), dbias.get(), nullptr),
     "batch_norm_backward");
  Doubles out(x.size()), gradient(residual.begin(), residual.end()), means, variances,
      dw(weight.size()), db(weight.size());
  const auto channel = [&](int64_t i) { return i / g.length % g.channels; };
  double largest = 1;
  for (const Group &group : groups_of(g, x, false)) {
    means.push_back(group.mean);
    variances.push_back(group.variance);
    const double s = 1 / std::sqrt(group.variance + kEpsilon);
    largest = std::max(largest, s);
    for (const int64_t i : group.members) {
      const double normed = (wide(x, i) - group.mean) * s;
      out[at(i)] = normed * wide(weight, channel(i)) + wide(bias, channel(i));
      dw[at(channel(i))] += wide(dy, i) * normed;
      db[at(channel(i))] += wide(dy, i);
    }
    add_gradient(
        group, x, dy, kEpsilon, 0, [&](int64_t i) { return wide(weight, channel(i)); }, &gradient);
  }
  const std::string what = "batch norm" + text(g);
  expect_near(what + ", mean", mean.host(), means, 0);
  expect_near(what + ", variance", variance.host(), variances, 0);
  expect_near(what, y.host(), out, 4 * largest);
  check(y.host() == again.host(), what + " with given statistics");
  expect_near(what + ", dx", dx.host(), gradient, 16 * largest * largest);
  const double terms = std::sqrt(static_cast<double>(count)) * largest * 4;
  expect_near(what + ", dweight", dweight.host(), dw, terms);
  expect_near(what + ", dbias", dbias.host(), db, 0);
  if (count > 1) {
    const Floats before = noise(g.channels, 46);
    DeviceArray<float> running_mean(before), running_variance(before);
    ok(sgconv_cuda_running_statistics(g.channels, count, kMomentum, mean.get(), variance.get(),
                                      running_mean.get(), running_variance.get(), nullptr),
       "running_statistics");
    const double unbiased = static_cast<double>(count) / static_cast<double>(count - 1);
    expect_near(what + ", running mean", running_mean.host(),
                filled(g.channels,
                       [&](int64_t h) {
                         return (1 - kMomentum) * wide(before, h) + kMomentum * means[at(h)];
                       }),
                1);
    expect_near(what + ", running variance", running_variance.host(),
                filled(g.channels,
                       [&](int64_t h) {
                         return (1 - kMomentum) * wide(before, h) +
                                kMomentum * unbiased * variances[at(h)];
                       }),
                1);
  }
}

}  // namespace sgconv::test
