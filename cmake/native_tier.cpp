// Prints the name of the tier that the CPU library would choose here.
#include <cstdio>

#include "cpu/processor.h"

int main() {
#if defined(__x86_64__)
  std::puts(sgconv::has_avx512() ? "avx512" : sgconv::has_avx2() ? "avx2" : "baseline");
#else
  std::puts("neon");
#endif
}
