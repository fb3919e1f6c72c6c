// The same numbers and conversions from two sources: CUDA's own headers and the emulated device's.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sgconv::test {

using Numbers = std::vector<std::pair<std::string, long long>>;

struct HalfConversions {
  uint16_t (*to_half)(float);
  uint16_t (*to_bfloat)(float);
  float (*from_half)(uint16_t);
  float (*from_bfloat)(uint16_t);
};

Numbers real_numbers();
Numbers emulated_numbers();
HalfConversions real_conversions();
HalfConversions emulated_conversions();

}  // namespace sgconv::test
