// cuBLAS's products of matrices, which lie column by column, in float64 inside.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <set>
#include <vector>

#include "emulation/cublas_api.h"
#include "emulation/device_work.h"
#include "emulation/failures.h"

struct cublasContext {
  int device = 0;
  cudaStream_t stream = nullptr;
  void *workspace = nullptr;
  std::size_t bytes = 0;
};

namespace sgconv::emulation {
namespace {

constexpr std::size_t kAlignment = 256;

struct Handles {
  std::mutex lock;
  std::set<cublasHandle_t> all;
};

Handles &handles() {
  static Handles *const instance = new Handles();  // never destroyed, like the machine
  return *instance;
}

// Matrices as they are stored: `rows` from one column to the next.
struct Matrices {
  bool transposed;
  std::int64_t rows, stride;

  std::int64_t at(std::int64_t row, std::int64_t column) const {
    return transposed ? row * rows + column : column * rows + row;
  }
  // Elements from the first to the last, of matrices with so many rows and columns.
  std::size_t extent(std::int64_t m, std::int64_t n, std::int64_t batch) const {
    return static_cast<std::size_t>((batch - 1) * stride + at(m - 1, n - 1) + 1);
  }
};

struct Product {
  std::int64_t m, n, k, batch;
  float alpha, beta;
  Matrices a, b, c;
};

void multiply(const Product &p, const float *a, const float *b, float *c) {
  std::vector<double> column(static_cast<std::size_t>(p.m));
  for (std::int64_t member = 0; member < p.batch; ++member) {
    const float *const a_here = a + member * p.a.stride;
    const float *const b_here = b + member * p.b.stride;
    float *const c_here = c + member * p.c.stride;
    for (std::int64_t j = 0; j < p.n; ++j) {
      std::fill(column.begin(), column.end(), 0.0);
      for (std::int64_t l = 0; l < p.k; ++l) {
        const double factor = static_cast<double>(b_here[p.b.at(l, j)]);
        for (std::int64_t i = 0; i < p.m; ++i) {
          column[static_cast<std::size_t>(i)] += static_cast<double>(a_here[p.a.at(i, l)]) * factor;
        }
      }
      for (std::int64_t i = 0; i < p.m; ++i) {
        float &to = c_here[p.c.at(i, j)];
        // What is there is read only if it counts: it may be NaN otherwise.
        const double kept =
            p.beta == 0.0f ? 0.0 : static_cast<double>(p.beta) * static_cast<double>(to);
        to = static_cast<float>(static_cast<double>(p.alpha) * column[static_cast<std::size_t>(i)] +
                                kept);
      }
    }
  }
}

bool is_open(cublasHandle_t handle) { return handles().all.count(handle) > 0; }

bool fits(const Matrices &matrices, std::int64_t m, std::int64_t n) {
  return matrices.rows >= (matrices.transposed ? n : m);
}

}  // namespace
}  // namespace sgconv::emulation

using namespace sgconv::emulation;

cublasStatus_t cublasCreate_v2(cublasHandle_t *handle) {
  const std::lock_guard guard(handles().lock);
  if (handle == nullptr) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  if (const int injected = failure_at("handle"); injected != 0) {
    return static_cast<cublasStatus_t>(injected);
  }
  int device = 0;
  // Making a handle allocates device memory.
  if (cudaGetDevice(&device) != cudaSuccess || allocation_forbidden()) {
    return CUBLAS_STATUS_NOT_INITIALIZED;
  }
  *handle = new cublasContext{device, nullptr, nullptr, 0};
  handles().all.insert(*handle);
  count_handles(1);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy_v2(cublasHandle_t handle) {
  const std::lock_guard guard(handles().lock);
  if (handles().all.erase(handle) == 0) {
    return CUBLAS_STATUS_NOT_INITIALIZED;
  }
  delete handle;
  count_handles(-1);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGetVersion_v2(cublasHandle_t, int *version) {
  *version = 130100;
  return CUBLAS_STATUS_SUCCESS;
}

const char *cublasGetStatusName(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED:
      return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_ARCH_MISMATCH:
      return "CUBLAS_STATUS_ARCH_MISMATCH";
    case CUBLAS_STATUS_MAPPING_ERROR:
      return "CUBLAS_STATUS_MAPPING_ERROR";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CUBLAS_STATUS_INTERNAL_ERROR:
      return "CUBLAS_STATUS_INTERNAL_ERROR";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
  }
  return "<unknown>";
}

cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
  const std::lock_guard guard(handles().lock);
  if (!is_open(handle)) {
    return CUBLAS_STATUS_NOT_INITIALIZED;
  }
  return mode == CUBLAS_DEFAULT_MATH ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

// As in the real one, this takes the workspace away.
cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream) {
  const std::lock_guard guard(handles().lock);
  if (!is_open(handle)) {
    return CUBLAS_STATUS_NOT_INITIALIZED;
  }
  handle->stream = stream;
  handle->workspace = nullptr;
  handle->bytes = 0;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void *workspace, std::size_t bytes) {
  const std::lock_guard guard(handles().lock);
  if (!is_open(handle)) {
    return CUBLAS_STATUS_NOT_INITIALIZED;
  }
  if (reinterpret_cast<std::uintptr_t>(workspace) % kAlignment != 0 ||
      (workspace != nullptr && !is_device_memory(workspace, bytes))) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  handle->workspace = workspace;
  handle->bytes = bytes;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSgemmStridedBatched_64(cublasHandle_t handle, cublasOperation_t a_operation,
                                            cublasOperation_t b_operation, long long m, long long n,
                                            long long k, const float *alpha, const float *a,
                                            long long a_rows, long long a_stride, const float *b,
                                            long long b_rows, long long b_stride, const float *beta,
                                            float *c, long long c_rows, long long c_stride,
                                            long long batch) {
  const std::lock_guard guard(handles().lock);
  if (!is_open(handle)) {
    return CUBLAS_STATUS_NOT_INITIALIZED;
  }
  const Product product{m,
                        n,
                        k,
                        batch,
                        *alpha,
                        *beta,
                        {a_operation == CUBLAS_OP_T, a_rows, a_stride},
                        {b_operation == CUBLAS_OP_T, b_rows, b_stride},
                        {false, c_rows, c_stride}};
  if (m < 1 || n < 1 || k < 1 || batch < 1 || a_stride < 0 || b_stride < 0 ||
      !fits(product.a, m, k) || !fits(product.b, k, n) || !fits(product.c, m, n) ||
      (batch > 1 && c_stride < c_rows * (n - 1) + m)) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  if (const int injected = failure_at("product"); injected != 0) {
    return static_cast<cublasStatus_t>(injected);
  }
  int device = 0;
  if (cudaGetDevice(&device) != cudaSuccess || device != handle->device) {
    return CUBLAS_STATUS_MAPPING_ERROR;
  }
  if (!is_device_memory(a, product.a.extent(m, k, batch) * sizeof(float)) ||
      !is_device_memory(b, product.b.extent(k, n, batch) * sizeof(float)) ||
      !is_device_memory(c, product.c.extent(m, n, batch) * sizeof(float)) ||
      (handle->workspace != nullptr && !is_device_memory(handle->workspace, handle->bytes))) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  const cudaError_t error =
      submit(handle->stream, [product, a, b, c, area = handle->workspace, bytes = handle->bytes] {
        if (area != nullptr) {
          std::memset(area, 0xff, bytes);  // nobody may keep anything there
        }
        multiply(product, a, b, c);
      });
  return error == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}
