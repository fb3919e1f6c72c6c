// How the source has what the emulated device tells of barriers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sgconv::test {

// Barriers that were met, by the chain of calls in the source, innermost first, that leads to them
// from a CUDA kernel. Where the compiler has made two copies of a call (one for each case of a
// condition that a loop does not change), they have one chain. Takes addr2line of GNU binutils.
std::map<std::string, std::vector<int32_t>> barriers_by_calls();

}  // namespace sgconv::test
