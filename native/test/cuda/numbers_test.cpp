// The emulated device's numbers, layouts and conversions are CUDA's.
#include "numbers.h"

#include <bit>
#include <cmath>
#include <random>

#include "check.h"

namespace {

using namespace sgconv::test;

bool same(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}

void conversions() {
  const HalfConversions real = real_conversions();
  const HalfConversions ours = emulated_conversions();
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    check(same(ours.from_half(half), real.from_half(half)), "from float16 " + std::to_string(bits));
    check(same(ours.from_bfloat(half), real.from_bfloat(half)),
          "from bfloat16 " + std::to_string(bits));
  }
  std::mt19937 source(1);
  for (int i = 0; i < 2000000; ++i) {
    // Half of them near what float16 can hold, with many ties.
    auto bits = static_cast<uint32_t>(source());
    if (i % 2 == 0) {
      bits = (bits & 0x8fffe000u) | 0x30000000u | (bits % 3) * 0x1000u;
    }
    const auto value = std::bit_cast<float>(bits);
    check(ours.to_half(value) == real.to_half(value), "to float16 " + std::to_string(bits));
    check(ours.to_bfloat(value) == real.to_bfloat(value), "to bfloat16 " + std::to_string(bits));
  }
}

}  // namespace

int main() {
  const Numbers real = real_numbers();
  const Numbers ours = emulated_numbers();
  for (std::size_t i = 0; i < real.size(); ++i) {
    check_equal(ours[i].second, real[i].second, real[i].first);
  }
  conversions();
  return failures() == 0 ? 0 : 1;
}
