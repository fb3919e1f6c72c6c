// The C boundary: validation, then the library proper.
#include "sgconv/cpu.h"

#include <algorithm>
#include <memory>
#include <variant>

#include "common/geometry.h"
#include "cpu/boundary.h"
#include "cpu/kernels.h"
#include "cpu/plan.h"

struct sgconv_cpu_plan {
  std::variant<sgconv::Plan<float>, sgconv::Plan<double>> plan;

  const sgconv_convolution_geometry &geometry() const {
    return std::visit(
        [](const auto &p) -> const auto & { return p.geometry(); }, plan);
  }
};

namespace {

using sgconv::check_geometry;
using sgconv::checked_product;
using sgconv::Element;
using sgconv::guarded;
using sgconv::input;
using sgconv::optional_input;
using sgconv::optional_output;
using sgconv::output;
using sgconv::require_at_least;
using sgconv::require_gate;
using sgconv::require_null;
using sgconv::require_pointer;
using sgconv::require_range;
using sgconv::with_type;

constexpr std::size_t kSpectrumAlignment = 64;

void check_kernel(const sgconv_cpu_context *context, const sgconv_kernel_geometry *geometry) {
  require_pointer("context", context);
  check_geometry("geometry", geometry);
}

template <class Real>
sgconv::Synthesis<Real> synthesis(const sgconv_kernel_geometry &geometry, const void *weights,
                                  const void *decay) {
  sgconv::Synthesis<Real> job{};
  job.geometry = geometry;
  job.weights = input<Real>("weights", weights);
  job.decay = input<Real>("decay", decay);
  return job;
}

void check_batch(const sgconv_cpu_plan *plan, const void *spectrum, int64_t batch,
                 const int64_t *lengths) {
  require_pointer("plan", plan);
  require_at_least("batch", batch, 1);
  const sgconv_convolution_geometry &g = plan->geometry();
  checked_product("y (batch, heads * hidden, length)", {batch, g.heads, g.hidden, g.length});
  sgconv::check_lengths(g, batch, lengths);
  require_pointer("spectrum", spectrum, kSpectrumAlignment);
}

template <class Real>
sgconv::Convolution<Real> convolution(const void *spectrum, int64_t batch, const int64_t *lengths) {
  sgconv::Convolution<Real> job{};
  job.batch = batch;
  job.lengths = lengths;
  job.spectrum = static_cast<const Real *>(spectrum);
  return job;
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
                                       const sgconv_kernel_geometry *geometry, int32_t dtype,
                                       int64_t length, int64_t *bytes) {
  return guarded([&] {
    check_kernel(context, geometry);
    require_range("length", length, 0, sgconv::kMostLength);
    require_pointer("bytes", bytes);
    const int64_t full = sgconv::full_length(*geometry);
    const int64_t lags = length == 0 ? full : std::min(length, full);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      *bytes = sgconv::synthesis_memory<Real>(*context->context, *geometry, lags);
    });
  });
}

sgconv_status sgconv_cpu_kernel_norm(sgconv_cpu_context *context,
                                     const sgconv_kernel_geometry *geometry, int32_t dtype,
                                     const void *weights, const void *decay, void *norm) {
  return guarded([&] {
    check_kernel(context, geometry);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      auto job = synthesis<Real>(*geometry, weights, decay);
      job.norm_out = output<Real>("norm", norm);
      sgconv::synthesis_norm(*context->context, job);
    });
  });
}

sgconv_status sgconv_cpu_kernel_forward(sgconv_cpu_context *context,
                                        const sgconv_kernel_geometry *geometry, int32_t dtype,
                                        const void *weights, const void *decay, const void *norm,
                                        int64_t length, void *kernel) {
  return guarded([&] {
    check_kernel(context, geometry);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      auto job = synthesis<Real>(*geometry, weights, decay);
      job.norm = input<Real>("norm", norm);
      job.kernel = output<Real>("kernel", kernel);
      sgconv::check_synthesized(*geometry, length);
      job.length = length;
      sgconv::synthesis_forward(*context->context, job);
    });
  });
}

sgconv_status sgconv_cpu_kernel_backward(sgconv_cpu_context *context,
                                         const sgconv_kernel_geometry *geometry, int32_t dtype,
                                         const void *weights, const void *decay, const void *norm,
                                         int64_t length, const void *grad_kernel,
                                         void *grad_weights, void *grad_decay) {
  return guarded([&] {
    check_kernel(context, geometry);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      auto job = synthesis<Real>(*geometry, weights, decay);
      job.norm = input<Real>("norm", norm);
      job.grad_kernel = input<Real>("grad_kernel", grad_kernel);
      job.grad_weights = output<Real>("grad_weights", grad_weights);
      Real *of_decay = optional_output<Real>("grad_decay", grad_decay);
      if (geometry->decay == SGCONV_GEOMETRIC) {
        require_null("grad_decay", grad_decay, "multipliers of the geometric law are not learned");
      }
      sgconv::check_synthesized(*geometry, length);
      job.length = length;
      sgconv::synthesis_backward(*context->context, job, of_decay);
    });
  });
}

