// The numbers that a tier is compiled for, SGCONV_REAL: float or double, and what jobs look like
// with them. SGCONV_TIER names the tier's namespace, another one for each type.
#ifndef SGCONV_CPU_REAL_H
#define SGCONV_CPU_REAL_H

#include "cpu/tier.h"
#include "cpu/transform.h"

namespace sgconv::SGCONV_TIER {

using Real = SGCONV_REAL;

constexpr std::int64_t kRealBytes = sizeof(Real);
// Numbers of a cache line.
constexpr int kLine = 64 / sizeof(Real);

// A constant.
constexpr Real real(double value) { return static_cast<Real>(value); }

using Step = sgconv::Step<Real>;
using Transform = sgconv::Transform<Real>;
using Workspace = sgconv::Workspace<Real>;
using Convolution = sgconv::Convolution<Real>;
using ConvolutionCode = sgconv::ConvolutionCode<Real>;
using Synthesis = sgconv::Synthesis<Real>;
using Tier = sgconv::Tier<Real>;

}  // namespace sgconv::SGCONV_TIER

#endif
