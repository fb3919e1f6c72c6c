// C entries about the library and the device.
#include "common/failure.h"
#include "common/guarded.h"
#include "cuda/device/launch.h"
#include "cuda/ring/ring.h"

int32_t sgconv_cuda_abi_version(void) { return SGCONV_CUDA_ABI_VERSION; }

const char *sgconv_cuda_version(void) { return SGCONV_VERSION; }

const char *sgconv_cuda_architectures(void) { return SGCONV_CUDA_ARCHITECTURES; }

const char *sgconv_cuda_last_error(void) { return sgconv::last_error(); }

int32_t sgconv_cuda_last_device_error(void) { return sgconv::last_device_error(); }

sgconv_status sgconv_cuda_check_device(void) {
  return sgconv::guarded([] {
    const int error = sgconv::cuda::find_code();
    if (error == cudaErrorNoKernelImageForDevice || error == cudaErrorInvalidDeviceFunction) {
      // Takes the error out of the runtime's own memory.
      (void)cudaGetLastError();
      throw sgconv::Failure(
          SGCONV_UNSUPPORTED,
          "the current device cannot run CUDA kernels compiled for " SGCONV_CUDA_ARCHITECTURES);
    }
    sgconv::cuda::check_device_call(static_cast<cudaError_t>(error), "cudaFuncGetAttributes");
  });
}
