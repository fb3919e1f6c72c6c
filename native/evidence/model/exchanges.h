// Exchanges through shared memory, for every sequence of them that calls ask for.
#pragma once

#include "evidence/calls/call.h"
#include "evidence/count/traffic.h"

namespace sgconv::evidence {

struct ExchangeEvidence {
  Wavefronts loads, stores;
  double worst_conflict = 1;  // of one instruction
  std::size_t races = 0;
  int barriers = 0;  // of the block, in code that is executed
  int needed = 0;    // of these: without it there is a race
};

// Of the first block of each CUDA kernel that the call launches. `without`: also without each of
// its barriers, one at a time.
ExchangeEvidence exchanges_of(const Kernels &kernels, const Call &call, bool without);

}  // namespace sgconv::evidence
