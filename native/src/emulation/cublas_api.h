// The subset of cuBLAS that we call: names and numbers of cuBLAS 13, written from its
// documentation.
#pragma once

#include <cstddef>

#include "emulation/export.h"
#include "emulation/runtime_api.h"

enum cublasStatus_t : int {
  CUBLAS_STATUS_SUCCESS = 0,
  CUBLAS_STATUS_NOT_INITIALIZED = 1,
  CUBLAS_STATUS_ALLOC_FAILED = 3,
  CUBLAS_STATUS_INVALID_VALUE = 7,
  CUBLAS_STATUS_ARCH_MISMATCH = 8,
  CUBLAS_STATUS_MAPPING_ERROR = 11,
  CUBLAS_STATUS_EXECUTION_FAILED = 13,
  CUBLAS_STATUS_INTERNAL_ERROR = 14,
  CUBLAS_STATUS_NOT_SUPPORTED = 15
};

enum cublasOperation_t : int { CUBLAS_OP_N = 0, CUBLAS_OP_T = 1 };

enum cublasMath_t : int { CUBLAS_DEFAULT_MATH = 0 };

struct cublasContext;
using cublasHandle_t = cublasContext *;

extern "C" {
SGCONV_EMULATION_API cublasStatus_t cublasCreate_v2(cublasHandle_t *handle);
SGCONV_EMULATION_API cublasStatus_t cublasDestroy_v2(cublasHandle_t handle);
SGCONV_EMULATION_API cublasStatus_t cublasGetVersion_v2(cublasHandle_t handle, int *version);
SGCONV_EMULATION_API const char *cublasGetStatusName(cublasStatus_t status);
SGCONV_EMULATION_API cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode);
SGCONV_EMULATION_API cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream);
SGCONV_EMULATION_API cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void *workspace,
                                                          std::size_t bytes);
SGCONV_EMULATION_API cublasStatus_t cublasSgemmStridedBatched_64(
    cublasHandle_t handle, cublasOperation_t a_operation, cublasOperation_t b_operation,
    long long m, long long n, long long k, const float *alpha, const float *a, long long a_rows,
    long long a_stride, const float *b, long long b_rows, long long b_stride, const float *beta,
    float *c, long long c_rows, long long c_stride, long long batch);
}
