/* The C boundary: what a wrong call returns and says, from plain C. */
#include <stdio.h>
#include <string.h>

#include "emulation/control.h"
#include "sgconv/cuda_layers.h"

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
  refuse(sgconv_cuda_kernel_norm(&g, memory, memory, memory, NULL), "exceeds 2^56", "M");
  g = good;
  g.init_scale = 63;
  refuse(sgconv_cuda_kernel_norm(&g, memory, memory, memory, NULL),
         "init_scale = 63, expected 0 to 62", "r");
  g = good;
  g.hidden = INT64_MAX / 2;
  refuse(sgconv_cuda_kernel_norm(&g, memory, memory, memory, NULL),
         "weights (scales, channels, hidden, dim) would have more", "overflow");
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
  refuse(sgconv_cuda_twist(NULL, NULL, -1, 0, memory, NULL, memory, NULL), "rows is NULL", "NULL");
  r.size = 9;
  refuse(sgconv_cuda_twist(&r, NULL, -1, 0, memory, NULL, memory, NULL), "size = 9, expected 10",
         "N");
  r = good;
  r.hidden_first = 1;
  refuse(sgconv_cuda_twist(&r, NULL, -1, 0, memory, NULL, memory, NULL),
         "hidden_count = 3, expected 1 to 2", "h");
  r = good;
  r.batch_count = 0;
  refuse(sgconv_cuda_twist(&r, NULL, -1, 0, memory, NULL, memory, NULL), "batch_count = 0", "b");
  r = good;
  r.batch_first = INT64_MAX / 3;
  refuse(sgconv_cuda_twist(&r, NULL, -1, 0, memory, NULL, memory, NULL),
         "signal (batch, heads, hidden, length) would have more", "overflow");
  refuse(sgconv_cuda_twist(&good, NULL, 2, 0, memory, NULL, memory, NULL),
         "head = 2, expected -1 to 1", "head");
  refuse(sgconv_cuda_twist(&good, NULL, -1, 4, memory, NULL, memory, NULL), "dtype = 4", "dtype");
  refuse(sgconv_cuda_twist(&good, NULL, -1, 0, memory, NULL, memory + 1, NULL),
         "z is not aligned to 8", "complex alignment");
  refuse(sgconv_cuda_spectrum_multiply(&good, -1, memory, memory, memory, NULL), "head = -1",
         "head");
  refuse(sgconv_cuda_untwist(&good, NULL, 0, 0, memory, NULL, memory, memory, NULL, NULL),
         "factor and product", "product");
  refuse(sgconv_cuda_untwist(&good, NULL, 0, 0, memory, NULL, NULL, NULL, NULL, NULL), "both NULL",
         "y");
  refuse(sgconv_cuda_gate_gradient(&good, NULL, 0, 0, memory, memory, NULL, memory, NULL),
         "sum is NULL", "sum");
  r = good;
  r.heads = 1;
  refuse(sgconv_cuda_gate_gradient(&r, NULL, 0, 0, memory, memory, memory, memory, NULL),
         "sum must be NULL", "sum");
  refuse(sgconv_cuda_spectrum_backward(&good, 0, memory, memory, memory, NULL, NULL, NULL),
         "both NULL", "results");
  refuse(sgconv_cuda_spectrum_backward(&good, 0, NULL, memory, memory, memory, NULL, NULL),
         "needs spectrum", "spectrum");
  refuse(sgconv_cuda_spectrum_backward(&good, 0, memory, NULL, memory, NULL, memory, NULL),
         "needs x", "x");
  refuse(sgconv_cuda_spectrum_backward(&good, 0, memory, memory, memory, memory, NULL, NULL),
         "must not be g", "in place");
  refuse(sgconv_cuda_kernel_gradient(&good, 10, 4, 0, memory, memory, NULL, NULL), "mode = 4",
         "mode");
  refuse(sgconv_cuda_kernel_gradient(&good, 10, 0, 0, memory, NULL, NULL, NULL), "both NULL",
         "results");
  refuse(sgconv_cuda_kernel_gradient(&good, 0, 0, 0, memory, memory, NULL, NULL),
         "kernel_length = 0", "K");
  refuse(sgconv_cuda_kernel_gradient(&good, 11, SGCONV_CIRCULAR, 0, memory, memory, NULL, NULL),
         "kernel_length = 11, expected 1 to 10", "circular K");
  const int64_t lengths[] = {11};
  refuse(sgconv_cuda_twist(&good, lengths, -1, 0, memory, NULL, memory, NULL),
         "lengths[0] = 11, expected 1 to 10", "a signal beyond its row");
}

