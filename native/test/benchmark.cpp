// Times of the shapes that docs and issues quote, against the limit of this machine. Arguments:
// threads, rounds, and optionally B, H and L of one shape. Not a test.
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "convolution_case.h"
#include "random.h"

namespace {

struct Shape {
  std::int64_t batch, hidden, length;
};

constexpr Shape kShapes[] = {
    {8, 256, 1024}, {8, 256, 4096}, {4, 256, 16384}, {1, 256, 65536}, {1, 64, 1048576}};

using Floats = std::vector<float>;

double milliseconds(const std::function<void()> &body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

struct Times {
  std::vector<double> all;
  double least() const { return *std::min_element(all.begin(), all.end()); }
  double median() {
    std::sort(all.begin(), all.end());
    return all[all.size() / 2];
  }
};

Floats random_floats(std::int64_t count) {
  Random random(5);
  Floats x(static_cast<std::size_t>(count));
  for (float &value : x) value = static_cast<float>(random.uniform() - 0.5);
  return x;
}

// Fused multiply-adds of the widest vectors here, in Gflop/s.
#if defined(__x86_64__)
void on_threads(int threads, const std::function<void()> &body) {
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(body);
  body();
  for (std::thread &other : others) other.join();
}

__attribute__((target("avx512f"))) void multiply_add_512(std::int64_t rounds) {
  __m512 a = _mm512_set1_ps(0.5f), s0 = a, s1 = s0 + a, s2 = s1 + a, s3 = s2 + a, s4 = s3 + a;
  __m512 s5 = s4 + a, s6 = s5 + a, s7 = s6 + a, s8 = s7 + a, s9 = s8 + a, s10 = s9 + a;
  __m512 s11 = s10 + a;
  for (std::int64_t i = 0; i < rounds; ++i) {
    s0 = _mm512_fmadd_ps(s0, a, a), s1 = _mm512_fmadd_ps(s1, a, a);
    s2 = _mm512_fmadd_ps(s2, a, a), s3 = _mm512_fmadd_ps(s3, a, a);
    s4 = _mm512_fmadd_ps(s4, a, a), s5 = _mm512_fmadd_ps(s5, a, a);
    s6 = _mm512_fmadd_ps(s6, a, a), s7 = _mm512_fmadd_ps(s7, a, a);
    s8 = _mm512_fmadd_ps(s8, a, a), s9 = _mm512_fmadd_ps(s9, a, a);
    s10 = _mm512_fmadd_ps(s10, a, a), s11 = _mm512_fmadd_ps(s11, a, a);
  }
  __asm__ volatile("" : : "v"(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11));
}
#endif

double peak_gflops(int threads) {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx512f")) return 0.0;
  constexpr std::int64_t kRounds = 100000;
  double best = 0.0;
  for (int i = 0; i < 50; ++i) {
    const double ms = milliseconds([&] { on_threads(threads, [] { multiply_add_512(kRounds); }); });
    best = std::max(best, 12.0 * 16.0 * 2.0 * kRounds * threads / ms * 1e-6);
  }
  return best;
#else
  (void)threads;
  return 0.0;
#endif
}

double copy_gbytes(int threads) {
  const std::size_t bytes = std::size_t{32} << 20;
  std::vector<std::vector<char>> from(static_cast<std::size_t>(threads)), to(from.size());
  for (auto &x : from) x.assign(bytes, 1);
  for (auto &x : to) x.assign(bytes, 1);
  double best = 1e30;
  for (int i = 0; i < 5; ++i) {
    best =
        std::min(best, milliseconds([&] {
                   std::vector<std::thread> all;
                   for (std::size_t t = 0; t < from.size(); ++t) {
                     all.emplace_back([&, t] { std::memcpy(to[t].data(), from[t].data(), bytes); });
                   }
                   for (std::thread &thread : all) thread.join();
                 }));
  }
  return 2.0 * static_cast<double>(bytes) * threads / best * 1e-6;
}

void run(sgconv_cpu_context *context, const Shape &s, int rounds, double gflops, double gbytes) {
  const sgconv_convolution_geometry geometry = {1, s.hidden, s.length, s.length, SGCONV_CAUSAL, 0};
  sgconv_cpu_plan *plan = nullptr;
  std::int64_t bytes = 0, size = 0;
  require_ok(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, &plan), "plan_create");
  require_ok(sgconv_cpu_plan_spectrum_bytes(plan, &bytes), "plan_spectrum_bytes");
  require_ok(sgconv_cpu_plan_transform_size(plan, &size), "plan_transform_size");
  const std::int64_t in = s.batch * s.hidden * s.length, kernel = s.hidden * s.length;
  Floats u = random_floats(in + 16), k = random_floats(kernel), dy = u;
  Floats d = random_floats(s.hidden), y(u.size()), du(u.size()), dk(k.size()), dd(d.size());
  // As the tensors of the Java library are.
  const auto aligned = [](Floats &x) {
    void *start = x.data();
    std::size_t space = x.size() * sizeof(float);
    return static_cast<float *>(std::align(64, 64, start, space));
  };
  void *spectrum =
      std::aligned_alloc(1 << 21, static_cast<std::size_t>((bytes + (1 << 21) - 1) >> 21 << 21));
  const auto prepare = [&] {
    require_ok(sgconv_cpu_spectrum_prepare(plan, k.data(), d.data(), spectrum), "prepare");
  };
  const auto forward = [&] {
    require_ok(sgconv_cpu_convolution_forward(plan, spectrum, s.batch, nullptr, aligned(u), nullptr,
                                              nullptr, aligned(y)),
               "forward");
  };
  const auto backward = [&] {
    require_ok(sgconv_cpu_convolution_backward(plan, spectrum, s.batch, nullptr, aligned(u),
                                               aligned(dy), nullptr, nullptr, aligned(du),
                                               dk.data(), dd.data(), nullptr, nullptr),
               "backward");
  };
  prepare();
  forward();
  backward();
  Times prepares, forwards, backwards, steps;
  for (int i = 0; i < rounds; ++i) {
    for (int repeat = 0; repeat < 3; ++repeat) forwards.all.push_back(milliseconds(forward));
    prepares.all.push_back(milliseconds(prepare));
    backwards.all.push_back(milliseconds(backward));
    steps.all.push_back(milliseconds([&] {
      prepare();
      forward();
      backward();
    }));
  }
  const double rows = static_cast<double>(s.batch * s.hidden), n = static_cast<double>(s.length);
  const double transform = 5.0 * n * std::log2(n);
  const double flops = rows * (2.0 * transform + 6.0 * n);
  const double moved = 4.0 * n * (2.0 * rows + 2.0 * static_cast<double>(s.hidden));
  const double limit = std::max(flops / gflops, moved / gbytes) * 1e-6;
  std::printf(
      "%lld,%lld,%-8lld N=%-8lld fwd %8.3f (%8.3f) ms = %4.1f%% of limit %7.3f | prepare %8.3f | "
      "backward "
      "%8.3f | step %8.3f (%8.3f)\n",
      static_cast<long long>(s.batch), static_cast<long long>(s.hidden),
      static_cast<long long>(s.length), static_cast<long long>(size), forwards.median(),
      forwards.least(), 100.0 * limit / forwards.median(), limit, prepares.median(),
      backwards.median(), steps.median(), steps.least());
  std::free(spectrum);
  sgconv_cpu_plan_destroy(plan);
}

void run_synthesis(sgconv_cpu_context *context, std::int64_t length, std::int64_t hidden,
                   int rounds) {
  const std::int64_t dim = 64;
  std::int64_t scales = 1;
  while (dim << (scales - 1) < length) ++scales;
  const sgconv_kernel_geometry g = {
      1, hidden, dim, scales, 0, SGCONV_CONCATENATE, SGCONV_LINEAR, SGCONV_GEOMETRIC, 0};
  const Floats w = random_floats(scales * hidden * dim), m(static_cast<std::size_t>(hidden), 1.5f);
  Floats norm(m), k(static_cast<std::size_t>(hidden * length)), grad(w);
  Times norms, forwards, backwards;
  for (int i = 0; i < rounds; ++i) {
    norms.all.push_back(milliseconds([&] {
      require_ok(
          sgconv_cpu_kernel_norm(context, &g, SGCONV_FLOAT32, w.data(), m.data(), norm.data()),
          "norm");
    }));
    forwards.all.push_back(milliseconds([&] {
      require_ok(sgconv_cpu_kernel_forward(context, &g, SGCONV_FLOAT32, w.data(), m.data(),
                                           norm.data(), length, k.data()),
                 "forward");
    }));
    backwards.all.push_back(milliseconds([&] {
      require_ok(sgconv_cpu_kernel_backward(context, &g, SGCONV_FLOAT32, w.data(), m.data(),
                                            norm.data(), length, k.data(), grad.data(), nullptr),
                 "backward");
    }));
  }
  std::printf("synthesis H=%lld L=%-8lld norm %7.3f forward %7.3f backward %7.3f ms\n",
              static_cast<long long>(hidden), static_cast<long long>(length), norms.median(),
              forwards.median(), backwards.median());
}

}  // namespace

int main(int argc, char **argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 11;
  const bool one = argc > 5;
  sgconv_cpu_context *context = nullptr;
  require_ok(sgconv_cpu_context_create(threads, &context), "context_create");
  const double gflops = peak_gflops(threads), gbytes = copy_gbytes(threads);
  std::printf("%s, %d threads, %.0f Gflop/s, copy %.1f GB/s; median (least)\n", sgconv_cpu_tier(),
              threads, gflops, gbytes);
  if (one) {
    const Shape shape = {std::atoll(argv[3]), std::atoll(argv[4]), std::atoll(argv[5])};
    run(context, shape, rounds, gflops, gbytes);
  } else {
    for (const Shape &shape : kShapes) run(context, shape, rounds, gflops, gbytes);
    run_synthesis(context, 16384, 256, rounds);
    run_synthesis(context, 1048576, 16, rounds);
  }
  sgconv_cpu_context_destroy(context);
  return 0;
}
