#include "barrier_cases.h"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>

#include "cases.h"
#include "check.h"
#include "column_step.h"
#include "device.h"
#include "layer_cases.h"
#include "middle_rows_step.h"
#include "oracle.h"
#include "plan_path.h"
#include "plan_synthesis_cases.h"
#include "synthesis_cases.h"

namespace sgconv::test {
namespace {

constexpr int64_t kKi = 1024;

// By a plan, both ways.
BarrierCase convolution(const Problem &p, int gating, int device = 0) {
  const std::string name = name_of(p, SGCONV_FLOAT32, gating);
  const auto signals = std::make_shared<Signals>(signals_for(p, SGCONV_FLOAT32, gating));
  const auto exact = std::make_shared<oracle::ExactConvolution>(p, *signals);
  return {name, [=] {
            require(cudaSetDevice(device), "cudaSetDevice");
            expect(name, exact->judge(convolve_by_plan(p, *signals, SGCONV_FLOAT32)));
            require(cudaSetDevice(0), "cudaSetDevice");
          }};
}

// The gradients of kernel and D alone, for which the input's need not go back to time.
BarrierCase kernel_gradient(const Problem &p) {
  const std::string name = name_of(p, SGCONV_FLOAT32, kNone) + ", kernel gradients alone";
  const auto signals = std::make_shared<Signals>(signals_for(p, SGCONV_FLOAT32, kNone));
  const auto exact = std::make_shared<oracle::ExactConvolution>(p, *signals);
  return {name, [=] {
            const Plan plan(p, SGCONV_FLOAT32);
            Operands<float> o(p, *signals, 0);
            const int64_t bytes = plan.workspace_bytes(p.batch, SGCONV_GRADIENT_KERNEL, 1.0);
            DeviceArray<float> workspace(poison<float>(bytes / 4));
            DeviceArray<float> spectrum(poison<float>(plan.spectrum_bytes() / 4));
            ok(sgconv_cuda_plan_backward(plan.get(), spectrum.get(), p.batch, o.lengths(), o.u(),
                                         o.dy(), nullptr, nullptr, nullptr, o.dk(), o.dskip(),
                                         nullptr, nullptr, workspace.get(), bytes, nullptr),
               "plan_backward");
            const Results all = o.results();
            expect(name, exact->judge({{}, {}, all.dk, all.dskip, {}, {}}));
          }};
}

// A spectrum from parameters, for both directions.
BarrierCase spectrum(int64_t size) {
  return {"spectrum of " + std::to_string(size), [=] {
            run_plan_synthesis(
                {SGCONV_BIDIRECTIONAL, rules_of(0), size, size - 5, 2, 3, 4, 4, 1, true});
          }};
}

BarrierCase synthesis(int32_t decay) {
  return {"kernels from parameters, decay " + std::to_string(decay), [=] {
            run_synthesis({2, 19, 8, 6, 0, SGCONV_SUM, SGCONV_LINEAR, decay, 0}, 256);
            run_synthesis({2, 10, 3, 9, 1, SGCONV_SUM, SGCONV_LINEAR, decay, 0}, 1536);
          }};
}

// Of signals that take several tiles, and several warps of a block.
std::vector<BarrierCase> layers() {
  const sgconv_signal_geometry g{2, 37, 70};
  return {{"layer norm", [=] { run_layer_norm(g); }},
          {"scalar norm", [=] { run_scalar_norm(g); }},
          {"batch norm", [=] { run_batch_norm(g); }},
          {"embedding", [=] { run_embedding(g, 19); }},
          {"transpose", [=] { run_transpose(g.batch, g.channels, g.length); }},
          {"linear map", [] {
             run_linear({3, 5, 6, 70, 0, 1, {}, {}}, 2);
           }}};
}

// Forward and back, which is P times the same.
template <int P, int M>
BarrierCase columns() {
  const std::string name = std::to_string(M) + " columns of " + std::to_string(P);
  std::mt19937_64 source(P);
  std::normal_distribution<float> normal;
  std::vector<cuda::Complex> numbers(std::size_t{P} * M);
  for (cuda::Complex &number : numbers) {
    number = {normal(source), normal(source)};
  }
  const auto parts = [](const std::vector<cuda::Complex> &values, double scale) {
    Doubles result;
    for (const cuda::Complex &value : values) {
      result.insert(result.end(),
                    {scale * static_cast<double>(value.re), scale * static_cast<double>(value.im)});
    }
    return result;
  };
  return {name, [=] {
            DeviceArray<cuda::Complex> z(numbers);
            run_columns<P, M>(z.get(), true);
            run_columns<P, M>(z.get(), false);
            const double error =
                oracle::error_of_sums(parts(z.host(), 1.0 / P), parts(numbers, 1.0));
            check(error <= 1, name + " there and back: error " + std::to_string(error));
          }};
}

template <int M>
BarrierCase rows() {
  return {"rows of " + std::to_string(M), [] { middle_rows::step<M>(); }};
}

}  // namespace

std::vector<BarrierCase> barrier_cases() {
  std::vector<BarrierCase> cases;
  for (const int64_t size :
       {256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384}) {
    cases.push_back(convolution({SGCONV_CIRCULAR, 3, 2, 2, size - 6}, kNone));
    cases.push_back(convolution({SGCONV_BIDIRECTIONAL, 2, 2, 1, size - 6}, kBoth));
    // So many channels that one block has several signals of a channel.
    const int64_t channels = std::max<int64_t>(4, 32 * kKi / size);
    cases.push_back(kernel_gradient({SGCONV_CAUSAL, 3, 1, channels, size - 6}));
    cases.push_back(kernel_gradient({SGCONV_CAUSAL, 3, 2, channels, size - 6}));
    cases.push_back(spectrum(size));
  }
  // Rows in windows of each size that they have.
  const struct {
    int64_t length, lags;
  } cut[] = {{5000, 12}, {10000, 60}, {30000, 130}, {25000, 1100}, {37000, 3500}};
  for (const auto &[length, lags] : cut) {
    cases.push_back(convolution({SGCONV_CAUSAL, 2, 1, 2, length, lags}, kNone));
    cases.push_back(kernel_gradient({SGCONV_CAUSAL, 3, 1, 2, length, lags}));
  }
  // Beyond one block. What is only there for many millions is run by itself.
  for (const int64_t size : {24, 48, 96, 192, 384, 512}) {
    cases.push_back(convolution({SGCONV_CAUSAL, 1, 1, 1, size * kKi}, kNone));
  }
  for (const int64_t size : {24, 48, 192, 384}) {
    cases.push_back(convolution({SGCONV_CAUSAL, 2, 2, 1, size * kKi}, kNone));
    // Two transforms back in a row: of the input's gradient and for that of the gate behind.
    cases.push_back(convolution({SGCONV_CAUSAL, 2, 1, 1, size * kKi}, kBoth));
  }
  cases.push_back(convolution({SGCONV_CAUSAL, 2, 2, 1, 12 * kKi}, kNone, 1));
  cases.push_back(columns<768, 64>());
  cases.push_back(columns<1024, 16>());
  cases.push_back(rows<8192>());
  cases.push_back(rows<16384>());
  cases.push_back(spectrum(24 * kKi));
  cases.push_back(synthesis(SGCONV_GEOMETRIC));
  cases.push_back(synthesis(SGCONV_POWER));
  for (BarrierCase &each : layers()) {
    cases.push_back(std::move(each));
  }
  return cases;
}

}  // namespace sgconv::test
