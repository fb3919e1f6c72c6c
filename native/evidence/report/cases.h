// Which calls the tables are of.
#pragma once

#include "evidence/calls/call.h"

namespace sgconv::evidence {

// Forward and backward of every compiled size of signals of this type, (64, 768, L), and
// (2, 256, 1M), and of every size of windows.
std::vector<Call> calls_of_tables(std::int32_t dtype);

// A sequence of transforms that some calls ask of a CUDA kernel.
struct Sequence {
  std::string name;
  Call call;
};
// All of them, for every compiled size, and those of windows.
std::vector<Sequence> sequences();

}  // namespace sgconv::evidence
