#include <stdio.h>
#include <string.h>

#include "sgconv/cpu.h"

int main(void) {
  if (sgconv_cpu_abi_version() != SGCONV_CPU_ABI_VERSION) {
    fprintf(stderr, "library ABI %d, header %d\n", sgconv_cpu_abi_version(),
            SGCONV_CPU_ABI_VERSION);
    return 1;
  }
  /* A build outside Maven says that it has none. */
  if (strchr(sgconv_cpu_version(), '.') == NULL &&
      strcmp(sgconv_cpu_version(), "unversioned") != 0) {
    fprintf(stderr, "not a version: '%s'\n", sgconv_cpu_version());
    return 1;
  }
  return 0;
}
