#include "cpu/layers/calls.h"

#include <algorithm>
#include <cmath>

#include "cpu/bytes.h"

namespace sgconv {
namespace {

template <class Real>
constexpr std::int64_t kBytes = static_cast<std::int64_t>(sizeof(Real));
// Outputs beyond this are not read from a cache soon, and are stored past it.
constexpr std::int64_t kStreamedBytes = std::int64_t{1} << 23;
// Elements that a thread takes at least, some microseconds' work, and the shares that it takes its
// part in.
constexpr std::int64_t kGrainElements = 8192;
constexpr std::int64_t kGrainsPerThread = 16;
// Starts of parts of a workspace.
constexpr std::int64_t kUnit = 64;

// Numbers of a row of a tile in scratch memory, and the least of a tile.
constexpr std::int64_t kStrideUnit = 16;
constexpr std::int64_t kLeastWidth = 32;
constexpr std::int64_t kLeastLinearWidth = 128;
constexpr std::int64_t kMostWidth = 1024;
// Bytes of the tiles of a product, and of a norm, which stay in a core's cache.
constexpr std::int64_t kLinearTileBytes = std::int64_t{1} << 20;
constexpr std::int64_t kNormTileBytes = std::int64_t{1} << 18;
// Sums that are taken apart: at most so many, and of weights' gradients at most so many bytes
// unless that left fewer than kFewSlices.
constexpr std::int64_t kMostSlices = 32;
constexpr std::int64_t kFewSlices = 4;
constexpr std::int64_t kSliceBytes = std::int64_t{1} << 26;
// With fewer channels a BatchNorm works on parts of each, of at least so many positions.
constexpr std::int64_t kManyChannels = 64;
constexpr std::int64_t kPartPositions = 4096;

std::int64_t round_up(std::int64_t value, std::int64_t unit) {
  return plus(value, unit - 1) / unit * unit;
}
std::int64_t parts_of(std::int64_t value, std::int64_t unit) { return (value - 1) / unit + 1; }

template <class Real>
bool beyond_caches(std::int64_t elements) {
  return elements * kBytes<Real> > kStreamedBytes;
}

// Of rows whose lines are whole: else neighbours share them, and a part of one is not stored past
// the caches.
template <class Real>
bool rows_beyond_caches(std::int64_t rows, std::int64_t length) {
  return beyond_caches<Real>(rows * length) && length * kBytes<Real> % kUnit == 0;
}

template <class Job>
struct Run {
  LayerCode<Job> code;
  const Job *job;
  char *scratch;
  std::int64_t scratch_bytes;
};

template <class Job>
void run_items(void *argument, int index, std::int64_t first, std::int64_t last) {
  const Run<Job> &run = *static_cast<const Run<Job> *>(argument);
  run.code(*run.job, run.scratch + index * run.scratch_bytes, first, last);
}

// `elements`: of an item. The context is locked.
template <class Job>
void share(Context &context, LayerCode<Job> code, const Job &job, std::int64_t items,
           std::int64_t elements, char *scratch = nullptr, std::int64_t scratch_bytes = 0) {
  Run<Job> run{code, &job, scratch, scratch_bytes};
  const std::int64_t fewest = std::max<std::int64_t>(1, kGrainElements / elements);
  context.pool().share(run_items<Job>, &run, items,
                       std::max(fewest, items / (kGrainsPerThread * context.threads())));
}

// Tiles of up to about `bytes`, where a position takes `reals` numbers.
template <class Real>
Tiles tiles_of(std::int64_t batch, std::int64_t length, std::int64_t reals, std::int64_t bytes,
               std::int64_t least_width) {
  const std::int64_t width = std::clamp(
      bytes / times(reals, kBytes<Real>) / kStrideUnit * kStrideUnit, least_width, kMostWidth);
  Tiles tiles{};
  tiles.batch = batch;
  tiles.length = length;
  tiles.rows = 1;
  if (length >= width) {
    tiles.width = round_up(parts_of(length, parts_of(length, width)), kStrideUnit);
    tiles.parts = parts_of(length, tiles.width);
    tiles.count = batch * tiles.parts;
  } else {
    tiles.rows = std::min(batch, width / length);
    tiles.parts = 1;
    tiles.width = length;
    tiles.count = parts_of(batch, tiles.rows);
  }
  tiles.slices = 1;
  return tiles;
}

// An odd number of cache lines, so that the rows of a column are spread over a cache's sets.
std::int64_t stride_of(const Tiles &tiles) {
  return parts_of(tiles.rows * tiles.width, 2 * kStrideUnit) * 2 * kStrideUnit + kStrideUnit;
}

struct LinearPlan {
  Tiles tiles;
  LinearRows rows;
  std::int64_t stride, scratch_bytes, weights_bytes, biases_bytes;
  std::int64_t bytes(int threads) const {
    return plus(plus(weights_bytes, biases_bytes), times(threads, scratch_bytes));
  }
};

template <class Real>
LinearPlan plan_linear(const sgconv_linear_geometry &g, bool backward) {
  const std::int64_t n = g.inputs, p = g.outputs, m = g.glu != 0 ? 2 * p : p;
  LinearPlan plan{};
  plan.tiles = tiles_of<Real>(g.batch, g.length, n + m, kLinearTileBytes, kLeastLinearWidth);
  plan.stride = stride_of(plan.tiles);
  const bool gathered = plan.tiles.rows > 1;
  const std::int64_t most = std::max(n, p), back = backward ? 1 : 0;
  plan.rows = {gathered ? most : n,     back * n, m, gathered ? most : 0,
               gathered ? back * p : 0, back * n};
  const LinearRows &r = plan.rows;
  const std::int64_t rows = r.a + r.slope + r.z + r.flat + r.dy + r.da;
  plan.scratch_bytes = round_up(times(times(rows, plan.stride), kBytes<Real>), kUnit);
  if (backward) {
    const std::int64_t weights = times(times(m, n), kBytes<Real>);
    plan.tiles.slices =
        std::min({plan.tiles.count, kMostSlices, std::max(kFewSlices, kSliceBytes / weights)});
    plan.weights_bytes = round_up(times(plan.tiles.slices - 1, weights), kUnit);
    plan.biases_bytes = round_up(times(times(plan.tiles.slices, m), kBytes<double>), kUnit);
  }
  return plan;
}

struct NormPlan {
  Tiles tiles;
  std::int64_t stride, scratch_bytes, sums_bytes;
  std::int64_t bytes(int threads) const { return plus(sums_bytes, times(threads, scratch_bytes)); }
};

template <class Real>
NormPlan plan_norm(const sgconv_signal_geometry &g) {
  NormPlan plan{};
  plan.tiles = tiles_of<Real>(g.batch, g.length, g.channels, kNormTileBytes, kLeastWidth);
  plan.stride = stride_of(plan.tiles);
  plan.tiles.slices = std::min(plan.tiles.count, kMostSlices);
  plan.scratch_bytes =
      round_up(times(times(plus(times(2, g.channels), 4), plan.stride), kBytes<Real>), kUnit);
  plan.sums_bytes = times(times(plan.tiles.slices, g.channels), 2 * kSumLanes * kBytes<double>);
  return plan;
}

std::int64_t batch_norm_parts(const sgconv_signal_geometry &g) {
  if (g.channels >= kManyChannels) return 1;
  return std::min(parts_of(kManyChannels, g.channels),
                  parts_of(g.batch * g.length, kPartPositions));
}

std::int64_t batch_norm_bytes(const sgconv_signal_geometry &g) {
  return times(times(g.channels, batch_norm_parts(g)), kBatchSums * kBytes<double>);
}

std::int64_t embedding_scratch(std::int64_t vocabulary) {
  return times(times(vocabulary, kEmbeddingChannels), kBytes<double>);
}

}  // namespace

template <class Real>
Dropout<Real> dropout_of(const sgconv_dropout &dropout) {
  const double p = dropout.probability;
  return {p > 0.0,      static_cast<std::uint32_t>(std::floor(p * 0x1p32)),
          dropout.seed, dropout.site,
          dropout.step, static_cast<Real>(1.0 / (1.0 - p))};
}

template <class Real>
void run_gelu(Context &context, Gelu<Real> job, bool backward) {
  const Layers<Real> &code = *context.tier<Real>().layers;
  job.past = beyond_caches<Real>(job.count);
  const auto lock = context.lock();
  share(context, backward ? code.gelu_backward : code.gelu_forward, job,
        parts_of(job.count, kChunk), kChunk);
}

template <class Real>
void run_add(Context &context, Addition<Real> job) {
  const std::int64_t count = job.rows * job.length;
  // What is added to is read first, and so in a cache.
  job.past = beyond_caches<Real>(count) && job.sum != job.x && job.sum != job.branch;
  const auto lock = context.lock();
  share(context, context.tier<Real>().layers->add, job, parts_of(count, kChunk), kChunk);
}

template <class Real>
std::int64_t linear_workspace(const Context &context, const sgconv_linear_geometry &geometry,
                              bool backward) {
  return plan_linear<Real>(geometry, backward).bytes(context.threads());
}

template <class Real>
void run_linear(Context &context, Linear<Real> job, void *workspace) {
  const Layers<Real> &code = *context.tier<Real>().layers;
  const sgconv_linear_geometry &g = job.geometry;
  const bool backward = job.dy != nullptr;
  const LinearPlan plan = plan_linear<Real>(g, backward);
  job.tiles = plan.tiles;
  job.scratch = plan.rows;
  job.stride = plan.stride;
  job.rows = g.glu != 0 ? 2 * g.outputs : g.outputs;
  job.dropout = dropout_of<Real>(g.dropout);
  job.tied = dropout_of<Real>(g.tied);
  job.product = context.product<Real>();
  char *memory = static_cast<char *>(workspace);
  const std::int64_t elements = job.rows * g.inputs;
  const auto lock = context.lock();
  if (!backward) {
    job.past = rows_beyond_caches<Real>(g.batch * g.outputs, g.length) && job.y != job.residual;
    share(context, code.linear_forward, job, job.tiles.count, kGrainElements, memory,
          plan.scratch_bytes);
    return;
  }
  job.past = rows_beyond_caches<Real>(g.batch * g.inputs, g.length);
  job.weights = reinterpret_cast<Real *>(memory);
  job.biases = reinterpret_cast<double *>(memory + plan.weights_bytes);
  memory += plan.weights_bytes + plan.biases_bytes;
  share(context, code.linear_backward, job, job.tiles.slices, kGrainElements, memory,
        plan.scratch_bytes);
  share(context, code.linear_finish, job, parts_of(elements, kChunk), kChunk);
}

template <class Real>
std::int64_t norm_workspace(const Context &context, const sgconv_signal_geometry &geometry) {
  return std::max(plan_norm<Real>(geometry).bytes(context.threads()), batch_norm_bytes(geometry));
}

template <class Real>
void run_norm(Context &context, NormKind kind, Norm<Real> job, void *workspace) {
  const Layers<Real> &code = *context.tier<Real>().layers;
  const bool scalar = kind == NormKind::kScalar;
  const sgconv_signal_geometry &g = job.geometry;
  const NormPlan plan = plan_norm<Real>(g);
  job.tiles = plan.tiles;
  job.stride = plan.stride;
  job.sums = static_cast<double *>(workspace);
  const std::int64_t elements = g.batch * g.channels * g.length;
  job.past = rows_beyond_caches<Real>(g.batch * g.channels, g.length) &&
             (job.residual == nullptr || job.residual != job.dx);
  char *scratch = static_cast<char *>(workspace) + plan.sums_bytes;
  const auto lock = context.lock();
  if (job.dy == nullptr) {
    share(context, scalar ? code.scalar_norm_forward : code.layer_norm_forward, job,
          job.tiles.count, g.channels * plan.stride, scratch, plan.scratch_bytes);
    return;
  }
  share(context, scalar ? code.scalar_norm_backward : code.layer_norm_backward, job,
        job.tiles.slices, std::max<std::int64_t>(1, elements / job.tiles.slices), scratch,
        plan.scratch_bytes);
  share(context, scalar ? code.scalar_norm_finish : code.layer_norm_finish, job,
        scalar ? 1 : g.channels, job.tiles.slices * 2 * kSumLanes);
}

template <class Real>
void run_batch_norm(Context &context, BatchNorm<Real> job, void *workspace) {
  const Layers<Real> &code = *context.tier<Real>().layers;
  const sgconv_signal_geometry &g = job.geometry;
  const bool backward = job.dy != nullptr;
  job.parts = batch_norm_parts(g);
  job.sums = static_cast<double *>(workspace);
  const std::int64_t positions = g.batch * g.length, items = g.channels * job.parts;
  const std::int64_t elements = std::max<std::int64_t>(1, positions / job.parts);
  job.past = beyond_caches<Real>(g.channels * positions) &&
             (job.residual == nullptr || job.residual != job.dx);
  const auto run = [&](LayerCode<BatchNorm<Real>> of_items) {
    share(context, of_items, job, items, elements);
  };
  const auto lock = context.lock();
  if (job.parts == 1) {
    run(backward ? code.batch_norm_backward : code.batch_norm_forward);
  } else if (backward) {
    run(code.batch_norm_gradient_sums);
    run(code.batch_norm_gradient_write);
  } else {
    if (!job.given) {
      run(code.batch_norm_sums);
      run(code.batch_norm_squares);
    }
    run(code.batch_norm_write);
  }
}

template <class Real>
void run_embedding_forward(Context &context, const Embedding<Real> &job) {
  const sgconv_signal_geometry &g = job.geometry;
  const auto lock = context.lock();
  share(context, context.tier<Real>().layers->embedding_forward, job,
        parts_of(g.batch * g.length, kEmbeddingPositions), g.channels * kEmbeddingPositions);
}

std::int64_t embedding_workspace(const Context &context, std::int64_t vocabulary) {
  return times(context.threads(), embedding_scratch(vocabulary));
}

template <class Real>
void run_embedding_backward(Context &context, const Embedding<Real> &job, void *workspace) {
  const auto lock = context.lock();
  share(context, context.tier<Real>().layers->embedding_backward, job,
        parts_of(job.geometry.channels, kEmbeddingChannels), kGrainElements,
        static_cast<char *>(workspace), embedding_scratch(job.vocabulary));
}

template <class Real>
void run_pooling(Context &context, const Pooling<Real> &job) {
  const sgconv_signal_geometry &g = job.geometry;
  const Layers<Real> &code = *context.tier<Real>().layers;
  const auto lock = context.lock();
  share(context, job.dy == nullptr ? code.pool_forward : code.pool_backward, job,
        g.batch * g.channels, g.length);
}

template <class Real>
void run_transposition(Context &context, Transposition<Real> job) {
  job.past = beyond_caches<Real>(job.batch * job.rows * job.columns);
  const auto lock = context.lock();
  share(context, context.tier<Real>().layers->transpose, job,
        job.batch * parts_of(job.rows, kStrip), kStrip * job.columns);
}

#define SGCONV_LAYERS(Real)                                                                     \
  template Dropout<Real> dropout_of<Real>(const sgconv_dropout &);                              \
  template void run_gelu(Context &, Gelu<Real>, bool);                                          \
  template void run_add(Context &, Addition<Real>);                                             \
  template std::int64_t linear_workspace<Real>(const Context &, const sgconv_linear_geometry &, \
                                               bool);                                           \
  template void run_linear(Context &, Linear<Real>, void *);                                    \
  template std::int64_t norm_workspace<Real>(const Context &, const sgconv_signal_geometry &);  \
  template void run_norm(Context &, NormKind, Norm<Real>, void *);                              \
  template void run_batch_norm(Context &, BatchNorm<Real>, void *);                             \
  template void run_embedding_forward(Context &, const Embedding<Real> &);                      \
  template void run_embedding_backward(Context &, const Embedding<Real> &, void *);             \
  template void run_pooling(Context &, const Pooling<Real> &);                                  \
  template void run_transposition(Context &, Transposition<Real>);
SGCONV_LAYERS(float)
SGCONV_LAYERS(double)
#undef SGCONV_LAYERS

}  // namespace sgconv
