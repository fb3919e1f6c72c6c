#ifndef SGCONV_CPU_PROCESSOR_H
#define SGCONV_CPU_PROCESSOR_H

namespace sgconv {

#if defined(__x86_64__)

// What a tier needs of this processor. The compiler's run-time library asks cpuid and, for the wide
// registers, XCR0.
inline bool has_avx2() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

inline bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

#endif

}  // namespace sgconv

#endif
