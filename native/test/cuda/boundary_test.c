/* The C boundary: what a wrong call returns and says, from plain C. */
#include <stdio.h>
#include <string.h>

#include "emulation/control.h"
#include "sgconv/cuda.h"

static int failures = 0;

static void expect(sgconv_status status, sgconv_status expected, const char *word,
                   const char *what) {
  if (status != expected || strstr(sgconv_cuda_last_error(), word) == NULL) {
    ++failures;
    fprintf(stderr, "FAILED: %s: status %d, expected %d; text '%s' should have '%s'\n", what,
            (int)status, (int)expected, sgconv_cuda_last_error(), word);
  }
}

static void refuse(sgconv_status status, const char *word, const char *what) {
  expect(status, SGCONV_INVALID_ARGUMENT, word, what);
}

/* Never touched: every call here fails before it launches. */
static float *const memory = (float *)4096;

static void synthesis(void) {
  const sgconv_kernel_geometry good = {1, 2, 4, 3, 0, SGCONV_SUM, SGCONV_LINEAR, SGCONV_POWER, 0};
  sgconv_kernel_geometry g = good;
  refuse(sgconv_cuda_kernel_norm(NULL, memory, memory, memory, NULL), "geometry is NULL", "NULL");
  refuse(sgconv_cuda_kernel_norm(&good, NULL, memory, memory, NULL), "weights is NULL", "NULL");
  refuse(sgconv_cuda_kernel_norm(&good, memory, (float *)4098, memory, NULL),
         "decay is not aligned to 4", "alignment");
  g.scales = 0;
  refuse(sgconv_cuda_kernel_norm(&g, memory, memory, memory, NULL), "geometry.scales = 0", "S");
  g = good;
  g.init_scale = 60;
  refuse(sgconv_cuda_kernel_norm(&g, memory, memory, memory, NULL), "geometry.dim = 4", "M");
  g = good;
  g.init_scale = 62;
  refuse(sgconv_cuda_kernel_norm(&g, memory, memory, memory, NULL), "scales = 3, expected 1 to 1",
         "S with r");
  g = good;
  g.hidden = INT64_MAX / 2;
  refuse(sgconv_cuda_kernel_norm(&g, memory, memory, memory, NULL), "weights has more", "overflow");
  g = good;
  g.reserved = 1;
  refuse(sgconv_cuda_kernel_norm(&g, memory, memory, memory, NULL), "reserved = 1", "reserved");
  g = good;
  g.decay = 2;
  refuse(sgconv_cuda_kernel_norm(&g, memory, memory, memory, NULL), "decay = 2", "decay law");
  refuse(sgconv_cuda_kernel_forward(&good, memory, memory, memory, 0, memory, NULL), "length = 0",
         "L");
  g = good;
  g.decay = SGCONV_GEOMETRIC;
  refuse(sgconv_cuda_kernel_backward(&g, memory, memory, memory, 9, memory, memory, memory, NULL),
         "grad_decay must be NULL", "decay gradient");
}

