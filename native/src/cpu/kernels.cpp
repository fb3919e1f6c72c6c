#include "cpu/kernels.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "common/geometry.h"
#include "cpu/bytes.h"
#include "cpu/memory.h"

namespace sgconv {
namespace {

template <class Real>
struct Run {
  const Tier<Real> *tier;
  SynthesisCode<Real> code;
  const Synthesis<Real> *job;
  char *scratch;
  std::int64_t scratch_bytes;
  double *logarithms, *rests;
};

template <class Real>
void run_rows(void *argument, int index, std::int64_t first, std::int64_t last) {
  const Run<Real> &run = *static_cast<const Run<Real> *>(argument);
  run.code(*run.job, run.scratch + index * run.scratch_bytes, first, last);
}

template <class Real>
void run_logarithms(void *argument, int, std::int64_t first, std::int64_t last) {
  const Run<Real> &run = *static_cast<const Run<Real> *>(argument);
  run.tier->logarithms(first, last, run.logarithms + first,
                       run.rests == nullptr ? nullptr : run.rests + first);
}

// Samples or lags that a thread takes at least, some microseconds' work.
constexpr std::int64_t kGrainSamples = 16384;

template <class Type>
constexpr std::int64_t kBytes = static_cast<std::int64_t>(sizeof(Type));

// Logarithms of double have rests.
template <class Real>
constexpr bool kHasRests = std::is_same_v<Real, double>;

// Of one thread: three blocks of numbers, then S * d doubles.
template <class Real>
std::int64_t scratch_bytes(const sgconv_kernel_geometry &g) {
  const std::int64_t bytes =
      plus(3 * kSynthesisBlock * kBytes<Real>, times(times(g.scales, g.dim), kBytes<double>));
  return times(plus(bytes, 127) / 128, 128);
}

template <class Real>
std::int64_t logarithm_bytes(const sgconv_kernel_geometry &g, std::int64_t lags) {
  constexpr std::int64_t each = (kHasRests<Real> ? 2 : 1) * kBytes<double>;
  return g.decay == SGCONV_POWER ? times(lags, each) : 0;
}

// `lags`: how many samples of each row are looked at.
template <class Real>
void run_job(Context &context, SynthesisCode<Real> code, Synthesis<Real> &job, std::int64_t lags) {
  const sgconv_kernel_geometry &g = job.geometry;
  const std::int64_t bytes = scratch_bytes<Real>(g);
  const Buffer scratch(times(context.threads(), bytes), "kernel synthesis");
  Buffer logarithms;
  Run<Real> run{&context.tier<Real>(), code, &job, scratch.of<char>(), bytes, nullptr, nullptr};
  const auto lock = context.lock();
  if (g.decay == SGCONV_POWER) {
    logarithms = Buffer(logarithm_bytes<Real>(g, lags), "logarithms of lags");
    run.logarithms = logarithms.of<double>();
    if (kHasRests<Real>) run.rests = run.logarithms + lags;
    job.logarithms = run.logarithms;
    job.rests = run.rests;
    context.pool().share(run_logarithms<Real>, &run, lags, kGrainSamples);
  }
  context.pool().share(run_rows<Real>, &run, g.channels * g.hidden,
                       std::max<std::int64_t>(1, kGrainSamples / lags));
}

}  // namespace

template <class Real>
std::int64_t synthesis_memory(const Context &context, const sgconv_kernel_geometry &g,
                              std::int64_t lags) {
  // Gradients of exponents, a double for each row, are counted whether or not they are asked for.
  const std::int64_t exponents =
      g.decay == SGCONV_POWER ? times(times(g.channels, g.hidden), kBytes<double>) : 0;
  return plus(Buffer::held(times(context.threads(), scratch_bytes<Real>(g))),
              plus(Buffer::held(logarithm_bytes<Real>(g, lags)), exponents));
}

template <class Real>
void synthesis_norm(Context &context, Synthesis<Real> job) {
  job.full_length = full_length(job.geometry);
  run_job(context, context.tier<Real>().synthesis_norm, job, job.full_length);
}

template <class Real>
void synthesis_forward(Context &context, Synthesis<Real> job) {
  job.full_length = full_length(job.geometry);
  run_job(context, context.tier<Real>().synthesis_forward, job,
          std::min(job.length, job.full_length));
}

template <class Real>
void synthesis_backward(Context &context, Synthesis<Real> job, Real *grad_decay) {
  job.full_length = full_length(job.geometry);
  const sgconv_kernel_geometry &g = job.geometry;
  std::vector<double> grad_exponent;
  if (grad_decay != nullptr) {
    grad_exponent.resize(static_cast<std::size_t>(g.channels * g.hidden));
    job.grad_exponent = grad_exponent.data();
  }
  run_job(context, context.tier<Real>().synthesis_backward, job,
          std::min(job.length, job.full_length));
  for (std::int64_t h = 0; grad_decay != nullptr && h < g.hidden; ++h) {
    double sum = 0.0;
    for (std::int64_t c = 0; c < g.channels; ++c) {
      sum += grad_exponent[static_cast<std::size_t>(c * g.hidden + h)];
    }
    grad_decay[h] = static_cast<Real>(sum);
  }
}

#define SGCONV_SYNTHESIS(Real)                                                                  \
  template std::int64_t synthesis_memory<Real>(const Context &, const sgconv_kernel_geometry &, \
                                               std::int64_t);                                   \
  template void synthesis_norm(Context &, Synthesis<Real>);                                     \
  template void synthesis_forward(Context &, Synthesis<Real>);                                  \
  template void synthesis_backward(Context &, Synthesis<Real>, Real *);
SGCONV_SYNTHESIS(float)
SGCONV_SYNTHESIS(double)
#undef SGCONV_SYNTHESIS

}  // namespace sgconv
