#include "ring_path.h"

#include "emulation/half.h"

namespace sgconv::test {
namespace {

template <class T>
Results convolve(const Problem &p, const Signals &s, int32_t dtype, int64_t size,
                 std::size_t skew) {
  if (size == 0) {
    ok(sgconv_cuda_transform_size(p.length, &size), "transform_size");
  }
  Operands<T> o(p, s, skew);
  const sgconv_convolution_geometry geometry = p.geometry();
  const sgconv_cuda_rows rows{p.heads, p.hidden, p.length, size, 0, p.batch, 0, p.hidden};
  const auto complex_rows = [size](int64_t count) {
    return DeviceArray<float>(poison<float>(2 * count * size));
  };
  const int64_t signals = p.batch * p.hidden;
  const CufftPlan of_signals(size, signals), of_kernels(size, p.heads * p.hidden);

  DeviceArray<float> spectrum = complex_rows(p.heads * p.hidden);
  ok(sgconv_cuda_kernel_place(&geometry, size, 0, p.heads * p.hidden, o.kernel(), o.skip(),
                              spectrum.get(), nullptr),
     "kernel_place");
  of_kernels.run(spectrum.get(), CUFFT_FORWARD);

  DeviceArray<float> x = complex_rows(signals), g = complex_rows(signals);
  DeviceArray<float> input = complex_rows(signals), kernels = complex_rows(p.heads * p.hidden);
  DeviceArray<float> sum(poison<float>(p.inputs()));
  ok(sgconv_cuda_twist(&rows, o.lengths(), -1, dtype, o.u(), o.pre(), x.get(), nullptr), "twist");
  of_signals.run(x.get(), CUFFT_FORWARD);
  for (int32_t head = 0; head < p.heads; ++head) {
    ok(sgconv_cuda_spectrum_multiply(&rows, head, spectrum.get(), x.get(), g.get(), nullptr),
       "spectrum_multiply");
    of_signals.run(g.get(), CUFFT_INVERSE);
    ok(sgconv_cuda_untwist(&rows, o.lengths(), head, dtype, g.get(), o.post(), nullptr, o.y(),
                           nullptr, nullptr),
       "untwist");
    if (o.dpost() != nullptr) {
      ok(sgconv_cuda_gate_gradient(&rows, o.lengths(), head, dtype, g.get(), o.dy(),
                                   p.heads > 1 ? sum.get() : nullptr, o.dpost(), nullptr),
         "gate_gradient");
    }
  }
  for (int32_t head = 0; head < p.heads; ++head) {
    ok(sgconv_cuda_twist(&rows, o.lengths(), head, dtype, o.dy(), o.post(), g.get(), nullptr),
       "twist of dy");
    of_signals.run(g.get(), CUFFT_FORWARD);
    ok(sgconv_cuda_spectrum_backward(&rows, head, spectrum.get(), x.get(), g.get(), input.get(),
                                     kernels.get() + 2 * head * p.hidden * size, nullptr),
       "spectrum_backward");
  }
  of_signals.run(input.get(), CUFFT_INVERSE);
  ok(sgconv_cuda_untwist(&rows, o.lengths(), -1, dtype, input.get(), o.pre(),
                         o.dpre() != nullptr ? o.u() : nullptr, o.du(), o.dpre(), nullptr),
     "untwist of the input gradient");
  of_kernels.run(kernels.get(), CUFFT_INVERSE);
  for (int32_t head = 0; head < p.heads; ++head) {
    ok(sgconv_cuda_kernel_gradient(&rows, geometry.kernel_length, p.mode, head,
                                   kernels.get() + 2 * head * p.hidden * size, o.dk(), o.dskip(),
                                   nullptr),
       "kernel_gradient");
  }
  return o.results();
}

// The plan's handle, and the bytes of its work area.
std::size_t make_plan(cufftHandle *handle, int64_t size, int64_t rows) {
  long long n = size;
  std::size_t bytes = 0;
  ok(cufftCreate(handle), "cufftCreate");
  ok(cufftSetAutoAllocation(*handle, 0), "cufftSetAutoAllocation");
  ok(cufftMakePlanMany64(*handle, 1, &n, nullptr, 1, n, nullptr, 1, n, CUFFT_C2C, rows, &bytes),
     "cufftMakePlanMany64");
  return bytes;
}

}  // namespace

void ok(cufftResult result, const char *what) {
  if (result != CUFFT_SUCCESS) {
    std::fprintf(stderr, "%s: cufftResult %d\n", what, static_cast<int>(result));
    std::exit(3);
  }
}

CufftPlan::CufftPlan(int64_t size, int64_t rows)
    : area_(make_plan(&handle_, size, rows) / sizeof(float)) {
  ok(cufftSetWorkArea(handle_, area_.get()), "cufftSetWorkArea");
}

void CufftPlan::set_stream(cudaStream_t stream) const {
  ok(cufftSetStream(handle_, stream), "cufftSetStream");
}

CufftPlan::~CufftPlan() { ok(cufftDestroy(handle_), "cufftDestroy"); }

void CufftPlan::run(float *rows, int direction) const {
  auto *values = reinterpret_cast<cufftComplex *>(rows);
  ok(cufftExecC2C(handle_, values, values, direction), "cufftExecC2C");
}

Results convolve_by_ring_steps(const Problem &problem, const Signals &signals, int32_t dtype,
                               int64_t size, std::size_t skew) {
  switch (dtype) {
    case SGCONV_BFLOAT16:
      return convolve<cuda::bfloat16>(problem, signals, dtype, size, skew);
    case SGCONV_FLOAT16:
      return convolve<cuda::float16>(problem, signals, dtype, size, skew);
    default:
      return convolve<float>(problem, signals, dtype, size, skew);
  }
}

}  // namespace sgconv::test