static void rows(void) {
  const sgconv_cuda_rows good = {2, 3, 10, 12, 0, 1, 0, 3};
  sgconv_cuda_rows r = good;
  refuse(sgconv_cuda_twist(NULL, -1, 0, memory, NULL, memory, NULL), "rows is NULL", "NULL");
  r.size = 9;
  refuse(sgconv_cuda_twist(&r, -1, 0, memory, NULL, memory, NULL), "size = 9, expected 10", "N");
  r = good;
  r.hidden_first = 1;
  refuse(sgconv_cuda_twist(&r, -1, 0, memory, NULL, memory, NULL),
         "hidden_count = 3, expected 1 to 2", "h");
  r = good;
  r.batch_count = 0;
  refuse(sgconv_cuda_twist(&r, -1, 0, memory, NULL, memory, NULL), "batch_count = 0", "b");
  r = good;
  r.batch_first = INT64_MAX / 3;
  refuse(sgconv_cuda_twist(&r, -1, 0, memory, NULL, memory, NULL), "signal has more", "overflow");
  refuse(sgconv_cuda_twist(&good, 2, 0, memory, NULL, memory, NULL), "head = 2, expected -1 to 1",
         "head");
  refuse(sgconv_cuda_twist(&good, -1, 3, memory, NULL, memory, NULL), "dtype = 3", "dtype");
  refuse(sgconv_cuda_twist(&good, -1, 0, memory, NULL, memory + 1, NULL), "z is not aligned to 8",
         "complex alignment");
  refuse(sgconv_cuda_spectrum_multiply(&good, -1, memory, memory, memory, NULL), "head = -1",
         "head");
  refuse(sgconv_cuda_untwist(&good, 0, 0, memory, NULL, memory, memory, NULL, NULL),
         "factor and product", "product");
  refuse(sgconv_cuda_untwist(&good, 0, 0, memory, NULL, NULL, NULL, NULL, NULL), "both NULL", "y");
  refuse(sgconv_cuda_gate_gradient(&good, 0, 0, memory, memory, NULL, memory, NULL), "sum is NULL",
         "sum");
  r = good;
  r.heads = 1;
  refuse(sgconv_cuda_gate_gradient(&r, 0, 0, memory, memory, memory, memory, NULL),
         "sum must be NULL", "sum");
  refuse(sgconv_cuda_spectrum_backward(&good, 0, memory, memory, memory, NULL, NULL, NULL),
         "both NULL", "results");
  refuse(sgconv_cuda_spectrum_backward(&good, 0, NULL, memory, memory, memory, NULL, NULL),
         "needs spectrum", "spectrum");
  refuse(sgconv_cuda_spectrum_backward(&good, 0, memory, NULL, memory, NULL, memory, NULL),
         "needs x", "x");
  refuse(sgconv_cuda_spectrum_backward(&good, 0, memory, memory, memory, memory, NULL, NULL),
         "must not be g", "in place");
  refuse(sgconv_cuda_kernel_gradient(&good, 3, 0, memory, memory, NULL, NULL), "mode = 3", "mode");
  refuse(sgconv_cuda_kernel_gradient(&good, 0, 0, memory, NULL, NULL, NULL), "both NULL",
         "results");
}

static void place(void) {
  const sgconv_convolution_geometry good = {1, 3, 10, 10, SGCONV_CAUSAL, 0};
  refuse(sgconv_cuda_kernel_place(&good, 12, 3, 1, memory, NULL, memory, NULL), "row_first = 3",
         "rows");
  refuse(sgconv_cuda_kernel_place(&good, 12, 2, 2, memory, NULL, memory, NULL), "row_count = 2",
         "rows");
  refuse(sgconv_cuda_kernel_place(&good, 9, 0, 1, memory, NULL, memory, NULL), "size = 9", "N");
}

