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
    for (std::int64_t i = 0; i < groups; i += kChains * kLanes64) {
      make(dropout, group + static_cast<std::uint64_t>(i), words_ + 4 * i);
    }
  }
  SGCONV_INLINE const std::uint32_t *at(std::int64_t i) const { return start_ + i; }

 private:
  // Ten rounds are a long chain of operations: of two independent ones a processor has enough to
  // do.
  static constexpr int kChains = 2;

  // The words of kChains * kLanes64 groups. High halves of lanes are rubbish that no low half
  // depends on.
  SGCONV_INLINE static void make(const Dropout &dropout, std::uint64_t group, std::uint32_t *out) {
    const U64 none{};
    U64 c0[kChains], c1[kChains], c2[kChains], c3[kChains];
    each<0, kChains>([&](auto chain) SGCONV_BODY {
      U64 counters;
      each<0, kLanes64>([&](auto k) SGCONV_BODY {
        counters[int{k}] = group + static_cast<std::uint64_t>(int{chain} * kLanes64 + int{k});
      });
      c0[chain] = counters;
      c1[chain] = counters >> 32;
      c2[chain] = none + dropout.step;
      c3[chain] = c2[chain] >> 32;
    });
    std::uint32_t k0 = dropout.seed, k1 = dropout.site;
    each<0, 10>([&](auto) SGCONV_BODY {
      each<0, kChains>([&](auto chain) SGCONV_BODY {
        const U64 p0 = wide_product(c0[chain], none + std::uint64_t{0xD2511F53});
        const U64 p1 = wide_product(c2[chain], none + std::uint64_t{0xCD9E8D57});
        c0[chain] = (p1 >> 32) ^ c1[chain] ^ std::uint64_t{k0};
        c2[chain] = (p0 >> 32) ^ c3[chain] ^ std::uint64_t{k1};
        c1[chain] = p1;
        c3[chain] = p0;
      });
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    });
    each<0, kChains>([&](auto chain) SGCONV_BODY {
      write(c0[chain], c1[chain], c2[chain], c3[chain], out + int{chain} * 4 * kLanes64);
    });
  }

  // The words of kLanes64 groups, each group's together.
  SGCONV_INLINE static void write(U64 c0, U64 c1, U64 c2, U64 c3, std::uint32_t *out) {
    const U64 none{};
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
