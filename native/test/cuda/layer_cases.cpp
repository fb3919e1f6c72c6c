#include "layer_cases.h"

#include "layer_numbers.h"

namespace sgconv::test {
namespace {

double distribution(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }
double slope(double x) {
  return distribution(x) + x * std::exp(-0.5 * x * x) / std::sqrt(2.0 * M_PI);
}

// Every mean over 0 <= l < n.
double mean_of(int64_t n, const std::function<double(int64_t)> &value) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) {
    sum += value(i);
  }
  return sum / static_cast<double>(n);
}

}  // namespace

double dropout_factor(const sgconv_dropout &dropout, int64_t e) {
  if (dropout.probability <= 0) {
    return 1;
  }
  const auto number = static_cast<uint64_t>(e);
  uint64_t c[4] = {(number >> 2) & 0xffffffffu, number >> 34, dropout.step & 0xffffffffu,
                   dropout.step >> 32};
  uint64_t key[2] = {dropout.seed, dropout.site};
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = c[0] * 0xD2511F53u, p1 = c[2] * 0xCD9E8D57u;
    const uint64_t next[4] = {(p1 >> 32) ^ c[1] ^ key[0], p1 & 0xffffffffu,
                              (p0 >> 32) ^ c[3] ^ key[1], p0 & 0xffffffffu};
    std::copy(next, next + 4, c);
    key[0] = (key[0] + 0x9E3779B9u) & 0xffffffffu;
    key[1] = (key[1] + 0xBB67AE85u) & 0xffffffffu;
  }
  const double word = static_cast<double>(c[number % 4]);
  return word < std::floor(dropout.probability * 4294967296.0) ? 0 : 1 / (1 - dropout.probability);
}

void run_activation(int64_t count, bool gelu, double probability, int64_t first, std::size_t skew) {
  const std::string what = (gelu ? "gelu of " : "dropout of ") + std::to_string(count) + " from " +
                           std::to_string(first) + ", p = " + std::to_string(probability);
  const sgconv_dropout dropout = dropout_of(probability, 5);
  Floats x = noise(count, 1), dy = noise(count, 2);
  for (int64_t i = 0; i < count; i += 7) {
    x[at(i)] *= 4;  // far out, where 1 + erf would cancel
  }
  DeviceArray<float> dev_x(x, skew), dev_dy(dy, skew), y(at(count), skew);
  ok(sgconv_cuda_activation_forward(count, gelu ? 1 : 0, &dropout, first, dev_x.get(), y.get(),
                                    nullptr),
     "gelu");
  expect_near(what, y.host(),
              filled(count,
                     [&](int64_t i) {
                       return wide(x, i) * (gelu ? distribution(wide(x, i)) : 1) *
                              dropout_factor(dropout, first + i);
                     }),
              0, 12);
  // dx may be dy.
  ok(sgconv_cuda_activation_backward(count, gelu ? 1 : 0, &dropout, first, dev_x.get(),
                                     dev_dy.get(), dev_dy.get(), nullptr),
     "gelu_backward");
  expect_near(what + ", dx", dev_dy.host(),
              filled(count,
                     [&](int64_t i) {
                       return wide(dy, i) * (gelu ? slope(wide(x, i)) : 1) *
                              dropout_factor(dropout, first + i);
                     }),
              1);
}

void run_add(const sgconv_signal_geometry &g, double probability) {
  const sgconv_dropout tied = dropout_of(probability, 6);
  const Floats x = noise(size_of(g), 3), branch = noise(size_of(g), 4);
  DeviceArray<float> dev_x(x), dev_branch(branch);
  const auto expected = [&](bool with) {
    return filled(size_of(g), [&](int64_t i) {
      return (with ? wide(x, i) : 0) + dropout_factor(tied, i / g.length) * wide(branch, i);
    });
  };
  DeviceArray<float> sum = blank(size_of(g));
  ok(sgconv_cuda_add(&g, &tied, dev_x.get(), dev_branch.get(), sum.get(), nullptr), "add");
  expect_near("add" + text(g), sum.host(), expected(true), 1);
  ok(sgconv_cuda_add(&g, &tied, nullptr, dev_branch.get(), dev_branch.get(), nullptr), "add");
  expect_near("rows dropped" + text(g), dev_branch.host(), expected(false), 0);
}

