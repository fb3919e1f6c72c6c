// Failures that tests ask for, and counts of calls.
#pragma once

#include <cstdint>

#include "emulation/export.h"

namespace sgconv::emulation {

// Counts a call at `point`; returns the error it must fail with, or 0.
SGCONV_EMULATION_API int failure_at(const char *point);

// Plans are cuFFT's handles; it reports how many there are.
SGCONV_EMULATION_API void count_plans(std::int64_t change);
// The same of cuBLAS.
SGCONV_EMULATION_API void count_handles(std::int64_t change);

}  // namespace sgconv::emulation
