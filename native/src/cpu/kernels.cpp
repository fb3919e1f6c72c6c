#include "cpu/kernels.h"

#include <algorithm>
#include <vector>

#include "common/geometry.h"
#include "cpu/bytes.h"
#include "cpu/memory.h"

namespace sgconv {
namespace {

struct Run {
  const Tier *tier;
  SynthesisCode code;
  const Synthesis *job;
  char *scratch;
  std::int64_t scratch_bytes;
  double *logarithms;
};

void run_rows(void *argument, int index, std::int64_t first, std::int64_t last) {
  const Run &run = *static_cast<const Run *>(argument);
  run.code(*run.job, run.scratch + index * run.scratch_bytes, first, last);
}

void run_logarithms(void *argument, int, std::int64_t first, std::int64_t last) {
  const Run &run = *static_cast<const Run *>(argument);
  run.tier->logarithms(first, last, run.logarithms + first);
}

// Samples or lags that a thread takes at least, some microseconds' work.
constexpr std::int64_t kGrainSamples = 16384;

constexpr std::int64_t kDouble = static_cast<std::int64_t>(sizeof(double));

// Of one thread: three blocks of floats, then S * d doubles.
std::int64_t scratch_bytes(const sgconv_kernel_geometry &g) {
  const std::int64_t bytes = plus(3 * kSynthesisBlock * static_cast<std::int64_t>(sizeof(float)),
                                  times(times(g.scales, g.dim), kDouble));
  return times(plus(bytes, 127) / 128, 128);
}

std::int64_t logarithm_bytes(const sgconv_kernel_geometry &g, std::int64_t lags) {
  return g.decay == SGCONV_POWER ? times(lags, kDouble) : 0;
}

// `lags`: how many samples of each row are looked at.
void run_job(Context &context, SynthesisCode code, Synthesis &job, std::int64_t lags) {
  const sgconv_kernel_geometry &g = job.geometry;
  const std::int64_t bytes = scratch_bytes(g);
  const Buffer scratch(times(context.threads(), bytes), "kernel synthesis");
  Buffer logarithms;
  Run run{&context.tier(), code, &job, reinterpret_cast<char *>(scratch.floats()), bytes, nullptr};
  const auto lock = context.lock();
  if (g.decay == SGCONV_POWER) {
    logarithms = Buffer(logarithm_bytes(g, lags), "logarithms of lags");
    run.logarithms = logarithms.doubles();
    job.logarithms = run.logarithms;
    context.pool().share(run_logarithms, &run, lags, kGrainSamples);
  }
  context.pool().share(run_rows, &run, g.channels * g.hidden,
                       std::max<std::int64_t>(1, kGrainSamples / lags));
}

}  // namespace

std::int64_t synthesis_memory(const Context &context, const sgconv_kernel_geometry &g,
                              std::int64_t lags) {
  // Gradients of exponents, a double for each row, are counted whether or not they are asked for.
  const std::int64_t exponents =
      g.decay == SGCONV_POWER ? times(times(g.channels, g.hidden), kDouble) : 0;
  return plus(Buffer::held(times(context.threads(), scratch_bytes(g))),
              plus(Buffer::held(logarithm_bytes(g, lags)), exponents));
}

void synthesis_norm(Context &context, Synthesis job) {
  job.full_length = full_length(job.geometry);
  run_job(context, context.tier().synthesis_norm, job, job.full_length);
}

void synthesis_forward(Context &context, Synthesis job) {
  job.full_length = full_length(job.geometry);
  run_job(context, context.tier().synthesis_forward, job, std::min(job.length, job.full_length));
}

void synthesis_backward(Context &context, Synthesis job, float *grad_decay) {
  job.full_length = full_length(job.geometry);
  const sgconv_kernel_geometry &g = job.geometry;
  std::vector<double> grad_exponent;
  if (grad_decay != nullptr) {
    grad_exponent.resize(static_cast<std::size_t>(g.channels * g.hidden));
    job.grad_exponent = grad_exponent.data();
  }
  run_job(context, context.tier().synthesis_backward, job, std::min(job.length, job.full_length));
  for (std::int64_t h = 0; grad_decay != nullptr && h < g.hidden; ++h) {
    double sum = 0.0;
    for (std::int64_t c = 0; c < g.channels; ++c) {
      sum += grad_exponent[static_cast<std::size_t>(c * g.hidden + h)];
    }
    grad_decay[h] = static_cast<float>(sum);
  }
}

}  // namespace sgconv
