// The same inputs give the same bits whatever the number of threads, and on every repetition.
// Arguments: the numbers of threads that are held against one thread, 2, 3 and 5 if none are given.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "convolution_case.h"
#include "guarded.h"
#include "random.h"

namespace {

struct Shape {
  std::int64_t batch, heads, hidden, length;
  sgconv_mode mode;
  std::int64_t kernel_length = length;
  std::vector<std::int64_t> lengths = {};
};

template <class Real>
std::vector<Real> outputs(int threads, const Shape &s) {
  Random random(3);
  const std::int64_t in = s.batch * s.hidden * s.length, out = in * s.heads;
  const std::int64_t channels = s.heads * (s.mode == SGCONV_BIDIRECTIONAL ? 2 : 1);
  const std::int64_t kernel = channels * s.hidden * s.kernel_length;
  const std::int64_t *const lengths = s.lengths.empty() ? nullptr : s.lengths.data();
  const auto fill = [&](std::int64_t count) {
    std::vector<Real> x(static_cast<std::size_t>(count));
    for (Real &value : x) value = static_cast<Real>(random.gauss());
    return x;
  };
  const std::vector<Real> u = fill(in), k = fill(kernel), dy = fill(out);
  const std::vector<Real> skip = fill(s.heads * s.hidden);
  std::vector<Real> result(static_cast<std::size_t>(out + in + kernel + s.heads * s.hidden));
  Real *y = result.data(), *du = y + out, *dk = du + in, *dskip = dk + kernel;

  sgconv_cpu_context *context = nullptr;
  sgconv_cpu_plan *plan = nullptr;
  std::int64_t bytes = 0;
  const sgconv_convolution_geometry geometry = {s.heads,         s.hidden, s.length,
                                                s.kernel_length, s.mode,   0};
  require_ok(sgconv_cpu_context_create(threads, &context), "context_create");
  require_ok(sgconv_cpu_plan_create(context, &geometry, kDtype<Real>, &plan), "plan_create");
  // The plan keeps what it needs of the context.
  sgconv_cpu_context_destroy(context);
  require_ok(sgconv_cpu_plan_spectrum_bytes(plan, &bytes), "plan_spectrum_bytes");
  Guarded<float> spectrum((bytes + 4095) / 4096 * 1024, true);
  require_ok(sgconv_cpu_spectrum_prepare(plan, k.data(), skip.data(), spectrum.data()), "prepare");
  require_ok(sgconv_cpu_convolution_forward(plan, spectrum.data(), s.batch, lengths, u.data(),
                                            nullptr, nullptr, y),
             "forward");
  for (int i = 0; i < 2; ++i) {
    require_ok(sgconv_cpu_convolution_backward(plan, spectrum.data(), s.batch, lengths, u.data(),
                                               dy.data(), nullptr, nullptr, du, dk, dskip, nullptr,
                                               nullptr),
               "backward");
  }
  sgconv_cpu_plan_destroy(plan);
  return result;
}

// How many numbers of threads give other bits than one thread.
template <class Real>
int differences(const std::vector<int> &numbers, const Shape &shape) {
  int failures = 0;
  const std::vector<Real> expected = outputs<Real>(1, shape);
  for (const int threads : numbers) {
    const std::vector<Real> found = outputs<Real>(threads, shape);
    if (std::memcmp(found.data(), expected.data(), found.size() * sizeof(Real)) == 0) continue;
    ++failures;
    std::printf("FAILED: B=%lld L=%lld of %zu bytes differs between 1 and %d threads\n",
                static_cast<long long>(shape.batch), static_cast<long long>(shape.length),
                sizeof(Real), threads);
  }
  return failures;
}

}  // namespace

int main(int argc, char **argv) {
  std::vector<int> numbers;
  for (int i = 1; i < argc; ++i) numbers.push_back(std::atoi(argv[i]));
  if (numbers.empty()) numbers = {2, 3, 5};
  const Shape shapes[] = {{7, 1, 3, 1000, SGCONV_CAUSAL},
                          {5, 2, 33, 300, SGCONV_BIDIRECTIONAL},
                          {9, 1, 2, 50, SGCONV_CIRCULAR},
                          {3, 1, 1, 65536, SGCONV_CAUSAL},
                          {1, 2, 3, 50000, SGCONV_CIRCULAR},
                          {2, 1, 5, 40000, SGCONV_BIDIRECTIONAL},
                          {4, 1, 2, 16384, SGCONV_CAUSAL},
                          {2, 1, 3, 131072, SGCONV_CAUSAL},
                          {3, 1, 1, 65536, SGCONV_CAUSAL, 70000, {65536, 7, 40001}},
                          {3, 2, 1, 40000, SGCONV_BIDIRECTIONAL, 50000, {1, 40000, 39999}}};
  int failures = 0;
  for (const Shape &shape : shapes)
    failures += differences<float>(numbers, shape) + differences<double>(numbers, shape);
  std::printf("%s: one thread against", sgconv_cpu_tier());
  for (const int threads : numbers) std::printf(" %d", threads);
  std::printf(", %d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
