// Choice of the instruction set at run time.
#ifndef SGCONV_CPU_DISPATCH_H
#define SGCONV_CPU_DISPATCH_H

#include "cpu/tier.h"

namespace sgconv {

// One instruction set's code.
struct Tiers {
  const char *name;
  const Tier<float> *float32;
  const Tier<double> *float64;
};

// The instruction set in use: the widest that this processor and its operating system support, or
// the one that the environment variable SGCONV_CPU_TIER names. Throws Failure(SGCONV_UNSUPPORTED)
// if that one is unknown, not in this build or not supported here. Decided once.
const Tiers &tiers_in_use();

// Its name, or the text in SGCONV_CPU_TIER if that cannot be used.
const char *tier_name() noexcept;

}  // namespace sgconv

#endif
