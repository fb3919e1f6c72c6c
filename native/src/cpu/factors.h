// Transform sizes and how they are split into steps.
#ifndef SGCONV_CPU_FACTORS_H
#define SGCONV_CPU_FACTORS_H

#include <cstdint>
#include <vector>

namespace sgconv {

struct Factors {
  std::int64_t size;                // N
  std::vector<std::int64_t> steps;  // radices from the root; N = W * product
  bool fused;                       // the last one, W, is done with the leaf
  double cost;                      // of one transform and back, in operations on vectors
};

// The cheapest transform of at least `length` samples, and at most a quarter longer, for vectors of
// `width` and steps of at most `max_radix`. `length` > kDirectLength.
Factors choose_factors(std::int64_t length, std::int64_t width, std::int64_t max_radix);

}  // namespace sgconv

#endif
