// Which elements a dropout leaves out: a function of their numbers (include/sgconv/layers.h), so
// that a backward pass draws again what a forward pass drew.
#pragma once

#include "cuda/device/pack.h"
#include "cuda/layers/mask.h"

namespace sgconv::cuda {

struct Words {
  uint32_t word[4];
};

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
__device__ __forceinline__ Words philox(uint64_t block, uint64_t step, uint32_t seed,
                                        uint32_t site) {
  Words c{{static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32),
           static_cast<uint32_t>(step), static_cast<uint32_t>(step >> 32)}};
#pragma unroll
  for (int round = 0; round < 10; ++round) {
    const uint64_t even = uint64_t{0xD2511F53u} * c.word[0];
    const uint64_t odd = uint64_t{0xCD9E8D57u} * c.word[2];
    c = {{static_cast<uint32_t>(odd >> 32) ^ c.word[1] ^ seed, static_cast<uint32_t>(odd),
          static_cast<uint32_t>(even >> 32) ^ c.word[3] ^ site, static_cast<uint32_t>(even)}};
    seed += 0x9E3779B9u;
    site += 0xBB67AE85u;
  }
  return c;
}

// Factors of element e of the call and the V - 1 behind it. V is 1, or 4 and then divides the
// number of the element.
template <unsigned V>
__device__ __forceinline__ Pack<float, V> factors(const Mask &mask, int64_t e) {
  Pack<float, V> result;
  if (mask.below == 0) {
#pragma unroll
    for (unsigned i = 0; i < V; ++i) {
      result.element[i] = mask.scale;
    }
    return result;
  }
  const uint64_t number = static_cast<uint64_t>(mask.first + e);
  const Words words = philox(number / 4, mask.step, mask.seed, mask.site);
  if constexpr (V == 1) {
    // Without an index into registers, which would put them into memory.
    const uint32_t pair = number % 4 < 2 ? 0u : 2u;
    const uint32_t low = pair == 0 ? words.word[0] : words.word[2];
    const uint32_t high = pair == 0 ? words.word[1] : words.word[3];
    const uint32_t word = number % 2 == 0 ? low : high;
    result.element[0] = word < mask.below ? 0.0f : mask.scale;
  } else {
#pragma unroll
    for (unsigned i = 0; i < V; ++i) {
      result.element[i] = words.word[i] < mask.below ? 0.0f : mask.scale;
    }
  }
  return result;
}

// What is left out is 0, whatever it was.
__device__ __forceinline__ float dropped(float value, float factor) {
  return factor == 0.0f ? 0.0f : value * factor;
}

}  // namespace sgconv::cuda
