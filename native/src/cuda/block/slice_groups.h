// Sums of many slices, added up in groups: no sum then has more than some hundreds of terms, which
// float32 adds well within its bound even if they are alike.
#pragma once

#include <cstdint>

#include "cuda/device/complex_number.h"
#include "cuda/policy/policy.h"

namespace sgconv::cuda {

// Group g = the sum, in order, of the slices from g * block_policy::kSlicesOfGroup on, each of
// `numbers`; added to what is there if `continued`.
void launch_add_slices(const Target &target, int64_t numbers, int64_t slices, const Complex *sums,
                       bool continued, Complex *groups, void *stream);

}  // namespace sgconv::cuda
