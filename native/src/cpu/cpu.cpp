// The C boundary: validation, then the library proper.
#include "sgconv/cpu.h"

#include <algorithm>
#include <memory>

#include "common/check.h"
#include "common/geometry.h"
#include "common/guarded.h"
#include "cpu/dispatch.h"
#include "cpu/kernels.h"
#include "cpu/plan.h"

struct sgconv_cpu_context {
  std::shared_ptr<sgconv::Context> context;
};

struct sgconv_cpu_plan {
  sgconv::Plan plan;
};

namespace {

using sgconv::check_geometry;
using sgconv::checked_product;
using sgconv::guarded;
using sgconv::require_at_least;
using sgconv::require_gate;
using sgconv::require_null;
using sgconv::require_optional;
using sgconv::require_pointer;
using sgconv::require_range;

constexpr std::size_t kSpectrumAlignment = 64;

void check_kernel(const sgconv_cpu_context *context, const sgconv_kernel_geometry *geometry,
                  const float *weights, const float *decay) {
  require_pointer("context", context);
  check_geometry("geometry", geometry);
  require_pointer("weights", weights);
  require_pointer("decay", decay);
}

sgconv::Synthesis synthesis(const sgconv_kernel_geometry &geometry, const float *weights,
                            const float *decay) {
  sgconv::Synthesis job{};
  job.geometry = geometry;
  job.weights = weights;
  job.decay = decay;
  return job;
}

void check_batch(const sgconv_cpu_plan *plan, const void *spectrum, int64_t batch,
                 const int64_t *lengths) {
  require_pointer("plan", plan);
  require_at_least("batch", batch, 1);
  const sgconv_convolution_geometry &g = plan->plan.geometry();
  checked_product("y (batch, heads * hidden, length)", {batch, g.heads, g.hidden, g.length});
  sgconv::check_lengths(g, batch, lengths);
  require_pointer("spectrum", spectrum, kSpectrumAlignment);
}

}  // namespace

int32_t sgconv_cpu_abi_version(void) { return SGCONV_CPU_ABI_VERSION; }

const char *sgconv_cpu_version(void) { return SGCONV_VERSION; }

const char *sgconv_cpu_last_error(void) { return sgconv::last_error(); }

const char *sgconv_cpu_tier(void) { return sgconv::tier_name(); }

sgconv_status sgconv_cpu_context_create(int32_t threads, sgconv_cpu_context **context) {
  return guarded([&] {
    require_pointer("context", context);
    require_range("threads", threads, 0, sgconv::kMostThreads);
    *context = new sgconv_cpu_context{std::make_shared<sgconv::Context>(threads)};
  });
}

sgconv_status sgconv_cpu_context_threads(const sgconv_cpu_context *context, int32_t *threads) {
  return guarded([&] {
    require_pointer("context", context);
    require_pointer("threads", threads);
    *threads = context->context->threads();
  });
}

void sgconv_cpu_context_destroy(sgconv_cpu_context *context) { delete context; }

sgconv_status sgconv_cpu_kernel_memory(const sgconv_cpu_context *context,
                                       const sgconv_kernel_geometry *geometry, int64_t length,
                                       int64_t *bytes) {
  return guarded([&] {
    require_pointer("context", context);
    check_geometry("geometry", geometry);
    require_range("length", length, 0, sgconv::kMostLength);
    require_pointer("bytes", bytes);
    const int64_t full = sgconv::full_length(*geometry);
    const int64_t lags = length == 0 ? full : std::min(length, full);
    *bytes = sgconv::synthesis_memory(*context->context, *geometry, lags);
  });
}

sgconv_status sgconv_cpu_kernel_norm(sgconv_cpu_context *context,
                                     const sgconv_kernel_geometry *geometry, const float *weights,
                                     const float *decay, float *norm) {
  return guarded([&] {
    check_kernel(context, geometry, weights, decay);
    require_pointer("norm", norm);
    sgconv::Synthesis job = synthesis(*geometry, weights, decay);
    job.norm_out = norm;
    sgconv::synthesis_norm(*context->context, job);
  });
}

sgconv_status sgconv_cpu_kernel_forward(sgconv_cpu_context *context,
                                        const sgconv_kernel_geometry *geometry,
                                        const float *weights, const float *decay, const float *norm,
                                        int64_t length, float *kernel) {
  return guarded([&] {
    check_kernel(context, geometry, weights, decay);
    require_pointer("norm", norm);
    require_pointer("kernel", kernel);
    sgconv::check_synthesized(*geometry, length);
    sgconv::Synthesis job = synthesis(*geometry, weights, decay);
    job.norm = norm;
    job.length = length;
    job.kernel = kernel;
    sgconv::synthesis_forward(*context->context, job);
  });
}

