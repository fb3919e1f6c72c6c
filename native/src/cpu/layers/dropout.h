// Which elements a dropout leaves out: words of Philox4x32-10 (Salmon and others 2011).
#ifndef SGCONV_CPU_LAYERS_DROPOUT_H
#define SGCONV_CPU_LAYERS_DROPOUT_H

#include "cpu/layers/jobs.h"
#include "cpu/layers/lanes.h"

namespace sgconv::SGCONV_TIER {

using Dropout = sgconv::Dropout<Real>;

// Elements whose words are made at a time.
constexpr std::int64_t kWordBlock = 1024;

// Words of up to kWordBlock elements, with room for what is made or read beyond them.
class DropoutWords {
 public:
  // Those of elements `first` and on.
  SGCONV_INLINE void fill(const Dropout &dropout, std::int64_t first, std::int64_t count) {
    start_ = words_ + first % 4;
    const std::uint64_t group = static_cast<std::uint64_t>(first) / 4;
    const std::int64_t groups = (first % 4 + count + 3) / 4;
    for (std::int64_t i = 0; i < groups; i += kLanes64) {
      make(dropout, group + static_cast<std::uint64_t>(i), words_ + 4 * i);
    }
  }
  SGCONV_INLINE const std::uint32_t *at(std::int64_t i) const { return start_ + i; }

 private:
  // The words of kLanes64 groups. High halves of lanes are rubbish that no low half depends on.
  SGCONV_INLINE static void make(const Dropout &dropout, std::uint64_t group, std::uint32_t *out) {
    U64 counters;
    each<0, kLanes64>(
        [&](auto k) SGCONV_BODY { counters[int{k}] = group + static_cast<std::uint64_t>(int{k}); });
    const U64 none{};
    U64 c0 = counters, c1 = counters >> 32, c2 = none + dropout.step, c3 = c2 >> 32;
    std::uint32_t k0 = dropout.seed, k1 = dropout.site;
    each<0, 10>([&](auto) SGCONV_BODY {
      const U64 p0 = wide_product(c0, none + std::uint64_t{0xD2511F53});
      const U64 p1 = wide_product(c2, none + std::uint64_t{0xCD9E8D57});
      c0 = (p1 >> 32) ^ c1 ^ std::uint64_t{k0};
      c2 = (p0 >> 32) ^ c3 ^ std::uint64_t{k1};
      c1 = p1;
      c3 = p0;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    });
    const U64 low = none + std::uint64_t{0xffffffff};
    const U64 first = (c0 & low) | c1 << 32, second = (c2 & low) | c3 << 32;
    // Lanes of both in turn.
    U64 from, to;
    each<0, kLanes64 / 2>([&](auto half) SGCONV_BODY {
      constexpr int k = half;
      constexpr std::uint64_t below = k, above = kLanes64 / 2 + k;
      from[2 * k] = below;
      from[2 * k + 1] = kLanes64 + below;
      to[2 * k] = above;
      to[2 * k + 1] = kLanes64 + above;
    });
    const U64 mixed[2] = {__builtin_shuffle(first, second, from),
                          __builtin_shuffle(first, second, to)};
    __builtin_memcpy(out, mixed, sizeof mixed);
  }

  alignas(64) std::uint32_t words_[kWordBlock + 128];
  const std::uint32_t *start_ = words_;
};

// The mask of the lanes of a V whose words are not below the threshold.
SGCONV_INLINE auto kept(const Dropout &dropout, const std::uint32_t *words) {
  Words w;
  __builtin_memcpy(&w, words, sizeof w);
  if constexpr (kDouble) {
    return __builtin_convertvector(w, U) >= Unsigned{dropout.below};
  } else {
    return w >= dropout.below;
  }
}

SGCONV_INLINE V dropped(const Dropout &dropout, const std::uint32_t *words, V v) {
  return kept(dropout, words) ? v * dropout.scale : V{};
}

// What one element is multiplied by.
SGCONV_INLINE Real factor(const Dropout &dropout, std::uint32_t word) {
  return word < dropout.below ? Real{0} : dropout.scale;
}

}  // namespace sgconv::SGCONV_TIER

#endif
