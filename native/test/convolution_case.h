// One convolution geometry: drawn inputs, the library's outputs and the oracle's.
#ifndef SGCONV_TEST_CONVOLUTION_CASE_H
#define SGCONV_TEST_CONVOLUTION_CASE_H

#include <cstdint>
#include <string>
#include <vector>

#include "sgconv/cpu.h"
#include "signals.h"

struct ConvolutionCase {
  std::int64_t batch, heads, hidden, length;
  sgconv_mode mode;
  bool skip, pre, post;
  std::int64_t seed;
  bool at_start;  // place arrays at the start of a page, else at the end
  oracle::SignalClass signals = oracle::SignalClass::kNoise;
  std::int64_t kernel_length = 0;          // 0: length
  std::vector<std::int64_t> lengths = {};  // of the rows of each b; none: NULL
  sgconv_dtype dtype = SGCONV_FLOAT32;     // or float64
  oracle::Problem problem() const;
  std::string text() const;
};

// Largest error of y and of all gradients in units of the bound. Prints what exceeds it. What lies
// beyond the lengths of rows is NaN in every input, and must be zero in every output.
double check_convolution(sgconv_cpu_context *context, const ConvolutionCase &test);

// The type of the elements of a library's arrays.
template <class Real>
constexpr sgconv_dtype kDtype = sizeof(Real) == sizeof(float) ? SGCONV_FLOAT32 : SGCONV_FLOAT64;

// How the oracle judges them.
template <class Real>
constexpr oracle::Type kType = sizeof(Real) == sizeof(float) ? oracle::Type::kFloat32
                                                             : oracle::Type::kFloat64;

// Ends the test if a call failed; as skipped (77) if the forced tier is not for this processor.
void require_ok(sgconv_status status, const char *call);

#endif
