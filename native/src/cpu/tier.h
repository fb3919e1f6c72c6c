// What each instruction set's code offers to the rest of the library, and the jobs it is given. All
// plain data: a tier's translation unit shares no inline code with others.
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
struct Workspace {
  float *work;         // one row on its way
  float *second;       // another, one head
  float *signal;       // spectrum of a row of u
  float *sum;          // spectrum of a row of du, several heads
  float *correlation;  // spectra of dk, all heads of one h
  float *real;         // N real parts
  float *imaginary;    // N imaginary parts
};

struct Convolution {
  const Transform *transform;
  sgconv_convolution_geometry geometry;
  std::int64_t batch;
  const std::int64_t *lengths;  // samples of the rows of each b, or null: L
  const float *spectrum;
  const float *u, *pre, *post;
  // prepare
  const float *kernel, *skip;
  float *prepared;
  // forward
  float *y;
  bool stream;  // store y past the caches
  // backward
  const float *dy;
  float *du, *dk, *dskip, *dpre, *dpost;
  std::int64_t slices;  // parts of the batch whose dk is accumulated apart
  float *partial;       // if slices > 1: spectra (H, slices, C)
};

// Runs items first .. last - 1 of a job as a member of a team.
using ConvolutionCode = void (*)(const Convolution &job, const Workspace &workspace,
                                 const Team &team, std::int64_t first, std::int64_t last);

struct Synthesis {
  sgconv_kernel_geometry geometry;
  std::int64_t length;       // L
  std::int64_t full_length;  // M
  const float *weights, *decay, *norm;
  const double *logarithms;  // log2(t+1), power law only
  float *kernel;
  const float *grad_kernel;
  float *grad_weights;
  double *grad_exponent;  // (C', H), or null
  float *norm_out;
};

// Kernel samples that synthesis works on at a time.
constexpr std::int64_t kSynthesisBlock = 1024;

// Rows first .. last - 1 of (C', H). `scratch` holds three blocks of floats, then S * d doubles.
using SynthesisCode = void (*)(const Synthesis &job, void *scratch, std::int64_t first,
                               std::int64_t last);

struct Tier {
  const char *name;
  std::int64_t width;                  // W
  std::int64_t max_radix;              // largest step that stays in registers
  ConvolutionCode prepare;             // items c*H + h
  ConvolutionCode forward;             // items h*batch + b
  ConvolutionCode backward;            // items h*slices + slice
  ConvolutionCode finish_correlation;  // items h, after backward if slices > 1
  ConvolutionCode direct_prepare;      // the same for short rows, without a transform
  ConvolutionCode direct_forward;
  ConvolutionCode direct_backward;
  ConvolutionCode direct_finish_correlation;
  void (*logarithms)(std::int64_t first, std::int64_t last, double *out);  // log2(t+1)
  SynthesisCode synthesis_norm;
  SynthesisCode synthesis_forward;
  SynthesisCode synthesis_backward;
};

// Longest row that is convolved directly. Below it there are lengths for which no size 16 * 2^a 3^b
// 5^c is within a quarter, and transforms are not faster.
constexpr std::int64_t kDirectLength = 112;

}  // namespace sgconv

#endif
