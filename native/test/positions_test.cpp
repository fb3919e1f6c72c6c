// What moves samples: embeddings, pooling and transpositions, against their definition.
#include "layer_check.h"

namespace {

template <class Real>
void embedding(Checks &checks, sgconv_cpu_context *context, const sgconv_signal_geometry &g,
               std::int64_t vocabulary, bool at_start) {
  Random random(5);
  const std::int64_t count = g.batch * g.channels * g.length;
  const Guarded<Real> table(vocabulary * g.channels, at_start), y(count, at_start);
  const Guarded<Real> dy(count, at_start), dtable(vocabulary * g.channels, at_start);
  const std::int64_t positions = g.batch * g.length;
  std::vector<std::int64_t> tokens(at(positions));
  for (std::int64_t &token : tokens) {
    token = static_cast<std::int64_t>(random.word() % static_cast<std::uint64_t>(vocabulary));
  }
  draw(random, table);
  draw(random, dy);
  require_ok(sgconv_cpu_embedding_forward(context, &g, vocabulary, kDtype<Real>, tokens.data(),
                                          table.data(), y.data()),
             "embedding_forward");
  std::int64_t bytes = -1;
  require_ok(sgconv_cpu_embedding_workspace(context, &g, vocabulary, kDtype<Real>, &bytes),
             "embedding_workspace");
  const TestWorkspace workspace(bytes);
  require_ok(sgconv_cpu_embedding_backward(context, &g, vocabulary, kDtype<Real>, tokens.data(),
                                           dy.data(), dtable.data(), workspace.data()),
             "embedding_backward");
  Exacts sums(at(vocabulary * g.channels)), sizes(sums);
  int wrong = 0;
  for (std::int64_t b = 0; b < g.batch; ++b) {
    for (std::int64_t h = 0; h < g.channels; ++h) {
      for (std::int64_t l = 0; l < g.length; ++l) {
        const std::int64_t i = (b * g.channels + h) * g.length + l;
        const std::int64_t entry = tokens[at(b * g.length + l)] * g.channels + h;
        wrong += y[i] == table[entry] ? 0 : 1;
        sums[at(entry)] += dy[i];
        sizes[at(entry)] += std::fabs(dy[i]);
      }
    }
  }
  checks.expect(wrong == 0, "embedding: " + std::to_string(wrong) + " other elements");
  for (std::int64_t i = 0; i < vocabulary * g.channels; ++i) {
    checks.near("dtable", i, dtable[i], sums[at(i)], kUnit<Real> * sizes[at(i)] * 2);
  }
}

template <class Real>
void pooling(Checks &checks, sgconv_cpu_context *context, const sgconv_signal_geometry &g,
             bool last, bool with_lengths, bool at_start) {
  Random random(6);
  const std::int64_t rows = g.batch * g.channels, count = rows * g.length;
  const Guarded<Real> x(count, at_start), y(rows, at_start), dy(rows, at_start);
  const Guarded<Real> dx(count, at_start);
  draw(random, x);
  draw(random, dy);
  std::vector<std::int64_t> lengths(at(g.batch));
  for (std::int64_t &n : lengths) {
    n = 1 + static_cast<std::int64_t>(random.word() % static_cast<std::uint64_t>(g.length));
  }
  for (std::int64_t i = 0; i < count && with_lengths; ++i) {
    // What is not there is not read.
    if (i % g.length >= lengths[at(i / g.length / g.channels)]) {
      x[i] = std::numeric_limits<Real>::quiet_NaN();
    }
  }
  const std::int64_t *const given = with_lengths ? lengths.data() : nullptr;
  require_ok(sgconv_cpu_pool_forward(context, &g, kDtype<Real>, last, given, x.data(), y.data()),
             "pool_forward");
  require_ok(sgconv_cpu_pool_backward(context, &g, kDtype<Real>, last, given, dy.data(), dx.data()),
             "pool_backward");
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t n = with_lengths ? lengths[at(row / g.channels)] : g.length;
    Exact sum = 0, size = 0;
    for (std::int64_t l = 0; l < n; ++l) {
      sum += x[row * g.length + l];
      size += std::fabs(x[row * g.length + l]);
    }
    const Exact right =
        last ? static_cast<Exact>(x[row * g.length + n - 1]) : sum / static_cast<Exact>(n);
    checks.near("pool", row, y[row], right, 8 * kUnit<Real> * size / static_cast<Exact>(n));
    for (std::int64_t l = 0; l < g.length; ++l) {
      const Exact share = last ? (l == n - 1 ? 1 : 0) : l < n ? 1 / static_cast<Exact>(n) : 0;
      checks.near("dpool", row * g.length + l, dx[row * g.length + l], share * dy[row],
                  kUnit<Real> * share * std::fabs(dy[row]));
    }
  }
}

