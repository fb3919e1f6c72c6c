// The emulated cuFFT against the definition of the transform, and its misuse.
#include <complex>
#include <random>

#include "emulation/control.h"
#include "ring_path.h"

namespace {

using namespace sgconv::test;
using Complex = std::complex<double>;

std::vector<float> random(std::size_t count) {
  std::mt19937 source(static_cast<unsigned>(count));
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float &value : values) {
    value = normal(source);
  }
  return values;
}

void transforms() {
  constexpr int64_t kRows = 3;
  for (const int64_t n : {1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 30, 49, 64, 121, 210, 256}) {
    const std::vector<float> in = random(static_cast<std::size_t>(2 * n * kRows));
    for (const int direction : {CUFFT_FORWARD, CUFFT_INVERSE}) {
      DeviceArray<float> array(in);
      CufftPlan(n, kRows).run(array.get(), direction);
      const Doubles out = widen(array.host());
      Doubles expected;
      for (int64_t row = 0; row < kRows; ++row) {
        for (int64_t k = 0; k < n; ++k) {
          Complex sum = 0;
          for (int64_t t = 0; t < n; ++t) {
            const auto at = static_cast<std::size_t>(2 * (row * n + t));
            const double turn = static_cast<double>(direction) * 2 * M_PI *
                                static_cast<double>(t * k % n) / static_cast<double>(n);
            sum += Complex(static_cast<double>(in[at]), static_cast<double>(in[at + 1])) *
                   std::polar(1.0, turn);
          }
          expected.push_back(sum.real());
          expected.push_back(sum.imag());
        }
      }
      // In float64, rounded once.
      check(oracle::error_of_sums(out, expected) < 0.1, "transform of length " + std::to_string(n));
    }
  }
}

void misuse() {
  cufftHandle plan = 0;
  long long n = 8;
  std::size_t bytes = 0;
  DeviceArray<float> rows(16), area(16);
  auto *values = reinterpret_cast<cufftComplex *>(rows.get());
  const auto make = [&] {
    return cufftMakePlanMany64(plan, 1, &n, nullptr, 1, n, nullptr, 1, n, CUFFT_C2C, 1, &bytes);
  };
  check_equal(cufftExecC2C(77, values, values, CUFFT_FORWARD), CUFFT_INVALID_PLAN, "no plan");
  check_equal(cufftCreate(&plan), CUFFT_SUCCESS, "create");
  check_equal(cufftSetAutoAllocation(plan, 0), CUFFT_SUCCESS, "auto allocation");
  check_equal(sgconv_emulation_fail("plan", 1, CUFFT_ALLOC_FAILED), 0, "fail");
  check_equal(make(), CUFFT_ALLOC_FAILED, "injected");
  check_equal(make(), CUFFT_SUCCESS, "plan");
  check_equal(make(), CUFFT_INVALID_PLAN, "plan made twice");
  check_equal(cufftExecC2C(plan, values, values, CUFFT_FORWARD), CUFFT_NO_WORKSPACE, "no area");
  check_equal(cufftSetWorkArea(plan, area.get() + 8), CUFFT_SUCCESS, "area");
  check_equal(cufftExecC2C(plan, values, values, CUFFT_FORWARD), CUFFT_NO_WORKSPACE, "small area");
  check_equal(cufftSetWorkArea(plan, area.get()), CUFFT_SUCCESS, "area");
  check_equal(cufftExecC2C(plan, values + 1, values, CUFFT_FORWARD), CUFFT_INVALID_VALUE, "beyond");
  check_equal(cufftExecC2C(plan, values, values, 0), CUFFT_INVALID_VALUE, "direction");
  check_equal(sgconv_emulation_fail("transform", 1, CUFFT_EXEC_FAILED), 0, "fail");
  check_equal(cufftExecC2C(plan, values, values, CUFFT_FORWARD), CUFFT_EXEC_FAILED, "injected");
  check_equal(cufftExecC2C(plan, values, values, CUFFT_FORWARD), CUFFT_SUCCESS, "exec");
  check_equal(cufftDestroy(plan), CUFFT_SUCCESS, "destroy");
  check_equal(cufftDestroy(plan), CUFFT_INVALID_PLAN, "double destroy");

  cudaStream_t stream = nullptr;
  cudaGraph_t graph = nullptr;
  require(cudaStreamCreate(&stream), "stream");
  require(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal), "begin");
  check_equal(cufftCreate(&plan), CUFFT_SUCCESS, "create");
  check_equal(make(), CUFFT_INTERNAL_ERROR, "plan within a capture");
  check_equal(cudaStreamEndCapture(stream, &graph), cudaErrorStreamCaptureInvalidated, "end");
  check_equal(cufftDestroy(plan), CUFFT_SUCCESS, "destroy");
  require(cudaStreamDestroy(stream), "destroy");
}

}  // namespace

int main() {
  transforms();
  misuse();
  check_equal(sgconv_emulation_live("plan"), 0, "plans left");
  return failures() == 0 ? 0 : 1;
}