static void place(void) {
  const sgconv_convolution_geometry good = {1, 3, 10, 10, SGCONV_CAUSAL, 0};
  refuse(sgconv_cuda_kernel_place(&good, 12, 3, 1, memory, NULL, memory, NULL), "row_first = 3",
         "rows");
  refuse(sgconv_cuda_kernel_place(&good, 12, 2, 2, memory, NULL, memory, NULL), "row_count = 2",
         "rows");
  refuse(sgconv_cuda_kernel_place(&good, 9, 0, 1, memory, NULL, memory, NULL), "size = 9", "N");
}

static sgconv_cuda_plan *planned(int64_t length, sgconv_mode mode) {
  const sgconv_convolution_geometry g = {2, 3, length, length, mode, 0};
  sgconv_cuda_plan *plan = NULL;
  expect(sgconv_cuda_plan_create(&g, SGCONV_FLOAT32, &plan), SGCONV_OK, "", "plan_create");
  return plan;
}

static void plan_create(void) {
  const sgconv_convolution_geometry good = {1, 3, 10, 4, SGCONV_CAUSAL, 0};
  sgconv_convolution_geometry g = good;
  sgconv_cuda_plan *plan = NULL;
  refuse(sgconv_cuda_plan_create(NULL, 0, &plan), "geometry is NULL", "NULL");
  refuse(sgconv_cuda_plan_create(&good, 4, &plan), "dtype = 4", "no type");
  refuse(sgconv_cuda_plan_create(&good, SGCONV_FLOAT64, &plan), "use the CPU library", "float64");
  refuse(sgconv_cuda_plan_create(&good, 0, NULL), "plan is NULL", "NULL");
  g.length = 0;
  refuse(sgconv_cuda_plan_create(&g, 0, &plan), "geometry.length = 0", "L");
  g = good;
  g.kernel_length = 0;
  refuse(sgconv_cuda_plan_create(&g, 0, &plan), "geometry.kernel_length = 0", "K");
  g.kernel_length = 11;
  g.mode = SGCONV_CIRCULAR;
  refuse(sgconv_cuda_plan_create(&g, 0, &plan), "geometry.kernel_length = 11, expected 1 to 10",
         "a circular kernel beyond its period");
  g = good;
  g.length = (16 << 20) + 1;
  g.kernel_length = g.length;
  expect(sgconv_cuda_plan_create(&g, 0, &plan), SGCONV_UNSUPPORTED,
         "geometry.length = 16777217 with 16777217 lags, fused convolution takes at most 16777216",
         "too long");
  g = good;
  g.heads = 1 << 10;
  g.hidden = 1 << 11;
  expect(sgconv_cuda_plan_create(&g, 0, &plan), SGCONV_UNSUPPORTED,
         "geometry.heads * geometry.hidden = 2097152", "too many rows");
  if (plan != NULL) {
    ++failures;
    fprintf(stderr, "FAILED: a plan from a refused call\n");
  }
  sgconv_cuda_plan_destroy(NULL);
  int64_t number = 0;
  refuse(sgconv_cuda_plan_transform_size(NULL, &number), "plan is NULL", "NULL");
  refuse(sgconv_cuda_plan_spectrum_bytes(NULL, &number), "plan is NULL", "NULL");
  refuse(sgconv_cuda_plan_prepare(NULL, memory, NULL, memory, NULL), "plan is NULL", "NULL");
}