static void fused(void) {
  const sgconv_convolution_geometry g = {1, 3, 10, 10, SGCONV_CAUSAL, 0};
  sgconv_cuda_rows r = {1, 3, 10, 300, 0, 1, 0, 3};
  int64_t size = 0;
  expect(sgconv_cuda_fused_prepare(&g, 300, 0, 3, memory, NULL, memory, NULL), SGCONV_UNSUPPORTED,
         "size = 300", "no power of two");
  expect(sgconv_cuda_fused_forward(&r, 0, memory, memory, NULL, NULL, memory, NULL, 0, NULL),
         SGCONV_UNSUPPORTED, "size = 300", "no power of two");
  expect(sgconv_cuda_fused_size((16 << 20) + 1, &size), SGCONV_UNSUPPORTED, "256 to 16777216",
         "too long");
  refuse(sgconv_cuda_fused_size(0, &size), "length = 0", "no length");
  sgconv_path path = SGCONV_PATH_FUSED;
  refuse(sgconv_cuda_choose_path(0, SGCONV_FLOAT32, &path), "length = 0", "no length");
  refuse(sgconv_cuda_choose_path(10, 3, &path), "dtype = 3", "no type");
  refuse(sgconv_cuda_choose_path(10, SGCONV_FLOAT32, NULL), "path is NULL", "NULL");
  r.size = 24576;
  int64_t bytes = 0;
  expect(sgconv_cuda_fused_forward_workspace(&r, &bytes), SGCONV_OK, "", "workspace");
  refuse(sgconv_cuda_fused_forward_workspace(&r, NULL), "bytes is NULL", "NULL");
  refuse(sgconv_cuda_fused_forward(&r, 0, memory, memory, NULL, NULL, memory, NULL, bytes, NULL),
         "workspace is NULL", "no workspace");
  refuse(sgconv_cuda_fused_forward(&r, 0, memory, memory, NULL, NULL, memory, memory, 24575, NULL),
         "sgconv_cuda_fused_forward_workspace", "a short workspace");
  r.size = 512;
  expect(sgconv_cuda_fused_forward_workspace(&r, &bytes), SGCONV_OK, "", "workspace");
  if (bytes != 0) {
    ++failures;
    fprintf(stderr, "FAILED: one block needs %lld bytes of workspace\n", (long long)bytes);
  }
  refuse(sgconv_cuda_fused_backward_workspace(&r, 0, 1, 0, &size), "batch = 0",
         "a batch that rows exceed");
  refuse(sgconv_cuda_fused_backward_workspace(&r, 1, 2, 0, &size), "kernel = 2", "not a flag");
  refuse(sgconv_cuda_fused_backward_workspace(&r, 1, 1, 2, &size), "dpost = 2", "not a flag");
  expect(sgconv_cuda_fused_backward_workspace(&r, r.batch_count, 1, 0, &bytes), SGCONV_OK, "",
         "workspace");
  refuse(sgconv_cuda_fused_backward(&r, r.batch_count, 0, 2, memory, memory, NULL, NULL, memory,
                                    memory, NULL, NULL, memory, bytes, NULL),
         "kernel = 2", "not a flag");
  refuse(sgconv_cuda_fused_backward(&r, r.batch_count, 0, 1, memory, memory, NULL, NULL, memory,
                                    memory, NULL, NULL, memory, bytes - 1, NULL),
         "workspace_bytes", "a short workspace");
  refuse(sgconv_cuda_fused_backward(&r, r.batch_count, 0, 1, memory, memory, NULL, memory, memory,
                                    memory, memory, NULL, memory, bytes, NULL),
         "pre is NULL", "dpre without pre");
  refuse(sgconv_cuda_fused_backward(&r, r.batch_count, 0, 1, memory, memory, memory, NULL, memory,
                                    memory, NULL, memory, memory, bytes, NULL),
         "post is NULL", "dpost without post");
  refuse(sgconv_cuda_fused_kernel_gradient(&r, r.batch_count, 3, memory, bytes, memory, NULL, NULL),
         "mode = 3", "no mode");
  refuse(sgconv_cuda_fused_kernel_gradient(&r, r.batch_count, 0, memory, bytes, NULL, NULL, NULL),
         "NULL", "no gradient");
}

static void fused_synthesis(void) {
  const sgconv_convolution_geometry g = {2, 3, 10, 10, SGCONV_BIDIRECTIONAL, 0};
  const sgconv_kernel_geometry good = {4, 3, 4, 3, 0, SGCONV_SUM, SGCONV_LINEAR, SGCONV_POWER, 0};
  sgconv_kernel_geometry k = good;
  float *const m = memory;
  float *const odd = (float *)4098;
  refuse(sgconv_cuda_fused_synthesize(NULL, &g, 256, 0, 6, m, m, m, NULL, NULL, m, NULL),
         "kernel_geometry is NULL", "NULL");
  refuse(sgconv_cuda_fused_synthesize(&good, NULL, 256, 0, 6, m, m, m, NULL, NULL, m, NULL),
         "geometry is NULL", "NULL");
  k.channels = 2;
  refuse(sgconv_cuda_fused_synthesize(&k, &g, 256, 0, 6, m, m, m, NULL, NULL, m, NULL),
         "kernel_geometry.channels = 2, expected 4, twice geometry.heads", "one direction only");
  k = good;
  k.hidden = 2;
  refuse(sgconv_cuda_fused_synthesize(&k, &g, 256, 0, 6, m, m, m, NULL, NULL, m, NULL),
         "kernel_geometry.hidden = 2, expected 3", "another width");
  k = good;
  k.scales = 0;
  refuse(sgconv_cuda_fused_synthesize(&k, &g, 256, 0, 6, m, m, m, NULL, NULL, m, NULL),
         "geometry.scales = 0", "S");
  expect(sgconv_cuda_fused_synthesize(&good, &g, 300, 0, 6, m, m, m, NULL, NULL, m, NULL),
         SGCONV_UNSUPPORTED, "size = 300", "no such size");
  refuse(sgconv_cuda_fused_synthesize(&good, &g, 256, 6, 1, m, m, m, NULL, NULL, m, NULL),
         "row_first = 6, expected 0 to 5", "rows");
  refuse(sgconv_cuda_fused_synthesize(&good, &g, 256, 4, 3, m, m, m, NULL, NULL, m, NULL),
         "row_count = 3, expected 1 to 2", "rows");
  refuse(sgconv_cuda_fused_synthesize(&good, &g, 256, 0, 6, NULL, m, m, NULL, NULL, m, NULL),
         "weights is NULL", "weights");
  refuse(sgconv_cuda_fused_synthesize(&good, &g, 256, 0, 6, m, odd, m, NULL, NULL, m, NULL),
         "decay is not aligned to 4", "decay");
  refuse(sgconv_cuda_fused_synthesize(&good, &g, 256, 0, 6, m, m, NULL, NULL, NULL, m, NULL),
         "norm is NULL", "norm");
  refuse(sgconv_cuda_fused_synthesize(&good, &g, 256, 0, 6, m, m, m, odd, NULL, m, NULL),
         "skip is not aligned to 4", "skip");
  refuse(sgconv_cuda_fused_synthesize(&good, &g, 256, 0, 6, m, m, m, NULL, odd, m, NULL),
         "kernel is not aligned to 4", "kernel");
  refuse(sgconv_cuda_fused_synthesize(&good, &g, 256, 0, 6, m, m, m, NULL, NULL, m + 1, NULL),
         "spectrum is not aligned to 8", "spectrum");
}

