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

// What steps can be.
struct Radices {
  std::int64_t width;    // of a vector
  std::int64_t most;     // that a step may have ...
  std::int64_t of_root;  // ... and, where there are others, the first
};

// The cheapest transform of at least `length` samples, and at most a quarter longer. `length` >
// kDirectLength.
Factors choose_factors(std::int64_t length, const Radices &radices);

}  // namespace sgconv

#endif
