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
constexpr int kParts = 8;

// Everything about a plan that its geometry and context say, in numbers unless named otherwise.
struct Layout {
  BlockCut cut;
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

bool by_transforms(Algorithm algorithm) {
  return algorithm == Algorithm::kRows || algorithm == Algorithm::kBlocks;
}

// Numbers of a spectrum where there is no transform.
std::int64_t prepared_lags(const BlockCut &cut, std::int64_t width) {
  // Lags between whole vectors of zeros, or lags at most twice the padded length; each twice.
  const std::int64_t row = cut.algorithm == Algorithm::kTaps ? round_up(cut.span + 2 * width, width)
                                                             : 2 * round_up(cut.size, width);
  return round_up(2 * row, 16);
}

template <class Real>
Layout lay_out(const Context &context, const sgconv_convolution_geometry &g, Transform<Real> &t) {
  const Tier<Real> &tier = context.tier<Real>();
  Layout layout{};
  layout.cut = choose_cut(g, tier.width, tier.max_radix, kBytes<Real>);
  const BlockCut &cut = layout.cut;
  const bool transforms = by_transforms(cut.algorithm);
  const bool blocks = cut.algorithm == Algorithm::kBlocks;
  if (transforms) {
    layout.tables = lay_out_transform(cut.size, cut.factors, tier.width, t);
  } else {
    t.length = cut.size;
    t.size = cut.size;
    t.spectrum_reals = prepared_lags(cut, tier.width);
  }
  const std::int64_t spectrum = t.spectrum_reals;
  const std::int64_t correlations =
      g.heads * (cut.algorithm == Algorithm::kTaps ? 2 * tier.width * cut.span : spectrum);
  const bool two_sided = g.mode != SGCONV_CAUSAL && cut.algorithm == Algorithm::kRows;
  const std::int64_t parts[kParts] = {t.work_reals,
                                      g.heads == 1 ? t.work_reals : 0,
                                      spectrum,
                                      g.heads > 1 ? spectrum : 0,
                                      correlations,
                                      blocks ? correlations : 0,
                                      transforms ? t.size : 0,
                                      two_sided ? t.size : 0};
  for (int k = 0; k < kParts; ++k) {
    layout.parts[k] = round_up(parts[k], 16) + 16;
    layout.workspace_reals += layout.parts[k];
  }
  layout.workspaces = t.fused && t.size * kBytes<Real> >= kSharedBytes ? 1 : context.threads();
  const std::int64_t slices = most_slices(g, t);
  if (slices > 1) {
    layout.partial_bytes = times(times(g.hidden, slices), times(correlations, kBytes<Real>));
  }
  return layout;
}

template <class Real>
const Method<Real> &method_of(const Tier<Real> &tier, Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kDirect:
      return tier.direct;
    case Algorithm::kBlocks:
      return tier.blocks;
    case Algorithm::kTaps:
      return tier.taps;
    case Algorithm::kRows:
      break;
  }
  return tier.rows;
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
  const Tier<Real> &tier = context_->tier<Real>();
  cut_ = layout.cut;
  method_ = &method_of(tier, cut_.algorithm);
  if (by_transforms(cut_.algorithm)) {
    tables_ = fill_tables(layout.tables, tier.width, transform_);
  }
  for (std::int64_t i = 0; i < layout.workspaces; ++i) {
    scratch_.emplace_back(times(layout.workspace_reals, kBytes<Real>), "scratch memory");
    Real *next = scratch_.back().of<Real>();
    Real *starts[kParts];
    for (int k = 0; k < kParts; ++k) {
      starts[k] = next;
      next += layout.parts[k];
    }
    workspaces_.push_back(
        {starts[0], starts[1], starts[2], starts[3], starts[4], starts[5], starts[6], starts[7]});
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
void Plan<Real>::complete(Convolution<Real> &job) const {
  job.transform = &transform_;
  job.geometry = geometry_;
  job.blocks = cut_.blocks;
  job.block_length = cut_.block_length;
  job.span = cut_.span;
  job.ahead = cut_.ahead;
}

template <class Real>
std::int64_t Plan<Real>::slices(const Convolution<Real> &job) const {
  return std::min(job.batch * job.blocks, most_slices(geometry_, transform_));
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
  complete(job);
  job.stream = spectrum_bytes() > kStreamedBytes;
  const auto lock = context_->lock();
  run(method_->prepare, job, geometry_.heads * geometry_.hidden);
}

template <class Real>
void Plan<Real>::forward(Convolution<Real> job) {
  complete(job);
  job.stream = job.batch * geometry_.heads * geometry_.hidden * geometry_.length * kBytes<Real> >
               kStreamedBytes;
  const auto lock = context_->lock();
  run(method_->forward, job, job.batch * job.blocks * geometry_.hidden);
}

template <class Real>
void Plan<Real>::backward(Convolution<Real> job) {
  complete(job);
  job.slices = slices(job);
  job.stream = job.batch * geometry_.hidden * geometry_.length * kBytes<Real> > kStreamedBytes;
  job.partial = partial_.of<Real>();
  const auto lock = context_->lock();
  run(method_->backward, job, geometry_.hidden * job.slices);
  if (job.slices > 1 && (job.dk != nullptr || job.dskip != nullptr)) {
    run(method_->finish, job, geometry_.hidden);
  }
}

template PlanMemory plan_memory<float>(const Context &, const sgconv_convolution_geometry &);
template PlanMemory plan_memory<double>(const Context &, const sgconv_convolution_geometry &);
template class Plan<float>;
template class Plan<double>;

}  // namespace sgconv
