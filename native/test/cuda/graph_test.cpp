// A forward pass can be captured into a CUDA graph and replayed on new inputs.
#include <random>

#include "cases.h"
#include "cufft_path.h"

namespace {

using namespace sgconv::test;
using sgconv::test::ok;

constexpr int64_t kLength = 48;
constexpr sgconv_cuda_rows kRows{1, 2, kLength, kLength, 0, 3, 0, 2};

void ok(cufftResult result, const char *what) { check_equal(result, CUFFT_SUCCESS, what); }

Doubles random(std::mt19937_64 &source, int64_t count) {
  std::normal_distribution<double> normal;
  Doubles values(static_cast<std::size_t>(count));
  for (double &value : values) {
    value = normal(source);
  }
  return oracle::rounded(values, oracle::Type::kFloat32);
}

// The same beyond one block, where one call is many launches.
void long_rows() {
  const Problem problem{SGCONV_CAUSAL, 3, 1, 2, 17000};
  const sgconv_convolution_geometry geometry{1, 2, problem.length, problem.length, SGCONV_CAUSAL,
                                             0};
  sgconv_cuda_rows rows{1, 2, problem.length, 0, 0, 3, 0, 2};
  ok(sgconv_cuda_fused_size(problem.length, &rows.size), "fused_size");
  int64_t bytes = 0;
  ok(sgconv_cuda_fused_forward_workspace(&rows, &bytes), "workspace");
  std::mt19937_64 source(2);
  Signals signals;
  signals.kernel = random(source, 2 * problem.length);
  const auto count = static_cast<std::size_t>(problem.inputs());
  DeviceArray<float> kernel(narrow<float>(signals.kernel)), u(count), y(count);
  DeviceArray<float> spectrum(static_cast<std::size_t>(4 * rows.size));
  DeviceArray<float> workspace(static_cast<std::size_t>(bytes / 4));
  ok(sgconv_cuda_fused_prepare(&geometry, rows.size, 0, 2, kernel.get(), nullptr, spectrum.get(),
                               nullptr),
     "fused_prepare");
  cudaStream_t stream = nullptr;
  require(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  require(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal), "begin");
  ok(sgconv_cuda_fused_forward(&rows, SGCONV_FLOAT32, spectrum.get(), u.get(), nullptr, nullptr,
                               y.get(), workspace.get(), bytes, stream),
     "fused_forward");
  require(cudaStreamEndCapture(stream, &graph), "end");
  require(cudaGraphInstantiate(&executable, graph, 0), "instantiate");
  signals.u = random(source, problem.inputs());
  const std::vector<float> input = narrow<float>(signals.u);
  require(cudaMemcpy(u.get(), input.data(), input.size() * 4, cudaMemcpyHostToDevice), "copy");
  require(cudaGraphLaunch(executable, stream), "launch");
  require(cudaStreamSynchronize(stream), "synchronize");
  expect("replayed long rows",
         oracle::ExactConvolution(problem, signals).judge({widen(y.host()), {}, {}, {}, {}, {}}));
  require(cudaGraphExecDestroy(executable), "destroy");
  require(cudaGraphDestroy(graph), "destroy");
  require(cudaStreamDestroy(stream), "destroy");
}

}  // namespace

int main() {
  long_rows();
  const Problem problem{SGCONV_CAUSAL, 3, 1, 2, kLength};
  const sgconv_convolution_geometry geometry{1, 2, kLength, kLength, SGCONV_CAUSAL, 0};
  std::mt19937_64 source(1);
  Signals signals;
  signals.kernel = random(source, 2 * kLength);
  DeviceArray<float> kernel(narrow<float>(signals.kernel)), spectrum(2 * 2 * kLength);
  DeviceArray<float> u(6 * kLength), y(6 * kLength), z(2 * 6 * kLength), area(2 * 6 * kLength);
  ok(sgconv_cuda_kernel_place(&geometry, kLength, 0, 2, kernel.get(), nullptr, spectrum.get(),
                              nullptr),
     "kernel_place");
  CufftPlan(kLength, 2).run(spectrum.get(), CUFFT_FORWARD);

  cudaStream_t stream = nullptr;
  require(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
  cufftHandle plan = 0;
  long long n = kLength;
  std::size_t bytes = 0;
  ok(cufftCreate(&plan), "create");
  ok(cufftSetAutoAllocation(plan, 0), "auto allocation");
  ok(cufftMakePlanMany64(plan, 1, &n, nullptr, 1, n, nullptr, 1, n, CUFFT_C2C, 6, &bytes), "plan");
  ok(cufftSetWorkArea(plan, area.get()), "work area");
  ok(cufftSetStream(plan, stream), "stream");
  auto *rows = reinterpret_cast<cufftComplex *>(z.get());

  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  require(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal), "begin");
  ok(sgconv_cuda_twist(&kRows, -1, SGCONV_FLOAT32, u.get(), nullptr, z.get(), stream), "twist");
  ok(cufftExecC2C(plan, rows, rows, CUFFT_FORWARD), "forward");
  ok(sgconv_cuda_spectrum_multiply(&kRows, 0, spectrum.get(), z.get(), z.get(), stream),
     "multiply");
  ok(cufftExecC2C(plan, rows, rows, CUFFT_INVERSE), "inverse");
  ok(sgconv_cuda_untwist(&kRows, 0, SGCONV_FLOAT32, z.get(), nullptr, nullptr, y.get(), nullptr,
                         stream),
     "untwist");
  require(cudaStreamEndCapture(stream, &graph), "end");
  require(cudaGraphInstantiate(&executable, graph, 0), "instantiate");

  for (int turn = 0; turn < 2; ++turn) {
    signals.u = random(source, problem.inputs());
    const std::vector<float> input = narrow<float>(signals.u);
    require(cudaMemcpy(u.get(), input.data(), input.size() * 4, cudaMemcpyHostToDevice), "copy");
    require(cudaGraphLaunch(executable, stream), "launch");
    require(cudaStreamSynchronize(stream), "synchronize");
    expect("replayed forward pass",
           oracle::ExactConvolution(problem, signals).judge({widen(y.host()), {}, {}, {}, {}, {}}));
  }
  require(cudaGraphExecDestroy(executable), "destroy");
  require(cudaGraphDestroy(graph), "destroy");
  ok(cufftDestroy(plan), "destroy");
  require(cudaStreamDestroy(stream), "destroy");
  print_worst("graphs");
  return failures() == 0 ? 0 : 1;
}
