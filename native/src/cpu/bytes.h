// Sizes that are added up before anything is allocated: what exceeds an int64 stays its maximum,
// which no machine has.
#ifndef SGCONV_CPU_BYTES_H
#define SGCONV_CPU_BYTES_H

#include <cstdint>

namespace sgconv {

// Both at least 0.
constexpr std::int64_t times(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

constexpr std::int64_t plus(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

}  // namespace sgconv

#endif
