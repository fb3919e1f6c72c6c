#include "limits.h"

#include "tier.h"

namespace {

const sgconv_bench::Tier &widest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return sgconv_bench::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return sgconv_bench::avx2;
  return sgconv_bench::sse2;
#else
  return sgconv_bench::neon;
#endif
}

}  // namespace

const char *sgconv_bench_tier(void) { return widest().name; }

void sgconv_bench_copy(void *to, const void *from, int64_t bytes) {
  widest().copy(static_cast<float *>(to), static_cast<const float *>(from), bytes / 4);
}

void sgconv_bench_copy_streaming(void *to, const void *from, int64_t bytes) {
  widest().stream(static_cast<float *>(to), static_cast<const float *>(from), bytes / 4);
}

int64_t sgconv_bench_multiply_add(int64_t rounds) { return widest().multiply_add(rounds); }
