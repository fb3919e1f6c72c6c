// What is launched can be captured into a CUDA graph and replayed on new inputs.
#include <random>

#include "cases.h"
#include "plan_path.h"
#include "ring_path.h"

namespace {

using namespace sgconv::test;

Doubles random(std::mt19937_64 &source, int64_t count) {
  std::normal_distribution<double> normal;
  Doubles values(static_cast<std::size_t>(count));
  for (double &value : values) {
    value = normal(source);
  }
  return oracle::rounded(values, oracle::Type::kFloat32);
}

// A captured graph, and the stream that it was captured from.
class Graph {
 public:
  template <class Work>
  explicit Graph(Work &&work) {
    require(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "stream");
    cudaGraph_t graph = nullptr;
    require(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeGlobal), "begin");
    work(stream_);
    require(cudaStreamEndCapture(stream_, &graph), "end");
    require(cudaGraphInstantiate(&executable_, graph, 0), "instantiate");
    require(cudaGraphDestroy(graph), "destroy");
  }
  ~Graph() {
    require(cudaGraphExecDestroy(executable_), "destroy");
    require(cudaStreamDestroy(stream_), "destroy");
  }
  Graph(const Graph &) = delete;
  Graph &operator=(const Graph &) = delete;

  void replay() {
    require(cudaGraphLaunch(executable_, stream_), "launch");
    require(cudaStreamSynchronize(stream_), "synchronize");
  }

 private:
  cudaStream_t stream_ = nullptr;
  cudaGraphExec_t executable_ = nullptr;
};

// Forward passes of `problem` on new inputs each time.
void replay(Graph &graph, const Problem &problem, Signals &signals, DeviceArray<float> &u,
            const DeviceArray<float> &y, std::mt19937_64 &source) {
  for (int turn = 0; turn < 2; ++turn) {
    signals.u = random(source, problem.inputs());
    const std::vector<float> input = narrow<float>(signals.u);
    require(cudaMemcpy(u.get(), input.data(), input.size() * 4, cudaMemcpyHostToDevice), "copy");
    graph.replay();
    expect("replayed " + problem.text(),
           oracle::ExactConvolution(problem, signals).judge({widen(y.host()), {}, {}, {}, {}, {}}));
  }
}

// Beyond one block one call is many launches. Lengths are read during the call, not at the replay.
void plan(const Problem &problem) {
  std::mt19937_64 source(2);
  Signals signals;
  signals.kernel = random(source, problem.kernels());
  const auto count = static_cast<std::size_t>(problem.inputs());
  const Plan made(problem, SGCONV_FLOAT32);
  const int64_t bytes = made.workspace_bytes(problem.batch, 0, 1);
  DeviceArray<float> kernel(narrow<float>(signals.kernel)), u(count), y(count);
  DeviceArray<float> spectrum(poison<float>(made.spectrum_bytes() / 4));
  DeviceArray<float> workspace(poison<float>(bytes / 4));
  ok(sgconv_cuda_plan_prepare(made.get(), kernel.get(), nullptr, spectrum.get(), nullptr),
     "plan_prepare");
  Graph graph([&](cudaStream_t stream) {
    std::vector<int64_t> lengths = problem.lengths;
    ok(sgconv_cuda_plan_forward(made.get(), spectrum.get(), problem.batch,
                                lengths.empty() ? nullptr : lengths.data(), u.get(), nullptr,
                                nullptr, y.get(), workspace.get(), bytes, stream),
       "plan_forward");
    std::fill(lengths.begin(), lengths.end(), 1);
  });
  replay(graph, problem, signals, u, y, source);
}

void ring_steps() {
  constexpr int64_t kLength = 48;
  const Problem problem{SGCONV_CAUSAL, 3, 1, 2, kLength};
  const sgconv_cuda_rows rows{1, 2, kLength, kLength, 0, 3, 0, 2};
  const sgconv_convolution_geometry geometry = problem.geometry();
  std::mt19937_64 source(1);
  Signals signals;
  signals.kernel = random(source, 2 * kLength);
  DeviceArray<float> kernel(narrow<float>(signals.kernel)), spectrum(2 * 2 * kLength);
  DeviceArray<float> u(6 * kLength), y(6 * kLength), z(2 * 6 * kLength);
  ok(sgconv_cuda_kernel_place(&geometry, kLength, 0, 2, kernel.get(), nullptr, spectrum.get(),
                              nullptr),
     "kernel_place");
  CufftPlan(kLength, 2).run(spectrum.get(), CUFFT_FORWARD);
  CufftPlan transform(kLength, 6);
  Graph graph([&](cudaStream_t stream) {
    transform.set_stream(stream);
    ok(sgconv_cuda_twist(&rows, nullptr, -1, SGCONV_FLOAT32, u.get(), nullptr, z.get(), stream),
       "twist");
    transform.run(z.get(), CUFFT_FORWARD);
    ok(sgconv_cuda_spectrum_multiply(&rows, 0, spectrum.get(), z.get(), z.get(), stream),
       "multiply");
    transform.run(z.get(), CUFFT_INVERSE);
    ok(sgconv_cuda_untwist(&rows, nullptr, 0, SGCONV_FLOAT32, z.get(), nullptr, nullptr, y.get(),
                           nullptr, stream),
       "untwist");
  });
  replay(graph, problem, signals, u, y, source);
}

}  // namespace

int main() {
  plan({SGCONV_CAUSAL, 3, 1, 2, 300});
  plan({SGCONV_CAUSAL, 3, 1, 2, 300, 0, {300, 120, 120}});
  plan({SGCONV_CAUSAL, 3, 1, 2, 17000});
  plan({SGCONV_CAUSAL, 3, 1, 2, 17000, 500, {16000, 17000, 9}});
  ring_steps();
  print_worst("graphs");
  return failures() == 0 ? 0 : 1;
}
