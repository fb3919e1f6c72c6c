// Times of layers against a copy by plain stores and against plain matrix products, measured in
// the same run. Arguments: path of a cblas library, threads, rounds, a name that those that run
// begin with. Not a test.
#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "convolution_case.h"
#include "random.h"
#include "sgconv/cpu_layers.h"

namespace {

using Floats = std::vector<float>;
using Gemm = void (*)(int, int, int, int, int, int, float, const float *, int, const float *, int,
                      float, float *, int);

struct Bench {
  sgconv_cpu_context *context;
  int threads, rounds;
  std::string prefix;
  double gbytes = 0.0;
  Gemm gemm = nullptr;

  // On one thread processor time, which other work on the machine changes less.
  double now() const {
    std::timespec time;
    clock_gettime(threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
  }

  // The least of all rounds, likewise.
  double time(const std::function<void()> &body) const {
    double least = 1e30;
    body();
    for (int i = 0; i < rounds; ++i) {
      const double start = now();
      body();
      least = std::min(least, now() - start);
    }
    return least;
  }

  bool wanted(const std::string &name) const { return name.rfind(prefix, 0) == 0; }

  // `tensors`: how many numbers are read or written.
  void run(const std::string &name, double numbers, const std::function<void()> &body) const {
    if (!wanted(name)) return;
    const double ms = time(body), rate = numbers * 4.0 / ms * 1e-6;
    std::printf("%-44s %9.3f ms %7.2f GB/s  %5.1f%% of copy\n", name.c_str(), ms, rate,
                100.0 * rate / gbytes);
  }
};

// As the tensors of the Java library are aligned.
struct Tensor {
  explicit Tensor(std::int64_t count)
      : memory(static_cast<float *>(std::aligned_alloc(
                   1 << 21, (static_cast<std::size_t>(count) * 4 + (1 << 21) - 1) >> 21 << 21)),
               std::free) {
    Random random(5);
    for (std::int64_t i = 0; i < count; ++i) {
      memory.get()[i] = static_cast<float>(random.uniform() - 0.5);
    }
  }
  float *data() const { return memory.get(); }
  std::unique_ptr<float, void (*)(void *)> memory;
};

void on_threads(int threads, const std::function<void(int)> &body) {
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(body, i);
  body(0);
  for (std::thread &other : others) other.join();
}

// Plain stores, whatever the C library's copy does.
__attribute__((noinline)) void copy(const float *from, float *to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += 16) {
    float block[16];
    std::memcpy(block, from + i, sizeof block);
    std::memcpy(to + i, block, sizeof block);
    __asm__ volatile("" ::: "memory");
  }
}

constexpr sgconv_dropout kDrop = {0.1, 1, 2, 3};

void pointwise(Bench &bench, const Tensor &a, const Tensor &b, const Tensor &c,
               std::int64_t count) {
  const double n = static_cast<double>(count);
  const double copied = bench.time([&] {
    on_threads(bench.threads, [&](int t) {
      const std::int64_t from = count / 64 * t / bench.threads * 64;
      const std::int64_t to = count / 64 * (t + 1) / bench.threads * 64;
      copy(a.data() + from, b.data() + from, to - from);
    });
  });
  bench.gbytes = 2.0 * n * 4.0 / copied * 1e-6;
  std::printf("copy of %lld MB by plain stores: %.3f ms, %.2f GB/s\n",
              static_cast<long long>(count >> 18), copied, bench.gbytes);
  const auto gelu = [&](const sgconv_dropout *drop) {
    require_ok(sgconv_cpu_gelu_forward(bench.context, count, 0, drop, a.data(), b.data()), "gelu");
  };
  const auto dgelu = [&](const sgconv_dropout *drop) {
    require_ok(
        sgconv_cpu_gelu_backward(bench.context, count, 0, drop, a.data(), c.data(), b.data()),
        "dgelu");
  };
  bench.run("gelu", 2 * n, [&] { gelu(nullptr); });
  bench.run("gelu with dropout", 2 * n, [&] { gelu(&kDrop); });
  bench.run("dgelu", 3 * n, [&] { dgelu(nullptr); });
  bench.run("dgelu with dropout", 3 * n, [&] { dgelu(&kDrop); });
}

void signals(const Bench &bench, const sgconv_signal_geometry &g, const Tensor &a, const Tensor &b,
             const Tensor &c, const Tensor &d) {
  const double n = static_cast<double>(g.batch * g.channels * g.length);
  const std::string at = " " + std::to_string(g.batch) + "," + std::to_string(g.channels) + "," +
                         std::to_string(g.length);
  sgconv_cpu_context *context = bench.context;
  const Tensor w(std::max(g.channels, g.batch * g.length)), v(g.batch * g.length + g.channels);
  const Tensor w2(g.channels), v2(g.channels);
  std::int64_t bytes = 0;
  require_ok(sgconv_cpu_norm_workspace(context, &g, 0, &bytes), "norm_workspace");
  const Tensor space(bytes / 4 + 16);
  bench.run("add" + at, 3 * n, [&] {
    require_ok(sgconv_cpu_add(context, &g, 0, nullptr, a.data(), b.data(), c.data()), "add");
  });
  bench.run("add tied" + at, 3 * n, [&] {
    require_ok(sgconv_cpu_add(context, &g, 0, &kDrop, a.data(), b.data(), c.data()), "add");
  });
  bench.run("layer norm" + at, 2 * n, [&] {
    require_ok(sgconv_cpu_layer_norm_forward(context, &g, 0, 1e-5, a.data(), w2.data(), v2.data(),
                                             b.data(), w.data(), v.data(), space.data()),
               "layer_norm");
  });
  bench.run("layer norm backward" + at, 3 * n, [&] {
    require_ok(sgconv_cpu_layer_norm_backward(context, &g, 0, a.data(), w2.data(), w.data(),
                                              v.data(), c.data(), nullptr, b.data(), w2.data(),
                                              v2.data(), space.data()),
               "layer_norm");
  });
  const Tensor m(16), s(16);
  bench.run("scalar norm" + at, 2 * n, [&] {
    require_ok(sgconv_cpu_scalar_norm_forward(context, &g, 0, a.data(), m.data(), s.data(),
                                              b.data(), w.data(), v.data(), space.data()),
               "scalar_norm");
  });
  bench.run("scalar norm backward" + at, 3 * n, [&] {
    require_ok(sgconv_cpu_scalar_norm_backward(context, &g, 0, a.data(), m.data(), s.data(),
                                               w.data(), v.data(), c.data(), nullptr, b.data(),
                                               m.data(), s.data(), space.data()),
               "scalar_norm");
  });
  bench.run("batch norm" + at, 2 * n, [&] {
    require_ok(sgconv_cpu_batch_norm_forward(context, &g, 0, 0, 1e-5, a.data(), w2.data(),
                                             v2.data(), b.data(), w.data(), v.data(), space.data()),
               "batch_norm");
  });
  bench.run("batch norm backward" + at, 3 * n, [&] {
    require_ok(sgconv_cpu_batch_norm_backward(context, &g, 0, 1e-5, a.data(), w2.data(), w.data(),
                                              v.data(), c.data(), nullptr, b.data(), w2.data(),
                                              v2.data(), space.data()),
               "batch_norm");
  });
  bench.run("pool" + at, n, [&] {
    require_ok(sgconv_cpu_pool_forward(context, &g, 0, 0, nullptr, a.data(), d.data()), "pool");
  });
  bench.run("pool backward" + at, n, [&] {
    require_ok(sgconv_cpu_pool_backward(context, &g, 0, 0, nullptr, d.data(), a.data()), "pool");
  });
  bench.run("transpose" + at, 2 * n, [&] {
    require_ok(sgconv_cpu_transpose(context, g.batch, g.channels, g.length, 0, b.data(), c.data()),
               "transpose");
  });
  for (const std::int64_t vocabulary : {256, 32768}) {
    std::vector<std::int64_t> tokens(static_cast<std::size_t>(g.batch * g.length));
    Random random(1);
    for (std::int64_t &token : tokens) {
      token = static_cast<std::int64_t>(random.word() % static_cast<std::uint64_t>(vocabulary));
    }
    const Tensor table(vocabulary * g.channels);
    const double v_n = static_cast<double>(vocabulary * g.channels);
    const std::string name = at + " V=" + std::to_string(vocabulary);
    // Rows of a large table come from memory.
    bench.run("embedding" + name, vocabulary > 1000 ? 2 * n : n, [&] {
      require_ok(sgconv_cpu_embedding_forward(context, &g, vocabulary, 0, tokens.data(),
                                              table.data(), b.data()),
                 "embedding");
    });
    std::int64_t need = 0;
    require_ok(sgconv_cpu_embedding_workspace(context, &g, vocabulary, 0, &need), "embedding");
    const Tensor sums(need / 4 + 16);
    bench.run("embedding backward" + name, n + v_n, [&] {
      require_ok(sgconv_cpu_embedding_backward(context, &g, vocabulary, 0, tokens.data(), b.data(),
                                               table.data(), sums.data()),
                 "embedding");
    });
  }
}

// Time of the products alone, one batch row at a time on each thread.
double plain(const Bench &bench, const sgconv_linear_geometry &g, std::int64_t m, const float *w,
             const float *x, float *z) {
  return bench.time([&] {
    on_threads(bench.threads, [&](int t) {
      for (std::int64_t b = t; b < g.batch; b += bench.threads) {
        bench.gemm(101, 111, 111, static_cast<int>(m), static_cast<int>(g.length),
                   static_cast<int>(g.inputs), 1.0f, w, static_cast<int>(g.inputs),
                   x + b * g.inputs * g.length, static_cast<int>(g.length), 0.0f,
                   z + b * m * g.length, static_cast<int>(g.length));
      }
    });
  });
}

void linear(const Bench &bench, std::int64_t n, std::int64_t p, std::int64_t batch,
            std::int64_t length, bool fused) {
  sgconv_linear_geometry g = {batch, n, p, length, fused, fused, {}, {}};
  const std::int64_t m = fused ? 2 * p : p;
  const std::string name = std::string(fused ? "linear gelu+glu+residual " : "linear ") +
                           std::to_string(batch) + "," + std::to_string(n) + "->" +
                           std::to_string(m) + "," + std::to_string(length);
  if (!bench.wanted(name)) return;
  const Tensor x(batch * n * length), w(m * n), bias(m), residual(batch * p * length);
  const Tensor z(batch * m * length), y(batch * p * length), dx(batch * n * length);
  const Tensor dw(m * n), db(m);
  std::int64_t forward_bytes = 0, backward_bytes = 0;
  require_ok(sgconv_cpu_linear_workspace(bench.context, &g, 0, 0, &forward_bytes), "linear");
  require_ok(sgconv_cpu_linear_workspace(bench.context, &g, 0, 1, &backward_bytes), "linear");
  const Tensor space(std::max(forward_bytes, backward_bytes) / 4 + 16);
  const double product = plain(bench, g, m, w.data(), x.data(), z.data());
  const double forward = bench.time([&] {
    require_ok(sgconv_cpu_linear_forward(bench.context, &g, 0, x.data(), w.data(), bias.data(),
                                         fused ? residual.data() : nullptr,
                                         fused ? z.data() : nullptr, y.data(), space.data()),
               "linear_forward");
  });
  const double backward = bench.time([&] {
    require_ok(sgconv_cpu_linear_backward(bench.context, &g, 0, x.data(), w.data(),
                                          fused ? z.data() : nullptr, y.data(), dx.data(),
                                          dw.data(), db.data(), space.data()),
               "linear_backward");
  });
  const double flops = 2.0 * static_cast<double>(m * n * batch * length);
  std::printf(
      "%-44s sgemm %8.3f ms %6.1f Gflop/s | forward %8.3f = %5.1f%% | backward %8.3f = %5.1f%% of "
      "two\n",
      name.c_str(), product, flops / product * 1e-6, forward, 100.0 * product / forward, backward,
      200.0 * product / backward);
}

}  // namespace

