#include "plan_path.h"

#include "emulation/half.h"

namespace sgconv::test {
namespace {

template <class T>
Results run(const Problem &p, const Signals &s, int32_t dtype, const Options &options) {
  Operands<T> o(p, s, options.skew);
  const Plan plan(p, dtype);
  DeviceArray<float> spectrum(poison<float>(plan.spectrum_bytes() / 4));
  ok(sgconv_cuda_plan_prepare(plan.get(), o.kernel(), o.skip(), spectrum.get(), nullptr),
     "plan_prepare");

  const int64_t forward = plan.workspace_bytes(p.batch, 0, options.workspace);
  DeviceArray<float> scratch(poison<float>(forward / 4));
  ok(sgconv_cuda_plan_forward(plan.get(), spectrum.get(), p.batch, o.lengths(), o.u(), o.pre(),
                              o.post(), o.y(), forward > 0 ? scratch.get() : nullptr, forward,
                              nullptr),
     "plan_forward");

  const int32_t gradients = SGCONV_GRADIENT_INPUT | SGCONV_GRADIENT_KERNEL |
                            (o.post() != nullptr ? SGCONV_GRADIENT_POST : 0);
  const int64_t backward = plan.workspace_bytes(p.batch, gradients, options.workspace);
  DeviceArray<float> workspace(poison<float>(backward / 4));
  ok(sgconv_cuda_plan_backward(plan.get(), spectrum.get(), p.batch, o.lengths(), o.u(), o.dy(),
                               o.pre(), o.post(), o.du(), o.dk(), o.dskip(), o.dpre(), o.dpost(),
                               workspace.get(), backward, nullptr),
     "plan_backward");
  return o.results();
}

}  // namespace

Plan::Plan(const Problem &problem, int32_t dtype) {
  const sgconv_convolution_geometry geometry = problem.geometry();
  ok(sgconv_cuda_plan_create(&geometry, dtype, &plan_), "plan_create");
}

Plan::~Plan() { sgconv_cuda_plan_destroy(plan_); }

int64_t Plan::size() const {
  int64_t size = 0;
  ok(sgconv_cuda_plan_transform_size(plan_, &size), "plan_transform_size");
  return size;
}

int64_t Plan::spectrum_bytes() const {
  int64_t bytes = 0;
  ok(sgconv_cuda_plan_spectrum_bytes(plan_, &bytes), "plan_spectrum_bytes");
  return bytes;
}

int64_t Plan::workspace_bytes(int64_t batch, int32_t gradients, double share) const {
  int64_t least = 0, most = 0;
  ok(sgconv_cuda_plan_workspace_bytes(plan_, batch, gradients, &least, &most),
     "plan_workspace_bytes");
  check(0 <= least && least <= most,
        "workspace of " + std::to_string(least) + " to " + std::to_string(most) + " bytes");
  return least + static_cast<int64_t>(share * static_cast<double>(most - least)) / 8 * 8;
}

Results convolve_by_plan(const Problem &problem, const Signals &signals, int32_t dtype,
                         const Options &options) {
  switch (dtype) {
    case SGCONV_BFLOAT16:
      return run<cuda::bfloat16>(problem, signals, dtype, options);
    case SGCONV_FLOAT16:
      return run<cuda::float16>(problem, signals, dtype, options);
    default:
      return run<float>(problem, signals, dtype, options);
  }
}

}  // namespace sgconv::test
