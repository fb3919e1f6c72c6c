// C entries of the convolution by our own transforms.
#include "cuda/plan/plan.h"

#include <string>

#include "cuda/api/checks.h"
#include "cuda/lengths/tails.h"

namespace sgconv::cuda {
namespace {

constexpr std::size_t kComplex = sizeof(Complex);

// Of a call to launch something: the plan's device must be current.
const Algorithm &algorithm_on_device(const sgconv_cuda_plan *plan) {
  require_pointer("plan", plan);
  const Algorithm &algorithm = *plan->algorithm;
  const int planned = algorithm.problem().target.device;
  const int device = current_device();
  if (device != planned) {
    invalid("the current device is " + std::to_string(device) + ", the plan is for device " +
            std::to_string(planned) + ": select that first");
  }
  return algorithm;
}

const Algorithm &algorithm_of(const sgconv_cuda_plan *plan) {
  require_pointer("plan", plan);
  return *plan->algorithm;
}

void require_same(const char *name, int64_t value, int64_t expected, const char *why) {
  if (value != expected) {
    invalid(std::string(name) + " = " + std::to_string(value) + ", expected " +
            std::to_string(expected) + ", " + why);
  }
}

// That these are the kernels of this convolution.
void check_kernels(const sgconv_kernel_geometry *kernels,
                   const sgconv_convolution_geometry &geometry) {
  check_geometry("kernels", kernels);
  if (geometry.mode == SGCONV_CENTERED) {
    invalid(
        "kernels of parameters begin with lag 0, and geometry.mode is SGCONV_CENTERED: plan a "
        "causal or bidirectional convolution, or prepare the spectrum from a kernel");
  }
  const bool both = geometry.mode == SGCONV_BIDIRECTIONAL;
  require_same("kernels.channels", kernels->channels, both ? 2 * geometry.heads : geometry.heads,
               both ? "twice geometry.heads" : "geometry.heads");
  require_same("kernels.hidden", kernels->hidden, geometry.hidden, "geometry.hidden");
}

Members check_members(const Problem &problem, int64_t batch, const int64_t *lengths) {
  require_range("batch", batch, 1, kMostRows);
  const sgconv_convolution_geometry &geometry = problem.geometry;
  checked_product("signal (batch, heads, hidden, length)",
                  {batch, geometry.heads, geometry.hidden, geometry.length});
  check_lengths(geometry, batch, lengths);
  return {batch, geometry.length, lengths};
}

Workspace check_workspace(void *workspace, int64_t bytes, const WorkspaceBytes &needed) {
  require_range("workspace_bytes", bytes, 0, INT64_MAX);
  if (needed.least > 0) {
    require_pointer("workspace", workspace, kComplex);
  } else {
    require_optional("workspace", workspace, kComplex);
  }
  if (bytes < needed.least) {
    invalid("workspace_bytes = " + std::to_string(bytes) + ", expected at least " +
            std::to_string(needed.least) + " (sgconv_cuda_plan_workspace_bytes)");
  }
  return {workspace, bytes};
}

// All rows of a tensor with so many channels.
SignalRows all_rows(const Problem &problem, int64_t channels) {
  return {1, channels, problem.geometry.length, 0, 0, 0, channels};
}

}  // namespace
}  // namespace sgconv::cuda

using namespace sgconv;
using namespace sgconv::cuda;

sgconv_status sgconv_cuda_plan_create(const sgconv_convolution_geometry *geometry, int32_t dtype,
                                      sgconv_cuda_plan **plan) {
  return guarded([=] {
    check_geometry("geometry", geometry);
    element_size(dtype);
    require_pointer("plan", plan);
    *plan = new sgconv_cuda_plan{plan_convolution(*geometry, dtype)};
  });
}

void sgconv_cuda_plan_destroy(sgconv_cuda_plan *plan) { delete plan; }

sgconv_status sgconv_cuda_plan_transform_size(const sgconv_cuda_plan *plan, int64_t *size) {
  return guarded([=] {
    const Algorithm &algorithm = algorithm_of(plan);
    require_pointer("size", size);
    *size = algorithm.problem().size;
  });
}

sgconv_status sgconv_cuda_plan_spectrum_bytes(const sgconv_cuda_plan *plan, int64_t *bytes) {
  return guarded([=] {
    const Problem &problem = algorithm_of(plan).problem();
    require_pointer("bytes", bytes);
    *bytes = problem.channels() * problem.size * static_cast<int64_t>(kComplex);
  });
}

