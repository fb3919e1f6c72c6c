// The emulated cuBLAS: its misuse, and what it does to memory. That its products are right is for
// the layers' tests, which compare with sums of their own.
#include "emulation/control.h"
#include "emulation/cublas_api.h"
#include "layer_numbers.h"

namespace {

using namespace sgconv::test;

cublasStatus_t multiply(cublasHandle_t handle, long long m, const float *a, float *c,
                        float beta = 0.0f) {
  const float one = 1;
  return cublasSgemmStridedBatched_64(handle, CUBLAS_OP_N, CUBLAS_OP_N, m, 1, 1, &one, a, m, 0, a,
                                      1, 0, &beta, c, m, 0, 1);
}

void misuse() {
  DeviceArray<float> a(Floats{2, 3}), c(Floats{NAN, 5}), area(512);
  cublasHandle_t handle = nullptr;
  check_equal(multiply(handle, 2, a.get(), c.get()), CUBLAS_STATUS_NOT_INITIALIZED, "no handle");
  check_equal(sgconv_emulation_fail("handle", 1, CUBLAS_STATUS_ALLOC_FAILED), 0, "fail");
  check_equal(cublasCreate_v2(&handle), CUBLAS_STATUS_ALLOC_FAILED, "injected");
  check_equal(cublasCreate_v2(&handle), CUBLAS_STATUS_SUCCESS, "create");
  check_equal(sgconv_emulation_live("handle"), 1, "handles");
  check_equal(cublasSetWorkspace_v2(handle, area.get() + 1, 8), CUBLAS_STATUS_INVALID_VALUE,
              "workspace that is not aligned");
  check_equal(cublasSetWorkspace_v2(handle, area.get(), 4096), CUBLAS_STATUS_INVALID_VALUE,
              "workspace beyond its memory");
  check_equal(cublasSetWorkspace_v2(handle, area.get(), 2048), CUBLAS_STATUS_SUCCESS, "workspace");
  check_equal(multiply(handle, 0, a.get(), c.get()), CUBLAS_STATUS_INVALID_VALUE, "nothing");
  check_equal(multiply(handle, 3, a.get(), c.get()), CUBLAS_STATUS_INVALID_VALUE, "beyond");
  check_equal(sgconv_emulation_fail("product", 1, CUBLAS_STATUS_EXECUTION_FAILED), 0, "fail");
  check_equal(multiply(handle, 2, a.get(), c.get()), CUBLAS_STATUS_EXECUTION_FAILED, "injected");
  // With beta = 0 what is there is not read.
  check_equal(multiply(handle, 2, a.get(), c.get()), CUBLAS_STATUS_SUCCESS, "product");
  check(c.host() == Floats({4, 6}), "product");
  check_equal(multiply(handle, 2, a.get(), c.get(), 2.0f), CUBLAS_STATUS_SUCCESS, "product");
  check(c.host() == Floats({12, 18}), "product and sum");
  check(std::isnan(area.host()[511]), "the workspace is overwritten");
  check_equal(cublasDestroy_v2(handle), CUBLAS_STATUS_SUCCESS, "destroy");
  check_equal(cublasDestroy_v2(handle), CUBLAS_STATUS_NOT_INITIALIZED, "double destroy");
}

}  // namespace

int main() {
  misuse();
  check_equal(sgconv_emulation_live("handle"), 0, "handles left");
  return failures() == 0 ? 0 : 1;
}