static void workspace(void) {
  sgconv_cuda_plan *const block = planned(300, SGCONV_CAUSAL);
  sgconv_cuda_plan *const four_step = planned(20000, SGCONV_CAUSAL);
  int64_t least = -1, most = -1;
  float *const m = memory;
  refuse(sgconv_cuda_plan_workspace_bytes(block, 0, 0, &least, &most), "batch = 0", "no batch");
  refuse(sgconv_cuda_plan_workspace_bytes(block, (1 << 30) + 1LL, 0, &least, &most),
         "batch = 1073741825", "too many members");
  refuse(sgconv_cuda_plan_workspace_bytes(block, 1, 8, &least, &most), "gradients = 8",
         "no gradient");
  refuse(sgconv_cuda_plan_workspace_bytes(block, 1, 0, NULL, &most), "least is NULL", "NULL");
  refuse(sgconv_cuda_plan_workspace_bytes(block, 1, 0, &least, NULL), "most is NULL", "NULL");
  expect(sgconv_cuda_plan_workspace_bytes(block, 1, 0, &least, &most), SGCONV_OK, "", "workspace");
  if (least != 0 || most != 0) {
    ++failures;
    fprintf(stderr, "FAILED: one block needs %lld bytes of workspace\n", (long long)least);
  }
  expect(sgconv_cuda_plan_workspace_bytes(four_step, 1, 0, &least, &most), SGCONV_OK, "",
         "workspace");
  refuse(sgconv_cuda_plan_forward(four_step, m, 1, NULL, m, NULL, NULL, m, NULL, least, NULL),
         "workspace is NULL", "no workspace");
  refuse(sgconv_cuda_plan_forward(four_step, m, 1, NULL, m, NULL, NULL, m, m, least - 1, NULL),
         "sgconv_cuda_plan_workspace_bytes", "a short workspace");
  refuse(sgconv_cuda_plan_forward(four_step, m, 1, NULL, m, NULL, NULL, m, m + 1, least, NULL),
         "workspace is not aligned to 8", "alignment");
  expect(sgconv_cuda_plan_workspace_bytes(block, 1, SGCONV_GRADIENT_KERNEL, &least, &most),
         SGCONV_OK, "", "workspace");
  refuse(sgconv_cuda_plan_backward(block, m, 1, NULL, m, m, NULL, NULL, NULL, m, NULL, NULL, NULL,
                                   m, least - 1, NULL),
         "workspace_bytes", "a short workspace");
  sgconv_cuda_plan_destroy(block);
  sgconv_cuda_plan_destroy(four_step);
}

static void plan_operands(void) {
  sgconv_cuda_plan *const plan = planned(300, SGCONV_CAUSAL);
  sgconv_cuda_plan *const circular = planned(300, SGCONV_CIRCULAR);
  const int64_t lengths[] = {300, 301, 0};
  const int64_t enough = 1 << 30;
  float *const m = memory;
  refuse(sgconv_cuda_plan_prepare(plan, NULL, NULL, m, NULL), "kernel is NULL", "NULL");
  refuse(sgconv_cuda_plan_prepare(plan, m, NULL, m + 1, NULL), "spectrum is not aligned to 8",
         "alignment");
  refuse(sgconv_cuda_plan_forward(plan, m, 0, NULL, m, NULL, NULL, m, NULL, 0, NULL), "batch = 0",
         "no batch");
  refuse(sgconv_cuda_plan_forward(plan, m, 1 << 30, NULL, NULL, NULL, NULL, m, NULL, 0, NULL),
         "u is NULL", "NULL");
  refuse(sgconv_cuda_plan_forward(plan, m, 1, NULL, m, NULL, NULL, NULL, NULL, 0, NULL),
         "y is NULL", "NULL");
  refuse(sgconv_cuda_plan_forward(plan, m, 2, lengths, m, NULL, NULL, m, NULL, 0, NULL),
         "lengths[1] = 301, expected 1 to 300", "a signal beyond its row");
  refuse(sgconv_cuda_plan_forward(plan, m, 1, lengths + 2, m, NULL, NULL, m, NULL, 0, NULL),
         "lengths[0] = 0, expected 1 to 300", "no signal");
  refuse(sgconv_cuda_plan_forward(plan, m, 1, (const int64_t *)4, m, NULL, NULL, m, NULL, 0, NULL),
         "lengths is not aligned to 8", "alignment");
  refuse(sgconv_cuda_plan_forward(circular, m, 1, lengths, m, NULL, NULL, m, NULL, 0, NULL),
         "lengths must be NULL", "circular");
  refuse(sgconv_cuda_plan_backward(plan, m, 1, NULL, m, m, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                   m, enough, NULL),
         "no gradient is asked for", "nothing to do");
  refuse(sgconv_cuda_plan_backward(plan, m, 1, NULL, m, m, NULL, m, NULL, NULL, NULL, m, NULL, m,
                                   enough, NULL),
         "pre is NULL", "dpre without pre");
  refuse(sgconv_cuda_plan_backward(plan, m, 1, NULL, m, m, m, NULL, NULL, NULL, NULL, NULL, m, m,
                                   enough, NULL),
         "post is NULL", "dpost without post");
  sgconv_cuda_plan_destroy(plan);
  sgconv_cuda_plan_destroy(circular);
}