template <class Real>
void transposition(Checks &checks, sgconv_cpu_context *context, std::int64_t batch,
                   std::int64_t rows, std::int64_t columns, bool at_start) {
  const std::int64_t count = batch * rows * columns;
  const Guarded<Real> x(count, at_start), y(count, at_start);
  for (std::int64_t i = 0; i < count; ++i) x[i] = static_cast<Real>(i);
  require_ok(sgconv_cpu_transpose(context, batch, rows, columns, kDtype<Real>, x.data(), y.data()),
             "transpose");
  int wrong = 0;
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < columns; ++c) {
        wrong += y[(b * columns + c) * rows + r] == x[(b * rows + r) * columns + c] ? 0 : 1;
      }
    }
  }
  checks.expect(wrong == 0, "transpose " + std::to_string(rows) + " x " + std::to_string(columns) +
                                ": " + std::to_string(wrong) + " other elements");
}

template <class Real>
void all(Checks &checks, sgconv_cpu_context *context, std::int64_t longest) {
  const std::int64_t sizes[] = {1, 2, 3, 5, 17, 31, 33, 64, 100, 257};
  for (const std::int64_t rows : sizes) {
    for (const std::int64_t columns : sizes) {
      const bool at_start = (rows + columns) % 2 == 0;
      transposition<Real>(checks, context, 1 + rows % 3, rows, columns, at_start);
    }
  }
  const sgconv_signal_geometry shapes[] = {{1, 1, 1},   {3, 5, 1},   {2, 3, 17},  {130, 17, 1},
                                           {45, 3, 31}, {3, 64, 33}, {2, 31, 64}, {1, 100, 100},
                                           {2, 5, 257}, {2, 70, 5},  {2, 20, 777}};
  for (const sgconv_signal_geometry &g : shapes) {
    for (const std::int64_t vocabulary : {1, 2, 33, 257}) {
      embedding<Real>(checks, context, g, vocabulary, vocabulary % 2 == 0);
    }
    for (int way = 0; way < 8; ++way) {
      pooling<Real>(checks, context, g, (way & 1) != 0, (way & 2) != 0, (way & 4) != 0);
    }
  }
  if (longest < 1000000) return;
  // Past the caches, with rows that are whole lines and rows that are not.
  transposition<Real>(checks, context, 2, 1024, 1100, true);
  transposition<Real>(checks, context, 1, 1027, 2100, false);
  pooling<Real>(checks, context, {1, 2, 1000003}, false, true, false);
}

// A sum of one bit too many threads, or in another order, would show.
template <class Real>
void same_bits(Checks &checks) {
  const sgconv_signal_geometry g = {3, 37, 801};
  const std::int64_t vocabulary = 11, count = g.batch * g.channels * g.length;
  Random random(9);
  const Guarded<Real> dy(count, false);
  draw(random, dy);
  std::vector<std::int64_t> tokens(at(g.batch * g.length));
  for (std::int64_t &token : tokens) token = static_cast<std::int64_t>(random.word() % 11);
  expect_same_bits<Real>(checks, "positions", [&](sgconv_cpu_context *context) {
    std::int64_t bytes = -1;
    require_ok(sgconv_cpu_embedding_workspace(context, &g, vocabulary, kDtype<Real>, &bytes),
               "embedding_workspace");
    const TestWorkspace workspace(bytes);
    const Guarded<Real> dtable(vocabulary * g.channels, false), y(g.batch * g.channels, false);
    require_ok(sgconv_cpu_embedding_backward(context, &g, vocabulary, kDtype<Real>, tokens.data(),
                                             dy.data(), dtable.data(), workspace.data()),
               "embedding_backward");
    require_ok(sgconv_cpu_pool_forward(context, &g, kDtype<Real>, 0, nullptr, dy.data(), y.data()),
               "pool_forward");
    std::vector<Real> all = numbers(dtable);
    all.insert(all.end(), y.data(), y.data() + y.count());
    return all;
  });
}

}  // namespace

int main(int argc, char **argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  const std::int64_t longest = argc > 2 ? std::atoll(argv[2]) : 1000000;
  const TestContext context(threads);
  Checks checks;
  all<float>(checks, context.context, longest);
  all<double>(checks, context.context, longest);
  same_bits<float>(checks);
  same_bits<double>(checks);
  return checks.finish();
}
