/* Without a device, or with one that is too old, every call fails with a reason. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sgconv/cuda.h"

int main(void) {
  const int old = getenv("SGCONV_EMULATED_CAPABILITY") != NULL;
  const sgconv_status status = sgconv_cuda_check_device();
  const char *text = sgconv_cuda_last_error();
  if (old) {
    return status == SGCONV_UNSUPPORTED && strstr(text, "compiled for emulated") != NULL ? 0 : 1;
  }
  const sgconv_kernel_geometry g = {1, 2, 4, 3, 0, SGCONV_SUM, SGCONV_LINEAR, SGCONV_GEOMETRIC, 0};
  float *const memory = (float *)4096;
  if (status != SGCONV_DEVICE || sgconv_cuda_last_device_error() != 100 ||
      strstr(text, "cudaErrorNoDevice") == NULL) {
    fprintf(stderr, "FAILED: status %d, '%s'\n", (int)status, text);
    return 1;
  }
  return sgconv_cuda_kernel_norm(&g, memory, memory, memory, NULL) == SGCONV_DEVICE ? 0 : 1;
}
