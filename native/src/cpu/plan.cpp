#include "cpu/plan.h"

#include <algorithm>

#include "cpu/bytes.h"
#include "cpu/factors.h"
#include "cpu/tables.h"

namespace sgconv {
namespace {

template <class Real>
constexpr std::int64_t kBytes = static_cast<std::int64_t>(sizeof(Real));
// With fewer h than this, short rows' dk is accumulated in parts. Never by the number of threads,
// on which bits must not depend.
constexpr std::int64_t kManyHidden = 32;
// From here on a row is long enough for several threads to work on it together.
constexpr std::int64_t kLongRow = 32768;
// From here on all threads always work on a row together, since each of their workspaces would be
// longer than any cache and, with many threads, they would not fit in memory.
constexpr std::int64_t kSharedBytes = std::int64_t{1} << 24;
// Outputs beyond this are not read from a cache soon, and are stored past it.
constexpr std::int64_t kStreamedBytes = std::int64_t{1} << 23;

// Samples that a thread takes at least, some microseconds' work, and shares that it takes its part
// in.
constexpr std::int64_t kGrainSamples = 8192;
constexpr std::int64_t kGrainsPerThread = 16;

std::int64_t round_up(std::int64_t value, std::int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

template <class Real>
struct Run {
  ConvolutionCode<Real> code;
  const Convolution<Real> *job;
  const Workspace<Real> *workspaces;
  Pool *pool;
  std::int64_t items;
};

// Parts of a workspace.
constexpr int kParts = 7;

// Everything about a plan that its geometry and context say, in numbers unless named otherwise.
struct Layout {
  bool direct;
  TableSizes tables;
  std::int64_t parts[kParts];
  std::int64_t workspace_reals;
  std::int64_t workspaces;
  std::int64_t partial_bytes;
};

template <class Real>
std::int64_t bytes_of_spectrum(const sgconv_convolution_geometry &g,
                               const Transform<Real> &transform) {
  return times(times(g.heads, g.hidden), times(transform.spectrum_reals, kBytes<Real>));
}

// Parts of a batch whose dk is accumulated apart: at most so many.
template <class Real>
std::int64_t most_slices(const sgconv_convolution_geometry &g, const Transform<Real> &transform) {
  if (transform.size >= kLongRow || g.hidden >= kManyHidden) return 1;
  return (kManyHidden + g.hidden - 1) / g.hidden;
}

template <class Real>
Layout lay_out(const Context &context, const sgconv_convolution_geometry &g, Transform<Real> &t) {
  const Tier<Real> &tier = context.tier<Real>();
  Layout layout{};
  layout.direct = g.length <= kDirectLength;
  if (layout.direct) {
    t.length = g.length;
    t.size = g.length;
    // Lags, and lags reversed, each at most twice the padded length.
    t.spectrum_reals = round_up(4 * round_up(g.length, tier.width), 16);
  } else {
    const Factors factors = choose_factors(g.length, tier.width, tier.max_radix);
    layout.tables = lay_out_transform(g.length, factors, tier.width, t);
  }
  const std::int64_t spectrum = t.spectrum_reals;
  const bool two_sided = g.mode != SGCONV_CAUSAL && !layout.direct;
  const std::int64_t parts[kParts] = {t.work_reals,
                                      g.heads == 1 ? t.work_reals : 0,
                                      spectrum,
                                      g.heads > 1 ? spectrum : 0,
                                      g.heads * spectrum,
                                      layout.direct ? 0 : t.size,
                                      two_sided ? t.size : 0};
  for (int k = 0; k < kParts; ++k) {
    layout.parts[k] = round_up(parts[k], 16) + 16;
    layout.workspace_reals += layout.parts[k];
  }
  layout.workspaces = t.fused && t.size * kBytes<Real> >= kSharedBytes ? 1 : context.threads();
  const std::int64_t slices = most_slices(g, t);
  if (slices > 1) {
    layout.partial_bytes =
        times(times(g.hidden, slices), times(times(g.heads, spectrum), kBytes<Real>));
  }
  return layout;
}

void wait_for_pool(void *pool) { static_cast<Pool *>(pool)->wait(); }

// All threads on each item.
template <class Real>
void run_together(void *argument, int index) {
  const Run<Real> &run = *static_cast<const Run<Real> *>(argument);
  const Team team{index, run.pool->threads(), wait_for_pool, run.pool};
  run.code(*run.job, run.workspaces[0], team, 0, run.items);
}

template <class Real>
void run_items(void *argument, int index, std::int64_t first, std::int64_t last) {
  const Run<Real> &run = *static_cast<const Run<Real> *>(argument);
  const Team alone{0, 1, nullptr, nullptr};
  run.code(*run.job, run.workspaces[index], alone, first, last);
}

}  // namespace

template <class Real>
Plan<Real>::Plan(std::shared_ptr<Context> context, const sgconv_convolution_geometry &geometry)
    : context_(std::move(context)), geometry_(geometry) {
  const Layout layout = lay_out(*context_, geometry, transform_);
  direct_ = layout.direct;
  if (!direct_) tables_ = fill_tables(layout.tables, context_->tier<Real>().width, transform_);
  for (std::int64_t i = 0; i < layout.workspaces; ++i) {
    scratch_.emplace_back(times(layout.workspace_reals, kBytes<Real>), "scratch memory");
    Real *next = scratch_.back().of<Real>();
    Real *starts[kParts];
    for (int k = 0; k < kParts; ++k) {
      starts[k] = next;
      next += layout.parts[k];
    }
    workspaces_.push_back(
        {starts[0], starts[1], starts[2], starts[3], starts[4], starts[5], starts[6]});
  }
  partial_ = Buffer(layout.partial_bytes, "partial sums of kernel gradients");
}

template <class Real>
PlanMemory plan_memory(const Context &context, const sgconv_convolution_geometry &geometry) {
  Transform<Real> transform{};
  const Layout layout = lay_out(context, geometry, transform);
  PlanMemory memory;
  memory.held =
      plus(Buffer::held(times(layout.tables.reals, kBytes<Real>)),
           plus(times(layout.workspaces, Buffer::held(times(layout.workspace_reals, kBytes<Real>))),
                Buffer::held(layout.partial_bytes)));
  memory.building = layout.tables.building_bytes;
  memory.spectrum = bytes_of_spectrum(geometry, transform);
  return memory;
}

template <class Real>
std::int64_t Plan<Real>::spectrum_bytes() const {
  return bytes_of_spectrum(geometry_, transform_);
}

template <class Real>
std::int64_t Plan<Real>::slices(std::int64_t batch) const {
  return std::min(batch, most_slices(geometry_, transform_));
}

template <class Real>
bool Plan<Real>::split_rows(std::int64_t items) const {
  const std::int64_t threads = context_->threads();
  if (workspaces_.size() == 1) return threads > 1;
  return threads > 1 && transform_.size >= kLongRow && transform_.fused &&
         (items < threads || (items % threads != 0 && items < 8 * threads));
}

template <class Real>
void Plan<Real>::run(ConvolutionCode<Real> code, const Convolution<Real> &job, std::int64_t items) {
  Pool &pool = context_->pool();
  Run<Real> run{code, &job, workspaces_.data(), &pool, items};
  if (split_rows(items)) {
    pool.run(run_together<Real>, &run);
    return;
  }
  // Not so few that taking them costs more than a hundredth, nor so many that a thread that falls
  // behind delays the end.
  const std::int64_t fewest = (kGrainSamples + transform_.size - 1) / transform_.size;
  pool.share(run_items<Real>, &run, items,
             std::max(fewest, items / (kGrainsPerThread * pool.threads())));
}

template <class Real>
void Plan<Real>::prepare(Convolution<Real> job) {
  job.transform = &transform_;
  job.geometry = geometry_;
  job.stream = spectrum_bytes() > kStreamedBytes;
  const Tier<Real> &tier = context_->tier<Real>();
  const auto lock = context_->lock();
  run(direct_ ? tier.direct_prepare : tier.prepare, job, geometry_.heads * geometry_.hidden);
}

template <class Real>
void Plan<Real>::forward(Convolution<Real> job) {
  job.transform = &transform_;
  job.geometry = geometry_;
  job.stream = job.batch * geometry_.heads * geometry_.hidden * geometry_.length * kBytes<Real> >
               kStreamedBytes;
  const Tier<Real> &tier = context_->tier<Real>();
  const auto lock = context_->lock();
  run(direct_ ? tier.direct_forward : tier.forward, job, job.batch * geometry_.hidden);
}

template <class Real>
void Plan<Real>::backward(Convolution<Real> job) {
  job.transform = &transform_;
  job.geometry = geometry_;
  job.slices = slices(job.batch);
  job.stream = job.batch * geometry_.hidden * geometry_.length * kBytes<Real> > kStreamedBytes;
  job.partial = partial_.of<Real>();
  const Tier<Real> &tier = context_->tier<Real>();
  const auto lock = context_->lock();
  run(direct_ ? tier.direct_backward : tier.backward, job, geometry_.hidden * job.slices);
  if (job.slices > 1 && (job.dk != nullptr || job.dskip != nullptr)) {
    run(direct_ ? tier.direct_finish_correlation : tier.finish_correlation, job, geometry_.hidden);
  }
}

template PlanMemory plan_memory<float>(const Context &, const sgconv_convolution_geometry &);
template PlanMemory plan_memory<double>(const Context &, const sgconv_convolution_geometry &);
template class Plan<float>;
template class Plan<double>;

}  // namespace sgconv