void run_embedding(const sgconv_signal_geometry &g, int64_t vocabulary) {
  const int64_t positions = g.batch * g.length;
  std::mt19937 source(11);
  std::vector<int64_t> tokens(at(positions)), index(at(positions + vocabulary + 1));
  for (int64_t &token : tokens) {
    token = source() % 3 == 0 ? 0 : static_cast<int64_t>(source() % at(vocabulary));
  }
  const Floats table = noise(vocabulary * g.channels, 5), dy = noise(size_of(g), 6);
  DeviceArray<float> dev_table(table), y = blank(size_of(g)), dev_dy(dy);
  DeviceArray<int64_t> dev_tokens(tokens);
  ok(sgconv_cuda_embedding_forward(&g, vocabulary, dev_tokens.get(), dev_table.get(), y.get(),
                                   nullptr),
     "embedding");
  expect_near("embedding" + text(g), y.host(),
              filled(size_of(g),
                     [&](int64_t i) {
                       const int64_t h = i / g.length % g.channels, b = i / g.length / g.channels;
                       return wide(table, tokens[at(b * g.length + i % g.length)] * g.channels + h);
                     }),
              0, 0);
  ok(sgconv_cuda_embedding_index(&g, vocabulary, tokens.data(), index.data()), "embedding_index");
  DeviceArray<int64_t> dev_index(index);
  DeviceArray<float> dtable = blank(vocabulary * g.channels);
  ok(sgconv_cuda_embedding_backward(&g, vocabulary, dev_index.get(), dev_dy.get(), dtable.get(),
                                    nullptr),
     "embedding_backward");
  Doubles expected(table.size(), 0.0);
  for (int64_t i = 0; i < size_of(g); ++i) {
    const int64_t h = i / g.length % g.channels, b = i / g.length / g.channels;
    expected[at(tokens[at(b * g.length + i % g.length)] * g.channels + h)] += wide(dy, i);
  }
  expect_near("gradient of the table" + text(g), dtable.host(), expected, 1);
}

void run_pool(const sgconv_signal_geometry &g) {
  std::vector<int64_t> lengths(at(g.batch));
  for (int64_t b = 0; b < g.batch; ++b) {
    lengths[at(b)] = 1 + b * 5 % g.length;
  }
  const Floats x = noise(size_of(g), 7), dy = noise(g.batch * g.channels, 8);
  DeviceArray<float> dev_x(x), dev_dy(dy);
  for (const int32_t last : {0, 1}) {
    for (const bool all : {false, true}) {
      const int64_t *given = all ? nullptr : lengths.data();
      const auto length = [&](int64_t row) {
        return all ? g.length : lengths[at(row / g.channels)];
      };
      DeviceArray<float> y = blank(g.batch * g.channels), dx = blank(size_of(g));
      ok(sgconv_cuda_pool_forward(&g, last, given, dev_x.get(), y.get(), nullptr), "pool");
      expect_near("pool" + text(g), y.host(),
                  filled(g.batch * g.channels,
                         [&](int64_t row) {
                           const auto value = [&](int64_t l) {
                             return wide(x, row * g.length + l);
                           };
                           return last != 0 ? value(length(row) - 1) : mean_of(length(row), value);
                         }),
                  0);
      ok(sgconv_cuda_pool_backward(&g, last, given, dev_dy.get(), dx.get(), nullptr), "pool");
      expect_near("pool, dx" + text(g), dx.host(),
                  filled(size_of(g),
                         [&](int64_t i) {
                           const int64_t row = i / g.length, n = length(row), l = i % g.length;
                           const bool within = last != 0 ? l == n - 1 : l < n;
                           return within ? wide(dy, row) / static_cast<double>(last != 0 ? 1 : n)
                                         : 0;
                         }),
                  0);
    }
  }
}

