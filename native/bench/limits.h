/* What one thread of this machine can do at most: the yardstick of the CPU benchmarks. The widest
 * instruction set of the processor is used. Sizes are multiples of 256 bytes, pointers 64-byte
 * aligned. */
#ifndef SGCONV_BENCH_LIMITS_H
#define SGCONV_BENCH_LIMITS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SGCONV_BENCH_API __attribute__((visibility("default")))

/* Instruction set in use: "sse2", "avx2", "avx512" or "neon". Static storage. */
SGCONV_BENCH_API const char *sgconv_bench_tier(void);
/* Copies with ordinary stores. */
SGCONV_BENCH_API void sgconv_bench_copy(void *to, const void *from, int64_t bytes);
/* Copies with stores that bypass the caches. */
SGCONV_BENCH_API void sgconv_bench_copy_streaming(void *to, const void *from, int64_t bytes);
/* Runs `rounds` of independent float32 fused multiply-adds (a multiplication and an addition on
 * sse2) in registers and returns the floating-point operations done. */
SGCONV_BENCH_API int64_t sgconv_bench_multiply_add(int64_t rounds);

#ifdef __cplusplus
}
#endif

#endif
