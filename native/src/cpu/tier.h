// What each instruction set's code offers to the rest of the library, and the jobs it is given. All
// plain data: a tier's translation unit shares no inline code with others. Real: float or double.
#ifndef SGCONV_CPU_TIER_H
#define SGCONV_CPU_TIER_H

#include <cstdint>

#include "cpu/transform.h"
#include "sgconv/geometry.h"

namespace sgconv {

// The threads that work on one row together: usually one, all of them for few long rows.
struct Team {
  std::int64_t index;
  std::int64_t count;
  void (*wait)(void *state);  // until every member is here
  void *state;
};

// A team's scratch memory; which parts exist depends on the geometry.
template <class Real>
struct Workspace {
  Real *work;         // one row on its way
  Real *second;       // another, one head
  Real *signal;       // spectrum of a row of u
  Real *sum;          // spectrum of a row of du, several heads
  Real *correlation;  // spectra of dk, all heads of one h
  Real *total;        // sums of those, in blocks
  Real *real;         // N real parts
  Real *imaginary;    // N imaginary parts
};

template <class Real>
struct Convolution {
  const Transform<Real> *transform;
  sgconv_convolution_geometry geometry;
  std::int64_t blocks;        // parts that a row is cut into ...
  std::int64_t block_length;  // ... of so many samples; by transforms, of two windows
  std::int64_t span;  // in blocks: lags of a kernel, from the furthest ahead to the furthest behind
  std::int64_t ahead;  // of these, those ahead of lag 0
  std::int64_t batch;
  const std::int64_t *lengths;  // samples of the rows of each b, or null: L
  const Real *spectrum;
  const Real *u, *pre, *post;
  // prepare
  const Real *kernel, *skip;
  Real *prepared;
  // forward
  Real *y;
  bool stream;  // store y past the caches
  // backward
  const Real *dy;
  Real *du, *dk, *dskip, *dpre, *dpost;
  std::int64_t slices;  // parts of the batch whose dk is accumulated apart
  Real *partial;        // if slices > 1: spectra (H, slices, C)
};

// Runs items first .. last - 1 of a job as a member of a team.
template <class Real>
using ConvolutionCode = void (*)(const Convolution<Real> &job, const Workspace<Real> &workspace,
                                 const Team &team, std::int64_t first, std::int64_t last);

template <class Real>
struct Synthesis {
  sgconv_kernel_geometry geometry;
  std::int64_t length;       // L
  std::int64_t full_length;  // M
  const Real *weights, *decay, *norm;
  const double *logarithms;  // log2(t+1), power law only
  const double *rests;       // for double, what they lack
  Real *kernel;
  const Real *grad_kernel;
  Real *grad_weights;
  double *grad_exponent;  // (C', H), or null
  Real *norm_out;
};

// Kernel samples that synthesis works on at a time.
constexpr std::int64_t kSynthesisBlock = 1024;

// Rows first .. last - 1 of (C', H). `scratch` holds three blocks of numbers, then S * d doubles.
template <class Real>
using SynthesisCode = void (*)(const Synthesis<Real> &job, void *scratch, std::int64_t first,
                               std::int64_t last);

// One way to convolve.
template <class Real>
struct Method {
  ConvolutionCode<Real> prepare;   // items c*H + h
  ConvolutionCode<Real> forward;   // items h*members + member: b, or b*blocks + block
  ConvolutionCode<Real> backward;  // items h*slices + slice
  ConvolutionCode<Real> finish;    // items h, after backward if slices > 1
};

template <class Real>
struct Layers;  // layers/jobs.h

template <class Real>
struct Tier {
  std::int64_t width;      // W
  std::int64_t max_radix;  // largest step that stays in registers
  Method<Real> rows;       // whole rows by transforms
  Method<Real> direct;     // whole rows by sums
  Method<Real> blocks;     // blocks of rows by transforms
  Method<Real> taps;       // blocks of rows by sums
  // log2(t+1), rests for double
  void (*logarithms)(std::int64_t first, std::int64_t last, double *out, double *rests);
  SynthesisCode<Real> synthesis_norm;
  SynthesisCode<Real> synthesis_forward;
  SynthesisCode<Real> synthesis_backward;
  const Layers<Real> *layers;
};

// Longest row that is convolved directly. Below it there are lengths for which no size 16 * 2^a 3^b
// 5^c is within a quarter, and transforms are not faster.
constexpr std::int64_t kDirectLength = 112;

// Most lags of a kernel that is applied by sums to longer rows, and the samples of a block of
// those. Measured on one core with AVX-512, AVX2 and SSE2, ns a sample, forward and with all
// gradients: 24 lags by sums 1.5 + 3.2, 0.8 + 2.4, 2.3 + 4.2; by the best blocks 0.9 + 1.5, 0.9 +
// 1.8, 3.0 + 3.6; 16 lags of double with SSE2 3.3 + 6.3 and 6.2 + 5.9.
constexpr std::int64_t kMostTaps = 20;
constexpr std::int64_t kTapsBlock = 2048;

}  // namespace sgconv

#endif
