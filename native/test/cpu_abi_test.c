/* The C interface from C: one convolution by hand, and misuse, which must fail with a text that
 * names the value and must write nothing. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sgconv/cpu.h"

static int failures = 0;

static void expect(int condition, const char *what) {
  if (!condition) {
    ++failures;
    fprintf(stderr, "FAILED: %s; last error: %s\n", what, sgconv_cpu_last_error());
  }
}

static void expect_invalid(sgconv_status status, const char *mentions) {
  expect(status == SGCONV_INVALID_ARGUMENT, mentions);
  expect(strstr(sgconv_cpu_last_error(), mentions) != NULL, mentions);
}

static void convolve(sgconv_cpu_context *context) {
  const sgconv_convolution_geometry geometry = {1, 1, 3, 3, SGCONV_CAUSAL, 0};
  const float k[3] = {1.0f, 2.0f, 3.0f}, u[3] = {1.0f, 0.0f, 10.0f}, skip[1] = {100.0f};
  const float expected[3] = {101.0f, 2.0f, 1013.0f};
  float y[3] = {0.0f, 0.0f, 0.0f};
  sgconv_cpu_plan *plan = NULL;
  int64_t bytes = 0;
  void *spectrum;
  expect(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, &plan) == SGCONV_OK,
         "plan_create");
  expect(sgconv_cpu_plan_spectrum_bytes(plan, &bytes) == SGCONV_OK, "plan_spectrum_bytes");
  spectrum = aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
  expect(sgconv_cpu_spectrum_prepare(plan, k, skip, spectrum) == SGCONV_OK, "spectrum_prepare");
  expect(sgconv_cpu_convolution_forward(plan, spectrum, 1, NULL, u, NULL, NULL, y) == SGCONV_OK,
         "convolution_forward");
  for (int i = 0; i < 3; ++i) expect(fabsf(y[i] - expected[i]) < 1e-3f, "value of y");

  expect_invalid(sgconv_cpu_spectrum_prepare(plan, NULL, NULL, spectrum), "kernel");
  expect_invalid(sgconv_cpu_spectrum_prepare(plan, k, NULL, (char *)spectrum + 4), "aligned");
  expect_invalid(sgconv_cpu_spectrum_prepare(NULL, k, NULL, spectrum), "plan");
  expect_invalid(sgconv_cpu_convolution_forward(plan, spectrum, 0, NULL, u, NULL, NULL, y),
                 "batch = 0");
  expect_invalid(
      sgconv_cpu_convolution_forward(plan, spectrum, INT64_MAX / 2, NULL, u, NULL, NULL, y),
      "elements");
  expect_invalid(sgconv_cpu_convolution_forward(plan, spectrum, 1, NULL, NULL, NULL, NULL, y),
                 "u is NULL");
  expect_invalid(sgconv_cpu_convolution_forward(plan, NULL, 1, NULL, u, NULL, NULL, y), "spectrum");
  expect_invalid(sgconv_cpu_convolution_backward(plan, spectrum, 1, NULL, u, u, NULL, NULL, NULL,
                                                 NULL, NULL, y, NULL),
                 "dpre");
  expect_invalid(sgconv_cpu_convolution_backward(plan, spectrum, 1, NULL, u, u, NULL, NULL, NULL,
                                                 NULL, NULL, NULL, y),
                 "dpost");
  expect(fabsf(y[0] - expected[0]) < 1e-3f, "y was written by a failing call");
  expect(sgconv_cpu_convolution_backward(plan, spectrum, 1, NULL, u, u, NULL, NULL, NULL, NULL,
                                         NULL, NULL, NULL) == SGCONV_OK,
         "backward without outputs");
  free(spectrum);
  sgconv_cpu_plan_destroy(plan);
}

/* Rows that end before L, and what is no such length. */
static void lengths(sgconv_cpu_context *context) {
  const sgconv_convolution_geometry geometry = {1, 1, 3, 2, SGCONV_CAUSAL, 0};
  const sgconv_convolution_geometry circular = {1, 1, 3, 2, SGCONV_CIRCULAR, 0};
  const float k[2] = {1.0f, 2.0f};
  const float u[6] = {1.0f, 10.0f, NAN, 100.0f, 10.0f, 1.0f};
  const float expected[6] = {1.0f, 12.0f, 0.0f, 100.0f, 210.0f, 21.0f};
  const int64_t samples[2] = {2, 3}, none[2] = {3, 0}, many[2] = {4, 3}, whole[2] = {3, 3};
  float y[6] = {NAN, NAN, NAN, NAN, NAN, NAN};
  sgconv_cpu_plan *plan = NULL;
  int64_t bytes = 0;
  void *spectrum;
  expect(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, &plan) == SGCONV_OK,
         "plan_create");
  expect(sgconv_cpu_plan_spectrum_bytes(plan, &bytes) == SGCONV_OK, "plan_spectrum_bytes");
  spectrum = aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
  expect(sgconv_cpu_spectrum_prepare(plan, k, NULL, spectrum) == SGCONV_OK, "spectrum_prepare");
  expect_invalid(sgconv_cpu_convolution_forward(plan, spectrum, 2, none, u, NULL, NULL, y),
                 "lengths[1] = 0, expected 1 to 3");
  expect_invalid(sgconv_cpu_convolution_backward(plan, spectrum, 2, many, u, u, NULL, NULL, y, NULL,
                                                 NULL, NULL, NULL),
                 "lengths[0] = 4, expected 1 to 3");
  expect_invalid(
      sgconv_cpu_convolution_forward(
          plan, spectrum, 2, (const int64_t *)((const char *)samples + 4), u, NULL, NULL, y),
      "lengths is not aligned to 8 bytes");
  expect(isnan(y[0]), "y was written by a failing call");
  expect(sgconv_cpu_convolution_forward(plan, spectrum, 2, samples, u, NULL, NULL, y) == SGCONV_OK,
         "convolution_forward of two lengths");
  for (int i = 0; i < 6; ++i) expect(fabsf(y[i] - expected[i]) < 1e-3f, "value of y");
  sgconv_cpu_plan_destroy(plan);

  expect(sgconv_cpu_plan_create(context, &circular, SGCONV_FLOAT32, &plan) == SGCONV_OK,
         "plan_create");
  expect(sgconv_cpu_spectrum_prepare(plan, k, NULL, spectrum) == SGCONV_OK, "spectrum_prepare");
  expect_invalid(sgconv_cpu_convolution_forward(plan, spectrum, 2, whole, u, NULL, NULL, y),
                 "lengths must be NULL: rows of a circular convolution have one length");
  sgconv_cpu_plan_destroy(plan);
  free(spectrum);
}