sgconv_status sgconv_cpu_plan_memory(const sgconv_cpu_context *context,
                                     const sgconv_convolution_geometry *geometry, int32_t dtype,
                                     int64_t *held, int64_t *building, int64_t *spectrum) {
  return guarded([&] {
    require_pointer("context", context);
    check_geometry("geometry", geometry);
    require_pointer("held", held);
    require_pointer("building", building);
    require_pointer("spectrum", spectrum);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      const sgconv::PlanMemory memory = sgconv::plan_memory<Real>(*context->context, *geometry);
      *held = memory.held;
      *building = memory.building;
      *spectrum = memory.spectrum;
    });
  });
}

sgconv_status sgconv_cpu_plan_create(sgconv_cpu_context *context,
                                     const sgconv_convolution_geometry *geometry, int32_t dtype,
                                     sgconv_cpu_plan **plan) {
  return guarded([&] {
    require_pointer("context", context);
    check_geometry("geometry", geometry);
    require_pointer("plan", plan);
    with_type(dtype, [&]<class Real>(Element<Real>) {
      *plan = new sgconv_cpu_plan{sgconv::Plan<Real>(context->context, *geometry)};
    });
  });
}

void sgconv_cpu_plan_destroy(sgconv_cpu_plan *plan) { delete plan; }

sgconv_status sgconv_cpu_plan_transform_size(const sgconv_cpu_plan *plan, int64_t *size) {
  return guarded([&] {
    require_pointer("plan", plan);
    require_pointer("size", size);
    *size = std::visit([](const auto &p) { return p.transform().size; }, plan->plan);
  });
}

sgconv_status sgconv_cpu_plan_spectrum_bytes(const sgconv_cpu_plan *plan, int64_t *bytes) {
  return guarded([&] {
    require_pointer("plan", plan);
    require_pointer("bytes", bytes);
    *bytes = std::visit([](const auto &p) { return p.spectrum_bytes(); }, plan->plan);
  });
}

sgconv_status sgconv_cpu_spectrum_prepare(sgconv_cpu_plan *plan, const void *kernel,
                                          const void *skip, void *spectrum) {
  return guarded([&] {
    require_pointer("plan", plan);
    require_pointer("spectrum", spectrum, kSpectrumAlignment);
    std::visit(
        [&]<class Real>(sgconv::Plan<Real> &p) {
          sgconv::Convolution<Real> job{};
          job.kernel = input<Real>("kernel", kernel);
          job.skip = optional_input<Real>("skip", skip);
          job.prepared = static_cast<Real *>(spectrum);
          p.prepare(job);
        },
        plan->plan);
  });
}

sgconv_status sgconv_cpu_convolution_forward(sgconv_cpu_plan *plan, const void *spectrum,
                                             int64_t batch, const int64_t *lengths, const void *u,
                                             const void *pre, const void *post, void *y) {
  return guarded([&] {
    check_batch(plan, spectrum, batch, lengths);
    std::visit(
        [&]<class Real>(sgconv::Plan<Real> &p) {
          auto job = convolution<Real>(spectrum, batch, lengths);
          job.u = input<Real>("u", u);
          job.pre = optional_input<Real>("pre", pre);
          job.post = optional_input<Real>("post", post);
          job.y = output<Real>("y", y);
          p.forward(job);
        },
        plan->plan);
  });
}

sgconv_status sgconv_cpu_convolution_backward(sgconv_cpu_plan *plan, const void *spectrum,
                                              int64_t batch, const int64_t *lengths, const void *u,
                                              const void *dy, const void *pre, const void *post,
                                              void *du, void *dk, void *dskip, void *dpre,
                                              void *dpost) {
  return guarded([&] {
    check_batch(plan, spectrum, batch, lengths);
    std::visit(
        [&]<class Real>(sgconv::Plan<Real> &p) {
          auto job = convolution<Real>(spectrum, batch, lengths);
          job.u = input<Real>("u", u);
          job.dy = input<Real>("dy", dy);
          job.pre = optional_input<Real>("pre", pre);
          job.post = optional_input<Real>("post", post);
          job.du = optional_output<Real>("du", du);
          job.dk = optional_output<Real>("dk", dk);
          job.dskip = optional_output<Real>("dskip", dskip);
          job.dpre = optional_output<Real>("dpre", dpre);
          job.dpost = optional_output<Real>("dpost", dpost);
          require_gate("dpre", dpre, "pre", pre);
          require_gate("dpost", dpost, "post", post);
          p.backward(job);
        },
        plan->plan);
  });
}
