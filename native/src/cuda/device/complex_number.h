// Complex float32 numbers and angles, for host and device.
#pragma once

#include <cstdint>

namespace sgconv::cuda {

struct alignas(8) Complex {
  float re, im;
};

// 1 / 2N in two floats, so that n / 2N keeps an error below half a unit in the last place.
struct Turn {
  float high, low;
};

// All factors are 1.
constexpr Turn kNoTurn{0.0f, 0.0f};

constexpr Turn turn_of(int64_t size) {
  const double exact = 0.5 / static_cast<double>(size);
  const float high = static_cast<float>(exact);
  return {high, static_cast<float>(exact - static_cast<double>(high))};
}

}  // namespace sgconv::cuda