sgconv_status sgconv_cpu_kernel_backward(sgconv_cpu_context *context,
                                         const sgconv_kernel_geometry *geometry,
                                         const float *weights, const float *decay,
                                         const float *norm, int64_t length,
                                         const float *grad_kernel, float *grad_weights,
                                         float *grad_decay) {
  return guarded([&] {
    check_kernel(context, geometry, weights, decay);
    require_pointer("norm", norm);
    require_pointer("grad_kernel", grad_kernel);
    require_pointer("grad_weights", grad_weights);
    require_optional("grad_decay", grad_decay);
    if (geometry->decay == SGCONV_GEOMETRIC) {
      require_null("grad_decay", grad_decay, "multipliers of the geometric law are not learned");
    }
    sgconv::check_synthesized(*geometry, length);
    sgconv::Synthesis job = synthesis(*geometry, weights, decay);
    job.norm = norm;
    job.length = length;
    job.grad_kernel = grad_kernel;
    job.grad_weights = grad_weights;
    sgconv::synthesis_backward(*context->context, job, grad_decay);
  });
}

sgconv_status sgconv_cpu_plan_memory(const sgconv_cpu_context *context,
                                     const sgconv_convolution_geometry *geometry, int64_t *held,
                                     int64_t *building, int64_t *spectrum) {
  return guarded([&] {
    require_pointer("context", context);
    check_geometry("geometry", geometry);
    require_pointer("held", held);
    require_pointer("building", building);
    require_pointer("spectrum", spectrum);
    const sgconv::PlanMemory memory = sgconv::plan_memory(*context->context, *geometry);
    *held = memory.held;
    *building = memory.building;
    *spectrum = memory.spectrum;
  });
}

sgconv_status sgconv_cpu_plan_create(sgconv_cpu_context *context,
                                     const sgconv_convolution_geometry *geometry,
                                     sgconv_cpu_plan **plan) {
  return guarded([&] {
    require_pointer("context", context);
    check_geometry("geometry", geometry);
    require_pointer("plan", plan);
    *plan = new sgconv_cpu_plan{sgconv::Plan(context->context, *geometry)};
  });
}

void sgconv_cpu_plan_destroy(sgconv_cpu_plan *plan) { delete plan; }

sgconv_status sgconv_cpu_plan_transform_size(const sgconv_cpu_plan *plan, int64_t *size) {
  return guarded([&] {
    require_pointer("plan", plan);
    require_pointer("size", size);
    *size = plan->plan.transform().size;
  });
}

sgconv_status sgconv_cpu_plan_spectrum_bytes(const sgconv_cpu_plan *plan, int64_t *bytes) {
  return guarded([&] {
    require_pointer("plan", plan);
    require_pointer("bytes", bytes);
    *bytes = plan->plan.spectrum_bytes();
  });
}

sgconv_status sgconv_cpu_spectrum_prepare(sgconv_cpu_plan *plan, const float *kernel,
                                          const float *skip, void *spectrum) {
  return guarded([&] {
    require_pointer("plan", plan);
    require_pointer("kernel", kernel);
    require_optional("skip", skip);
    require_pointer("spectrum", spectrum, kSpectrumAlignment);
    sgconv::Convolution job{};
    job.kernel = kernel;
    job.skip = skip;
    job.prepared = static_cast<float *>(spectrum);
    plan->plan.prepare(job);
  });
}

sgconv_status sgconv_cpu_convolution_forward(sgconv_cpu_plan *plan, const void *spectrum,
                                             int64_t batch, const int64_t *lengths, const float *u,
                                             const float *pre, const float *post, float *y) {
  return guarded([&] {
    check_batch(plan, spectrum, batch, lengths);
    require_pointer("u", u);
    require_optional("pre", pre);
    require_optional("post", post);
    require_pointer("y", y);
    sgconv::Convolution job{};
    job.batch = batch;
    job.lengths = lengths;
    job.spectrum = static_cast<const float *>(spectrum);
    job.u = u;
    job.pre = pre;
    job.post = post;
    job.y = y;
    plan->plan.forward(job);
  });
}

sgconv_status sgconv_cpu_convolution_backward(sgconv_cpu_plan *plan, const void *spectrum,
                                              int64_t batch, const int64_t *lengths, const float *u,
                                              const float *dy, const float *pre, const float *post,
                                              float *du, float *dk, float *dskip, float *dpre,
                                              float *dpost) {
  return guarded([&] {
    check_batch(plan, spectrum, batch, lengths);
    require_pointer("u", u);
    require_pointer("dy", dy);
    require_optional("pre", pre);
    require_optional("post", post);
    require_optional("du", du);
    require_optional("dk", dk);
    require_optional("dskip", dskip);
    require_optional("dpre", dpre);
    require_optional("dpost", dpost);
    require_gate("dpre", dpre, "pre", pre);
    require_gate("dpost", dpost, "post", post);
    sgconv::Convolution job{};
    job.batch = batch;
    job.lengths = lengths;
    job.spectrum = static_cast<const float *>(spectrum);
    job.u = u;
    job.dy = dy;
    job.pre = pre;
    job.post = post;
    job.du = du;
    job.dk = dk;
    job.dskip = dskip;
    job.dpre = dpre;
    job.dpost = dpost;
    plan->plan.backward(job);
  });
}