/* The same in double: what float cannot hold comes through, and pointers are aligned to doubles. */
static void convolve_double(sgconv_cpu_context *context) {
  const sgconv_convolution_geometry geometry = {1, 1, 2, 2, SGCONV_CAUSAL, 0};
  const double k[2] = {1.0, 0x1p-40}, u[2] = {1.0, 3.0}, skip[1] = {0x1p-45};
  double y[2] = {0.0, 0.0};
  sgconv_cpu_plan *plan = NULL;
  int64_t bytes = 0;
  void *spectrum;
  expect(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT64, &plan) == SGCONV_OK,
         "plan_create");
  expect(sgconv_cpu_plan_spectrum_bytes(plan, &bytes) == SGCONV_OK, "plan_spectrum_bytes");
  spectrum = aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
  expect(sgconv_cpu_spectrum_prepare(plan, k, skip, spectrum) == SGCONV_OK, "spectrum_prepare");
  expect(sgconv_cpu_convolution_forward(plan, spectrum, 1, NULL, u, NULL, NULL, y) == SGCONV_OK,
         "convolution_forward");
  expect(y[0] == 1.0 + 0x1p-45 && y[1] == 3.0 + 3 * 0x1p-45 + 0x1p-40, "value of y");
  expect_invalid(
      sgconv_cpu_convolution_forward(plan, spectrum, 1, NULL, (const char *)u + 4, NULL, NULL, y),
      "u is not aligned to 8 bytes");
  free(spectrum);
  sgconv_cpu_plan_destroy(plan);
}

