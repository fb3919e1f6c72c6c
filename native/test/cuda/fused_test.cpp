// One-block convolution on the emulated device, against the definition in float64.
#include <cstring>
#include <random>

#include "cufft_path.h"
#include "emulation/half.h"

namespace {

using namespace sgconv::test;

constexpr double kPeak = 5e-6;  // SEMANTICS section 6
double worst = 0;

Doubles random(std::mt19937_64 &source, int64_t count, int32_t dtype) {
  std::normal_distribution<double> normal;
  Doubles values(static_cast<std::size_t>(count));
  for (double &value : values) {
    value = normal(source);
  }
  return rounded(values, dtype);
}

template <class T>
void run(const Problem &p, int32_t dtype, double bound, double roundoff, bool gates,
         int64_t size = 0) {
  std::mt19937_64 source(static_cast<unsigned>(p.length) + 3u);
  Signals s;
  s.u = random(source, p.inputs(), dtype);
  s.dy = Doubles(static_cast<std::size_t>(p.outputs()), 0.0);
  s.kernel = random(source, p.channels() * p.hidden * p.length, SGCONV_FLOAT32);
  s.skip = random(source, p.heads * p.hidden, SGCONV_FLOAT32);
  if (gates) {
    s.pre = random(source, p.inputs(), dtype);
    s.post = random(source, p.inputs(), dtype);
  }
  if (size == 0) {
    ok(sgconv_cuda_fused_size(p.length, &size), "fused_size");
  }
  const int64_t channels = p.heads * p.hidden;
  const sgconv_convolution_geometry geometry{p.heads, p.hidden, p.length, p.mode, 0};
  DeviceArray<float> kernel(narrow<float>(s.kernel)), skip(narrow<float>(s.skip));
  DeviceArray<float> spectrum(static_cast<std::size_t>(2 * channels * size));
  ok(sgconv_cuda_fused_prepare(&geometry, size, 0, channels, kernel.get(), skip.get(),
                               spectrum.get(), nullptr),
     "fused_prepare");
  DeviceArray<T> u(narrow<T>(s.u), 1), y(static_cast<std::size_t>(p.outputs()), 1);
  DeviceArray<T> pre(narrow<T>(gates ? s.pre : s.u)), post(narrow<T>(gates ? s.post : s.u));
  const sgconv_cuda_rows rows{p.heads, p.hidden, p.length, size, 0, p.batch, 0, p.hidden};
  ok(sgconv_cuda_fused_forward(&rows, dtype, spectrum.get(), u.get(), gates ? pre.get() : nullptr,
                               gates ? post.get() : nullptr, y.get(), nullptr),
     "fused_forward");
  const Error error = error_of(widen(y.host()), convolve(p, s).y, roundoff);
  worst = std::fmax(worst, dtype == SGCONV_FLOAT32 ? error.l2 : 0);
  char text[200];
  std::snprintf(text, sizeof text, "mode %d dtype %d C=%ld L=%ld N=%ld: L2 %.3g, peak %.3g",
                static_cast<int>(p.mode), dtype, static_cast<long>(p.heads),
                static_cast<long>(p.length), static_cast<long>(size), error.l2, error.peak);
  check(error.l2 <= bound && error.peak <= kPeak, text);
}

void sweep(bool brief) {
  using sgconv::cuda::bfloat16;
  using sgconv::cuda::float16;
  for (const sgconv_mode mode : {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CIRCULAR}) {
    for (const int64_t length : {1, 17, 255, 256, 257, 1000, 2048}) {
      run<float>({mode, 3, 1, 2, length}, SGCONV_FLOAT32, 1e-6, 0, false);
    }
    run<float>({mode, 40, 2, 3, 250}, SGCONV_FLOAT32, 1e-6, 0, true);
    run<bfloat16>({mode, 3, 2, 3, 300}, SGCONV_BFLOAT16, 2.5e-3, 0x1p-8, true);
    run<float16>({mode, 3, 2, 3, 600}, SGCONV_FLOAT16, 4e-4, 0x1p-11, true);
    if (!brief) {
      run<float>({mode, 1, 1, 1, 4095}, SGCONV_FLOAT32, 1e-6, 0, false);
      run<float>({mode, 1, 1, 1, 100}, SGCONV_FLOAT32, 1e-6, 0, false, 4096);
    }
  }
}

}  // namespace

int main(int argc, char **argv) {
  sweep(argc > 1 && std::strcmp(argv[1], "brief") == 0);
  int64_t size = 0;
  check_equal(sgconv_cuda_fused_size(4097, &size), SGCONV_UNSUPPORTED, "beyond one block");
  std::printf("fused, float32: worst relative L2 %.3g\n", worst);
  return failures() == 0 ? 0 : 1;
}
