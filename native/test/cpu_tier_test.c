/* SGCONV_CPU_TIER: argument 1 is what the environment variable holds, argument 2 what is expected:
 * "usable", or "refused" for a tier that does not exist. Exit status 77 skips: not on this CPU. */
#include <stdio.h>
#include <string.h>

#include "sgconv/cpu.h"

int main(int argc, char **argv) {
  sgconv_cpu_context *context = NULL;
  sgconv_status status;
  if (argc != 3) return 2;
  status = sgconv_cpu_context_create(1, &context);
  if (status == SGCONV_OK) sgconv_cpu_context_destroy(context);
  if (strcmp(argv[2], "refused") == 0) {
    return status == SGCONV_UNSUPPORTED && strstr(sgconv_cpu_last_error(), argv[1]) != NULL ? 0 : 1;
  }
  if (status == SGCONV_UNSUPPORTED) {
    printf("skipped: %s\n", sgconv_cpu_last_error());
    return 77;
  }
  return status == SGCONV_OK && strcmp(sgconv_cpu_tier(), argv[1]) == 0 ? 0 : 1;
}