void run_pair_features(int64_t pairs, int64_t channels) {
  const Floats x = noise(2 * pairs * channels, 9), dy = noise(4 * pairs * channels, 10);
  DeviceArray<float> dev_x(x), dev_dy(dy), y = blank(4 * pairs * channels),
                                           dx = blank(2 * pairs * channels);
  const auto first = [&](int64_t i, int64_t h) { return wide(x, i * channels + h); };
  const auto second = [&](int64_t i, int64_t h) { return wide(x, (pairs + i) * channels + h); };
  ok(sgconv_cuda_pair_features_forward(pairs, channels, dev_x.get(), y.get(), nullptr), "pairs");
  expect_near("features of pairs", y.host(),
              filled(4 * pairs * channels,
                     [&](int64_t e) {
                       const int64_t i = e / channels / 4, part = e / channels % 4,
                                     h = e % channels;
                       const double a = first(i, h), b = second(i, h);
                       return part == 0 ? a : part == 1 ? b : part == 2 ? a - b : a * b;
                     }),
              0);
  ok(sgconv_cuda_pair_features_backward(pairs, channels, dev_x.get(), dev_dy.get(), dx.get(),
                                        nullptr),
     "pairs");
  expect_near("features of pairs, dx", dx.host(),
              filled(2 * pairs * channels,
                     [&](int64_t e) {
                       const int64_t row = e / channels, h = e % channels, i = row % pairs;
                       const auto d = [&](int64_t part) {
                         return wide(dy, (i * 4 + part) * channels + h);
                       };
                       return row < pairs ? d(0) + d(2) + d(3) * second(i, h)
                                          : d(1) - d(2) + d(3) * first(i, h);
                     }),
              1);
}

void run_cross_entropy(int64_t batch, int64_t classes) {
  Floats logits = noise(batch * classes, 12);
  std::vector<int64_t> labels(at(batch));
  for (int64_t b = 0; b < batch; ++b) {
    labels[at(b)] = b * 3 % classes;
    if (b % 2 == 0) {
      logits[at(b * classes + labels[at(b)])] += 20;  // sure of it
    }
    if (b % 5 == 1) {
      logits[at(b * classes)] = 150;  // beyond what exp can take in float32
    }
  }
  DeviceArray<float> dev(logits), losses = blank(batch), dlogits = blank(batch * classes);
  const auto loss = [&](int64_t b) {
    long double sum = 0;
    for (int64_t k = 0; k < classes; ++k) {
      sum += std::exp(static_cast<long double>(wide(logits, b * classes + k)) -
                      static_cast<long double>(wide(logits, b * classes + labels[at(b)])));
    }
    return static_cast<double>(std::log(sum));
  };
  ok(sgconv_cuda_cross_entropy(batch, classes, dev.get(), labels.data(), losses.get(),
                               dlogits.get(), nullptr),
     "cross_entropy");
  expect_near("cross-entropy", losses.host(), filled(batch, loss), 1e-9);
  expect_near("cross-entropy, gradient", dlogits.host(),
              filled(batch * classes,
                     [&](int64_t i) {
                       const int64_t b = i / classes;
                       const bool own = i % classes == labels[at(b)];
                       const double likely = std::exp(
                           wide(logits, i) - wide(logits, b * classes + labels[at(b)]) - loss(b));
                       return (own ? -(1 - likely) : likely) / static_cast<double>(batch);
                     }),
              1e-9 / static_cast<double>(batch));
  ok(sgconv_cuda_cross_entropy(batch, classes, dev.get(), labels.data(), losses.get(), nullptr,
                               nullptr),
     "cross_entropy");
}

void run_transpose(int64_t batch, int64_t rows, int64_t columns) {
  const Floats x = noise(batch * rows * columns, 13);
  DeviceArray<float> dev_x(x), y = blank(batch * rows * columns);
  ok(sgconv_cuda_transpose(batch, rows, columns, dev_x.get(), y.get(), nullptr), "transpose");
  expect_near("transpose", y.host(),
              filled(batch * rows * columns,
                     [&](int64_t i) {
                       const int64_t b = i / rows / columns, c = i / rows % columns, r = i % rows;
                       return wide(x, (b * rows + r) * columns + c);
                     }),
              0, 0);
}

}  // namespace sgconv::test