sgconv_status sgconv_cuda_plan_workspace_bytes(const sgconv_cuda_plan *plan, int64_t batch,
                                               int32_t gradients, int64_t *least, int64_t *most) {
  return guarded([=] {
    const Algorithm &algorithm = algorithm_of(plan);
    require_range("batch", batch, 1, kMostRows);
    constexpr int32_t kAll = SGCONV_GRADIENT_INPUT | SGCONV_GRADIENT_KERNEL | SGCONV_GRADIENT_POST;
    require_range("gradients", gradients, 0, kAll);
    require_pointer("least", least);
    require_pointer("most", most);
    const WorkspaceBytes bytes =
        gradients == 0 ? algorithm.forward_bytes(batch)
                       : algorithm.backward_bytes(batch, {(gradients & SGCONV_GRADIENT_INPUT) != 0,
                                                          (gradients & SGCONV_GRADIENT_KERNEL) != 0,
                                                          (gradients & SGCONV_GRADIENT_POST) != 0});
    *least = bytes.least;
    *most = bytes.most;
  });
}

sgconv_status sgconv_cuda_plan_prepare(const sgconv_cuda_plan *plan, const float *kernel,
                                       const float *skip, void *spectrum, void *stream) {
  return guarded([=] {
    const Algorithm &algorithm = algorithm_on_device(plan);
    require_pointer("kernel", kernel);
    require_optional("skip", skip);
    require_pointer("spectrum", spectrum, kComplex);
    algorithm.prepare(kernel, skip, static_cast<Complex *>(spectrum), stream);
  });
}

sgconv_status sgconv_cuda_plan_synthesize(const sgconv_cuda_plan *plan,
                                          const sgconv_kernel_geometry *kernels,
                                          const float *weights, const float *decay,
                                          const float *norm, const float *skip, float *kernel,
                                          void *spectrum, void *stream) {
  return guarded([=] {
    const Algorithm &algorithm = algorithm_on_device(plan);
    check_kernels(kernels, algorithm.problem().geometry);
    require_pointer("weights", weights);
    require_pointer("decay", decay);
    require_pointer("norm", norm);
    require_optional("skip", skip);
    require_optional("kernel", kernel);
    require_pointer("spectrum", spectrum, kComplex);
    algorithm.synthesize(*kernels, weights, decay, norm, skip, kernel,
                         static_cast<Complex *>(spectrum), stream);
  });
}

sgconv_status sgconv_cuda_plan_forward(const sgconv_cuda_plan *plan, const void *spectrum,
                                       int64_t batch, const int64_t *lengths, const void *u,
                                       const void *pre, const void *post, void *y, void *workspace,
                                       int64_t workspace_bytes, void *stream) {
  return guarded([=] {
    const Algorithm &algorithm = algorithm_on_device(plan);
    const Problem &problem = algorithm.problem();
    const Members members = check_members(problem, batch, lengths);
    const std::size_t element = element_size(problem.dtype);
    require_pointer("spectrum", spectrum, kComplex);
    require_pointer("u", u, element);
    require_optional("pre", pre, element);
    require_optional("post", post, element);
    require_pointer("y", y, element);
    const Workspace scratch =
        check_workspace(workspace, workspace_bytes, algorithm.forward_bytes(batch));
    algorithm.forward({members, static_cast<const Complex *>(spectrum), u, pre, post, y}, scratch,
                      stream);
    clear_tails(all_rows(problem, problem.channels()), batch, members, problem.dtype, {y}, stream);
  });
}

sgconv_status sgconv_cuda_plan_backward(const sgconv_cuda_plan *plan, const void *spectrum,
                                        int64_t batch, const int64_t *lengths, const void *u,
                                        const void *dy, const void *pre, const void *post, void *du,
                                        float *dk, float *dskip, void *dpre, void *dpost,
                                        void *workspace, int64_t workspace_bytes, void *stream) {
  return guarded([=] {
    const Algorithm &algorithm = algorithm_on_device(plan);
    const Problem &problem = algorithm.problem();
    const Members members = check_members(problem, batch, lengths);
    const std::size_t element = element_size(problem.dtype);
    require_pointer("spectrum", spectrum, kComplex);
    require_pointer("u", u, element);
    require_pointer("dy", dy, element);
    require_optional("pre", pre, element);
    require_optional("post", post, element);
    require_optional("du", du, element);
    require_optional("dk", dk);
    require_optional("dskip", dskip);
    require_optional("dpre", dpre, element);
    require_optional("dpost", dpost, element);
    require_gate("dpre", dpre, "pre", pre);
    require_gate("dpost", dpost, "post", post);
    const BackwardOperands operands{
        members, static_cast<const Complex *>(spectrum), u, dy, pre, post, du, dk, dskip, dpre,
        dpost};
    const Gradients wanted = gradients_of(operands);
    if (!wanted.input && !wanted.kernel && !wanted.post) {
      invalid("no gradient is asked for");
    }
    const Workspace scratch =
        check_workspace(workspace, workspace_bytes, algorithm.backward_bytes(batch, wanted));
    algorithm.backward(operands, scratch, stream);
    clear_tails(all_rows(problem, problem.geometry.hidden), batch, members, problem.dtype,
                {du, dpre, dpost}, stream);
  });
}
