#include "cpu/plan.h"

#include <algorithm>

#include "cpu/factors.h"
#include "cpu/tables.h"

namespace sgconv {
namespace {

constexpr std::int64_t kFloat = static_cast<std::int64_t>(sizeof(float));
// With fewer h than this, short rows' dk is accumulated in parts. Never by the number of threads,
// on which bits must not depend.
constexpr std::int64_t kManyHidden = 32;
// From here on a row is long enough for several threads to work on it together.
constexpr std::int64_t kLongRow = 32768;
// Outputs beyond this are not read from a cache soon, and are stored past it.
constexpr std::int64_t kStreamedBytes = std::int64_t{1} << 23;

// Samples that a thread takes at least, some microseconds' work, and shares that it takes its part
// in.
constexpr std::int64_t kGrainSamples = 8192;
constexpr std::int64_t kGrainsPerThread = 16;

std::int64_t round_up(std::int64_t value, std::int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

struct Run {
  ConvolutionCode code;
  const Convolution *job;
  const Workspace *workspaces;
  Pool *pool;
  std::int64_t items;
};

void wait_for_pool(void *pool) { static_cast<Pool *>(pool)->wait(); }

// All threads on each item.
void run_together(void *argument, int index) {
  const Run &run = *static_cast<const Run *>(argument);
  const Team team{index, run.pool->threads(), wait_for_pool, run.pool};
  run.code(*run.job, run.workspaces[0], team, 0, run.items);
}

void run_items(void *argument, int index, std::int64_t first, std::int64_t last) {
  const Run &run = *static_cast<const Run *>(argument);
  const Team alone{0, 1, nullptr, nullptr};
  run.code(*run.job, run.workspaces[index], alone, first, last);
}

}  // namespace

Plan::Plan(std::shared_ptr<Context> context, const sgconv_convolution_geometry &geometry)
    : context_(std::move(context)), geometry_(geometry) {
  const Tier &tier = context_->tier();
  direct_ = geometry.length <= kDirectLength;
  if (direct_) {
    transform_.length = geometry.length;
    transform_.size = geometry.length;
    // Lags, and lags reversed, each at most twice the padded length.
    transform_.spectrum_floats = round_up(4 * round_up(geometry.length, tier.width), 16);
  } else {
    const Factors factors = choose_factors(geometry.length, tier.width, tier.max_radix);
    tables_ = make_transform(geometry.length, factors, tier.width, transform_);
  }
  make_workspaces();
}

void Plan::make_workspaces() {
  const std::int64_t heads = geometry_.heads, spectrum = transform_.spectrum_floats;
  const bool two_sided = geometry_.mode != SGCONV_CAUSAL && !direct_;
  constexpr int kParts = 7;
  const std::int64_t parts[kParts] = {transform_.work_floats,
                                      heads == 1 ? transform_.work_floats : 0,
                                      spectrum,
                                      heads > 1 ? spectrum : 0,
                                      heads * spectrum,
                                      direct_ ? 0 : transform_.size,
                                      direct_ || !two_sided ? 0 : transform_.size};
  std::int64_t floats = 0;
  for (const std::int64_t part : parts) floats += round_up(part, 16) + 16;
  for (int i = 0; i < context_->threads(); ++i) {
    scratch_.emplace_back(floats * kFloat, "scratch memory");
    float *next = scratch_.back().floats();
    float *starts[kParts];
    for (int k = 0; k < kParts; ++k) {
      starts[k] = next;
      next += round_up(parts[k], 16) + 16;
    }
    workspaces_.push_back(
        {starts[0], starts[1], starts[2], starts[3], starts[4], starts[5], starts[6]});
  }
  if (transform_.size < kLongRow && geometry_.hidden < kManyHidden) {
    const std::int64_t most = slices(INT64_MAX);
    partial_ = Buffer(geometry_.hidden * most * heads * spectrum * kFloat,
                      "partial sums of kernel gradients");
  }
}

std::int64_t Plan::spectrum_bytes() const {
  return geometry_.heads * geometry_.hidden * transform_.spectrum_floats * kFloat;
}

std::int64_t Plan::slices(std::int64_t batch) const {
  if (transform_.size >= kLongRow || geometry_.hidden >= kManyHidden) return 1;
  return std::min(batch, (kManyHidden + geometry_.hidden - 1) / geometry_.hidden);
}

bool Plan::split_rows(std::int64_t items) const {
  const std::int64_t threads = context_->threads();
  return threads > 1 && transform_.size >= kLongRow && transform_.fused &&
         (items < threads || (items % threads != 0 && items < 8 * threads));
}

void Plan::run(ConvolutionCode code, const Convolution &job, std::int64_t items) {
  Pool &pool = context_->pool();
  Run run{code, &job, workspaces_.data(), &pool, items};
  if (split_rows(items)) {
    pool.run(run_together, &run);
    return;
  }
  // Not so few that taking them costs more than a hundredth, nor so many that a thread that falls
  // behind delays the end.
  const std::int64_t fewest = (kGrainSamples + transform_.size - 1) / transform_.size;
  pool.share(run_items, &run, items, std::max(fewest, items / (kGrainsPerThread * pool.threads())));
}

void Plan::prepare(Convolution job) {
  job.transform = &transform_;
  job.geometry = geometry_;
  job.stream = spectrum_bytes() > kStreamedBytes;
  const Tier &tier = context_->tier();
  const auto lock = context_->lock();
  run(direct_ ? tier.direct_prepare : tier.prepare, job, geometry_.heads * geometry_.hidden);
}

void Plan::forward(Convolution job) {
  job.transform = &transform_;
  job.geometry = geometry_;
  job.stream =
      job.batch * geometry_.heads * geometry_.hidden * geometry_.length * kFloat > kStreamedBytes;
  const Tier &tier = context_->tier();
  const auto lock = context_->lock();
  run(direct_ ? tier.direct_forward : tier.forward, job, job.batch * geometry_.hidden);
}

void Plan::backward(Convolution job) {
  job.transform = &transform_;
  job.geometry = geometry_;
  job.slices = slices(job.batch);
  job.stream = job.batch * geometry_.hidden * geometry_.length * kFloat > kStreamedBytes;
  job.partial = partial_.floats();
  const Tier &tier = context_->tier();
  const auto lock = context_->lock();
  run(direct_ ? tier.direct_backward : tier.backward, job, geometry_.hidden * job.slices);
  if (job.slices > 1 && (job.dk != nullptr || job.dskip != nullptr)) {
    run(direct_ ? tier.direct_finish_correlation : tier.finish_correlation, job, geometry_.hidden);
  }
}

}  // namespace sgconv