static void sizes(void) {
  static const int64_t expected[][2] = {
      {1, 1},   {2, 2},     {11, 12},    {13, 14},     {63, 63},       {64, 64},
      {65, 72}, {257, 280}, {997, 1000}, {4097, 4200}, {14113, 14336}, {4194304, 4194304}};
  int64_t size = 0;
  for (size_t i = 0; i < sizeof expected / sizeof *expected; ++i) {
    if (sgconv_cuda_transform_size(expected[i][0], &size) != SGCONV_OK || size != expected[i][1]) {
      ++failures;
      fprintf(stderr, "FAILED: transform size of %lld is %lld, expected %lld\n",
              (long long)expected[i][0], (long long)size, (long long)expected[i][1]);
    }
  }
  refuse(sgconv_cuda_transform_size(0, &size), "length = 0", "size of nothing");
  refuse(sgconv_cuda_transform_size(1, NULL), "size is NULL", "NULL");
}

static void device(void) {
  const sgconv_kernel_geometry g = {1, 2, 4, 3, 0, SGCONV_SUM, SGCONV_LINEAR, SGCONV_GEOMETRIC, 0};
  expect(sgconv_cuda_check_device(), SGCONV_OK, "", "device");
  sgconv_emulation_fail("launch", 1, 701);
  expect(sgconv_cuda_kernel_norm(&g, memory, memory, memory, NULL), SGCONV_DEVICE,
         "CUDA kernel norm_rows, grid (2, 1, 1), block (256, 1, 1), shared memory 0 bytes: "
         "cudaErrorLaunchOutOfResources (701)",
         "failing launch");
  if (sgconv_cuda_last_device_error() != 701) {
    ++failures;
    fprintf(stderr, "FAILED: last device error is %d\n", (int)sgconv_cuda_last_device_error());
  }
  expect(sgconv_cuda_kernel_norm(&g, memory, memory, memory, (void *)8), SGCONV_DEVICE,
         "cudaErrorInvalidResourceHandle", "no such stream");
}

int main(void) {
  if (sgconv_cuda_abi_version() != SGCONV_CUDA_ABI_VERSION ||
      strcmp(sgconv_cuda_architectures(), "emulated") != 0 || strlen(sgconv_cuda_version()) == 0 ||
      strcmp(sgconv_cuda_last_error(), "") != 0) {
    ++failures;
    fprintf(stderr, "FAILED: what the library says of itself\n");
  }
  synthesis();
  rows();
  place();
  fused();
  fused_synthesis();
  sizes();
  device();
  return failures == 0 ? 0 : 1;
}