static void plan_synthesis(void) {
  sgconv_cuda_plan *const plan = planned(10, SGCONV_BIDIRECTIONAL);
  const sgconv_kernel_geometry good = {4, 3, 4, 3, 0, SGCONV_SUM, SGCONV_LINEAR, SGCONV_POWER, 0};
  sgconv_kernel_geometry k = good;
  float *const m = memory;
  float *const odd = (float *)4098;
  refuse(sgconv_cuda_plan_synthesize(NULL, &good, m, m, m, NULL, NULL, m, NULL), "plan is NULL",
         "NULL");
  refuse(sgconv_cuda_plan_synthesize(plan, NULL, m, m, m, NULL, NULL, m, NULL), "kernels is NULL",
         "NULL");
  k.channels = 2;
  refuse(sgconv_cuda_plan_synthesize(plan, &k, m, m, m, NULL, NULL, m, NULL),
         "kernels.channels = 2, expected 4, twice geometry.heads", "one direction only");
  k = good;
  k.channels = 2;
  sgconv_cuda_plan *const centered = planned(10, SGCONV_CENTERED);
  refuse(sgconv_cuda_plan_synthesize(centered, &k, m, m, m, NULL, NULL, m, NULL),
         "kernels of parameters begin with lag 0, and geometry.mode is SGCONV_CENTERED",
         "a centered one");
  sgconv_cuda_plan_destroy(centered);
  k = good;
  k.hidden = 2;
  refuse(sgconv_cuda_plan_synthesize(plan, &k, m, m, m, NULL, NULL, m, NULL),
         "kernels.hidden = 2, expected 3", "another width");
  k = good;
  k.scales = 0;
  refuse(sgconv_cuda_plan_synthesize(plan, &k, m, m, m, NULL, NULL, m, NULL), "kernels.scales = 0",
         "S");
  refuse(sgconv_cuda_plan_synthesize(plan, &good, NULL, m, m, NULL, NULL, m, NULL),
         "weights is NULL", "weights");
  refuse(sgconv_cuda_plan_synthesize(plan, &good, m, odd, m, NULL, NULL, m, NULL),
         "decay is not aligned to 4", "decay");
  refuse(sgconv_cuda_plan_synthesize(plan, &good, m, m, NULL, NULL, NULL, m, NULL), "norm is NULL",
         "norm");
  refuse(sgconv_cuda_plan_synthesize(plan, &good, m, m, m, odd, NULL, m, NULL),
         "skip is not aligned to 4", "skip");
  refuse(sgconv_cuda_plan_synthesize(plan, &good, m, m, m, NULL, odd, m, NULL),
         "kernel is not aligned to 4", "kernel");
  refuse(sgconv_cuda_plan_synthesize(plan, &good, m, m, m, NULL, NULL, m + 1, NULL),
         "spectrum is not aligned to 8", "spectrum");
  sgconv_cuda_plan_destroy(plan);
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

static void layers(void) {
  const sgconv_signal_geometry good = {2, 3, 4};
  sgconv_signal_geometry g = good;
  const sgconv_dropout certain = {1.0, 0, 0, 0};
  float *const m = memory;
  float *const odd = (float *)4098;
  refuse(sgconv_cuda_activation_forward(0, 1, NULL, 0, m, m, NULL), "count = 0", "nothing");
  refuse(sgconv_cuda_activation_forward(1, 2, NULL, 0, m, m, NULL), "gelu = 2", "no such function");
  refuse(sgconv_cuda_activation_forward(1, 1, NULL, -1, m, m, NULL), "first = -1", "first");
  refuse(sgconv_cuda_activation_backward(1, 1, &certain, 0, m, m, m, NULL),
         "dropout.probability = 1.0", "everything left out");
  refuse(sgconv_cuda_add(NULL, NULL, m, m, m, NULL), "geometry is NULL", "NULL");
  g.length = 0;
  refuse(sgconv_cuda_add(&g, NULL, m, m, m, NULL), "geometry.length = 0", "L");
  g = good;
  g.batch = INT64_MAX / 4;
  refuse(sgconv_cuda_add(&g, NULL, m, m, m, NULL),
         "signal (batch, channels, length) would have more", "overflow");
  refuse(sgconv_cuda_add(&good, NULL, m, odd, m, NULL), "branch is not aligned to 4", "alignment");
  const sgconv_linear_geometry map = {2, 3, 4, 5, 1, 0, {0, 0, 0, 0}, {0, 0, 0, 0}};
  sgconv_linear_geometry l = map;
  refuse(sgconv_cuda_linear_forward(&map, 0, m, NULL, NULL, m, m, NULL), "z must be NULL", "z");
  refuse(sgconv_cuda_linear_forward(&map, -1, m, NULL, NULL, NULL, m, NULL), "member_first = -1",
         "first");
  l.glu = 1;
  refuse(sgconv_cuda_linear_backward(&l, 0, NULL, m, m, NULL), "z is NULL", "no z");
  refuse(sgconv_cuda_linear_bias_gradient(&l, NULL, m, m, NULL), "z is NULL", "no z");
  l.tied.probability = -1;
  refuse(sgconv_cuda_linear_forward(&l, 0, m, NULL, NULL, NULL, m, NULL),
         "geometry.tied.probability", "tied");
  refuse(sgconv_cuda_add_partials(0, 1, 0, m, m, NULL), "parts = 0", "parts");
  refuse(sgconv_cuda_layer_norm_forward(&good, -1, m, m, m, m, NULL, NULL, NULL), "epsilon = -1",
         "epsilon");
  refuse(sgconv_cuda_layer_norm_forward(&good, 0, m, m, m, m, m, NULL, NULL), "mean and scale",
         "half of the statistics");
  refuse(sgconv_cuda_scalar_norm_backward(&good, m, m, m, m, m, m, NULL, m, m, m, NULL, NULL),
         "workspace is NULL", "workspace");
  refuse(sgconv_cuda_batch_norm_forward(&good, 2, 0, m, m, m, m, m, m, NULL), "given = 2", "given");
  refuse(sgconv_cuda_running_statistics(3, 1, 0.1, m, m, m, m, NULL), "count = 1", "one position");
  refuse(sgconv_cuda_running_statistics(3, 2, 1.5, m, m, m, m, NULL), "momentum = 1.5", "momentum");
  const int64_t tokens[] = {0, 1, 4, 0, 0, 0, 0, 0};
  int64_t index[16];
  refuse(sgconv_cuda_embedding_index(&good, 4, tokens, index), "tokens[2] = 4, expected 0 to 3",
         "token");
  refuse(sgconv_cuda_embedding_forward(&good, 0, tokens, m, m, NULL), "vocabulary = 0",
         "vocabulary");
  const int64_t lengths[] = {4, 5};
  refuse(sgconv_cuda_pool_forward(&good, 0, lengths, m, m, NULL), "lengths[1] = 5, expected 1 to 4",
         "length");
  refuse(sgconv_cuda_cross_entropy(2, 5, m, lengths, m, NULL, NULL),
         "labels[1] = 5, expected 0 to 4", "label");
  refuse(sgconv_cuda_pair_features_forward(0, 1, m, m, NULL), "pairs = 0", "pairs");
  refuse(sgconv_cuda_transpose(1, 1, 0, m, m, NULL), "columns = 0", "columns");
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
  plan_create();
  workspace();
  plan_operands();
  plan_synthesis();
  sizes();
  layers();
  device();
  return failures == 0 ? 0 : 1;
}
