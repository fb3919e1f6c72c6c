// C entries about the library and the device.
#include <string>

#include "cuda/boundary.h"
#include "cuda/kernels.h"
#include "cuda/launch.h"

int32_t sgconv_cuda_abi_version(void) { return SGCONV_CUDA_ABI_VERSION; }

const char *sgconv_cuda_version(void) { return SGCONV_VERSION; }

const char *sgconv_cuda_architectures(void) { return SGCONV_CUDA_ARCHITECTURES; }

sgconv_status sgconv_cuda_check_device(void) {
  return sgconv::cuda::guarded([] {
    const int error = sgconv::cuda::find_code();
    if (error == cudaErrorNoKernelImageForDevice || error == cudaErrorInvalidDeviceFunction) {
      // Takes the error out of the runtime's own memory.
      (void)cudaGetLastError();
      throw sgconv::cuda::Failure(
          SGCONV_UNSUPPORTED,
          "the current device cannot run CUDA kernels compiled for " SGCONV_CUDA_ARCHITECTURES);
    }
    sgconv::cuda::check_device_call(static_cast<cudaError_t>(error), "cudaFuncGetAttributes");
  });
}