static void misuse_plans(sgconv_cpu_context *context) {
  sgconv_convolution_geometry geometry = {1, 1, 16, 16, SGCONV_CAUSAL, 0};
  sgconv_cpu_plan *plan = NULL;
  sgconv_status status;
  expect_invalid(sgconv_cpu_plan_create(NULL, &geometry, SGCONV_FLOAT32, &plan), "context");
  expect_invalid(sgconv_cpu_plan_create(context, NULL, SGCONV_FLOAT32, &plan), "geometry");
  expect_invalid(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, NULL), "plan");
  expect_invalid(sgconv_cpu_plan_create(context, &geometry, 4, &plan), "dtype = 4");
  expect(sgconv_cpu_plan_create(context, &geometry, SGCONV_BFLOAT16, &plan) == SGCONV_UNSUPPORTED &&
             strstr(sgconv_cpu_last_error(), "float32 (0) or float64 (3)") != NULL,
         "bfloat16");
  geometry.length = 0;
  expect_invalid(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, &plan), "length = 0");
  geometry.length = INT64_MAX;
  expect_invalid(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, &plan), "length");
  geometry.length = 16;
  geometry.kernel_length = 0;
  expect_invalid(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, &plan),
                 "kernel_length = 0");
  geometry.kernel_length = 17;
  geometry.mode = SGCONV_CIRCULAR;
  expect_invalid(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, &plan),
                 "kernel_length = 17, expected 1 to 16");
  geometry.kernel_length = INT64_C(1) << 40;
  geometry.mode = SGCONV_BIDIRECTIONAL;
  geometry.hidden = INT64_C(1) << 20;
  expect_invalid(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, &plan),
                 "kernel (channels");
  geometry.kernel_length = 16;
  geometry.mode = SGCONV_CAUSAL;
  geometry.hidden = 1;
  geometry.heads = -3;
  expect_invalid(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, &plan), "heads = -3");
  geometry.heads = INT64_C(1) << 40;
  geometry.hidden = INT64_C(1) << 40;
  expect_invalid(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, &plan), "elements");
  geometry.heads = 1;
  geometry.hidden = 1;
  geometry.mode = 4;
  expect_invalid(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, &plan), "mode = 4");
  geometry.mode = SGCONV_CAUSAL;
  geometry.reserved = 1;
  expect_invalid(sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, &plan), "reserved");
  geometry.reserved = 0;
  geometry.length = INT64_C(1) << 40;
  geometry.kernel_length = geometry.length;
  status = sgconv_cpu_plan_create(context, &geometry, SGCONV_FLOAT32, &plan);
  expect(status == SGCONV_OUT_OF_MEMORY || status == SGCONV_INVALID_ARGUMENT, "absurd length");
  expect(plan == NULL, "a failing plan_create wrote its output");
  sgconv_cpu_plan_destroy(NULL);
}

static void misuse_kernels(sgconv_cpu_context *context) {
  sgconv_kernel_geometry g = {1, 1, 2, 2, 0, SGCONV_CONCATENATE, SGCONV_LINEAR, SGCONV_GEOMETRIC,
                              0};
  const float w[4] = {1.0f, 2.0f, 3.0f, 4.0f}, decay[1] = {1.0f}, norm[1] = {1.0f};
  float out[4];
  expect_invalid(sgconv_cpu_kernel_forward(context, &g, SGCONV_FLOAT32, w, decay, norm, 0, out),
                 "length = 0");
  expect_invalid(sgconv_cpu_kernel_forward(context, &g, SGCONV_FLOAT32, w, decay, NULL, 4, out),
                 "norm");
  expect_invalid(sgconv_cpu_kernel_norm(context, &g, SGCONV_FLOAT32, NULL, decay, out), "weights");
  expect_invalid(
      sgconv_cpu_kernel_backward(context, &g, SGCONV_FLOAT32, w, decay, norm, 4, w, out, out),
      "grad_decay");
  g.scales = 0;
  expect_invalid(sgconv_cpu_kernel_norm(context, &g, SGCONV_FLOAT32, w, decay, out), "scales = 0");
  g.scales = 60;
  expect_invalid(sgconv_cpu_kernel_norm(context, &g, SGCONV_FLOAT32, w, decay, out), "scales = 60");
  g.scales = 2;
  g.interpolation = 9;
  expect_invalid(sgconv_cpu_kernel_norm(context, &g, SGCONV_FLOAT32, w, decay, out),
                 "interpolation = 9");
  g.interpolation = SGCONV_LINEAR;
  expect(sgconv_cpu_kernel_norm(context, &g, SGCONV_FLOAT32, w, decay, out) == SGCONV_OK,
         "kernel_norm");
  expect(fabsf(out[0] - sqrtf(1.0f + 4.0f + 9.0f + 16.0f)) < 1e-5f, "value of the norm");
}

int main(void) {
  sgconv_cpu_context *context = NULL;
  int32_t threads = 0;
  expect(strcmp(sgconv_cpu_last_error(), "") == 0, "an error before the first call");
  expect_invalid(sgconv_cpu_context_create(-1, &context), "threads = -1");
  expect_invalid(sgconv_cpu_context_create(1, NULL), "context");
  expect(sgconv_cpu_context_create(2, &context) == SGCONV_OK, "context_create");
  expect(sgconv_cpu_context_threads(context, &threads) == SGCONV_OK && threads == 2, "threads");
  convolve(context);
  convolve_double(context);
  lengths(context);
  misuse_plans(context);
  misuse_kernels(context);
  sgconv_cpu_context_destroy(context);
  sgconv_cpu_context_destroy(NULL);
  return failures == 0 ? 0 : 1;
}
