// Error names and texts, last error.
#include <algorithm>
#include <iterator>

#include "emulation/machine.h"

namespace {

struct Named {
  cudaError_t error;
  const char *name;
  const char *text;
};

#define SGCONV_NAMED(name, text) \
  { name, #name, text }
constexpr Named kErrors[] = {
    SGCONV_NAMED(cudaSuccess, "no error"),
    SGCONV_NAMED(cudaErrorInvalidValue, "invalid argument"),
    SGCONV_NAMED(cudaErrorMemoryAllocation, "out of memory"),
    SGCONV_NAMED(cudaErrorInitializationError, "initialization error"),
    SGCONV_NAMED(cudaErrorInvalidConfiguration, "invalid configuration argument"),
    SGCONV_NAMED(cudaErrorInvalidPitchValue, "invalid pitch argument"),
    SGCONV_NAMED(cudaErrorInvalidMemcpyDirection, "invalid copy direction for memcpy"),
    SGCONV_NAMED(cudaErrorInsufficientDriver,
                 "CUDA driver version is insufficient for CUDA runtime version"),
    SGCONV_NAMED(cudaErrorDevicesUnavailable, "CUDA-capable device(s) is/are busy or unavailable"),
    SGCONV_NAMED(cudaErrorInvalidDeviceFunction, "invalid device function"),
    SGCONV_NAMED(cudaErrorNoDevice, "no CUDA-capable device is detected"),
    SGCONV_NAMED(cudaErrorInvalidDevice, "invalid device ordinal"),
    SGCONV_NAMED(cudaErrorNoKernelImageForDevice,
                 "no kernel image is available for execution on the device"),
    SGCONV_NAMED(cudaErrorInvalidResourceHandle, "invalid resource handle"),
    SGCONV_NAMED(cudaErrorNotReady, "device not ready"),
    SGCONV_NAMED(cudaErrorIllegalAddress, "an illegal memory access was encountered"),
    SGCONV_NAMED(cudaErrorLaunchOutOfResources, "too many resources requested for launch"),
    SGCONV_NAMED(cudaErrorHostMemoryAlreadyRegistered,
                 "part or all of the requested memory range is already mapped"),
    SGCONV_NAMED(cudaErrorHostMemoryNotRegistered,
                 "pointer does not correspond to a registered memory region"),
    SGCONV_NAMED(cudaErrorMisalignedAddress, "misaligned address"),
    SGCONV_NAMED(cudaErrorLaunchFailure, "unspecified launch failure"),
    SGCONV_NAMED(cudaErrorNotSupported, "operation not supported"),
    SGCONV_NAMED(cudaErrorStreamCaptureUnsupported,
                 "operation not permitted when stream is capturing"),
    SGCONV_NAMED(cudaErrorStreamCaptureInvalidated,
                 "operation failed due to a previous error during capture"),
    SGCONV_NAMED(cudaErrorStreamCaptureUnmatched, "the capture was not initiated in this stream"),
    SGCONV_NAMED(cudaErrorStreamCaptureUnjoined, "capturing stream has unjoined work"),
    SGCONV_NAMED(cudaErrorStreamCaptureIsolation,
                 "dependency created on uncaptured work in another stream"),
    SGCONV_NAMED(cudaErrorStreamCaptureImplicit,
                 "operation would make the legacy stream depend on a capturing blocking stream"),
    SGCONV_NAMED(cudaErrorCapturedEvent,
                 "operation not permitted on an event last recorded in a capturing stream"),
    SGCONV_NAMED(cudaErrorStreamCaptureWrongThread,
                 "attempt to terminate a thread-local capture sequence from another thread"),
    SGCONV_NAMED(cudaErrorUnknown, "unknown error"),
};
#undef SGCONV_NAMED

const Named *find(cudaError_t error) {
  const auto *found = std::find_if(std::begin(kErrors), std::end(kErrors),
                                   [error](const Named &named) { return named.error == error; });
  return found == std::end(kErrors) ? nullptr : found;
}

}  // namespace

const char *cudaGetErrorName(cudaError_t error) {
  const Named *named = find(error);
  return named == nullptr ? "unrecognized error code" : named->name;
}

const char *cudaGetErrorString(cudaError_t error) {
  const Named *named = find(error);
  return named == nullptr ? "unrecognized error code" : named->text;
}

cudaError_t cudaGetLastError() {
  using namespace sgconv::emulation;
  const std::lock_guard guard(machine().lock);
  const Device *device = machine().current();
  const cudaError_t error =
      device != nullptr && device->poisoned != cudaSuccess ? device->poisoned : last_error();
  last_error() = cudaSuccess;
  return error;
}

cudaError_t cudaPeekAtLastError() {
  using namespace sgconv::emulation;
  const std::lock_guard guard(machine().lock);
  const Device *device = machine().current();
  return device != nullptr && device->poisoned != cudaSuccess ? device->poisoned : last_error();
}
