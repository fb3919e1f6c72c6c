// The three measurements on one instruction set.
#ifndef SGCONV_BENCH_TIER_H
#define SGCONV_BENCH_TIER_H

#include <cstdint>

namespace sgconv_bench {

struct Tier {
  const char *name;
  void (*copy)(float *to, const float *from, int64_t count);
  void (*stream)(float *to, const float *from, int64_t count);
  int64_t (*multiply_add)(int64_t rounds);
};

extern const Tier sse2;
extern const Tier avx2;
extern const Tier avx512;
extern const Tier neon;

}  // namespace sgconv_bench

#endif