int main(int argc, char **argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s cblas-library [threads [rounds [name]]]\n", argv[0]);
    return 2;
  }
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  if (void *one = dlsym(library, "openblas_set_num_threads")) {
    reinterpret_cast<void (*)(int)>(one)(1);
  }
  Bench bench{};
  bench.threads = argc > 2 ? std::atoi(argv[2]) : 2;
  bench.rounds = argc > 3 ? std::atoi(argv[3]) : 9;
  bench.prefix = argc > 4 ? argv[4] : "";
  bench.gemm = reinterpret_cast<Gemm>(dlsym(library, "cblas_sgemm"));
  require_ok(sgconv_cpu_context_create(bench.threads, &bench.context), "context_create");
  require_ok(sgconv_cpu_context_set_products(bench.context, dlsym(library, "cblas_sgemm"),
                                             dlsym(library, "cblas_dgemm")),
             "set_products");
  std::printf("%s, %d threads; least of %d\n", sgconv_cpu_tier(), bench.threads, bench.rounds);
  {
    const std::int64_t count = std::int64_t{1} << 24;
    const Tensor a(count), b(count), c(count), d(count);
    pointwise(bench, a, b, c, count);
    for (const sgconv_signal_geometry &g :
         {sgconv_signal_geometry{16, 256, 4096}, {64, 256, 1024}, {32, 512, 1000}}) {
      signals(bench, g, a, b, c, d);
    }
  }
  for (const std::int64_t channels : {128, 256, 512}) {
    for (const std::int64_t length : {1024, 4096}) {
      const std::int64_t batch = 16384 / length;
      for (const bool fused : {false, true}) {
        linear(bench, channels, channels, batch, length, fused);
      }
    }
  }
  linear(bench, 256, 256, 256, 1, true);
  linear(bench, 256, 256, 64, 16, true);
  sgconv_cpu_context_destroy(bench.context);
  return 0;
}
