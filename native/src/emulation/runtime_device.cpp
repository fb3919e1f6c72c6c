// Devices: count, choice, attributes, versions.
#include <cstdio>
#include <cstring>

#include "emulation/failures.h"
#include "emulation/machine.h"
#include "emulation/settings.h"

using sgconv::emulation::Device;
using sgconv::emulation::failure_at;
using sgconv::emulation::finish;
using sgconv::emulation::machine;
using sgconv::emulation::settings;

namespace {

constexpr int kVersion = 13000;
constexpr const char *kName = "sgconv emulated device";

bool exists(int device) {
  return device >= 0 && static_cast<std::size_t>(device) < machine().devices.size();
}

// cudaErrorNoDevice without any device, cudaErrorInvalidDevice for a wrong number.
cudaError_t check_device(int device) {
  if (machine().devices.empty()) {
    return cudaErrorNoDevice;
  }
  return exists(device) ? cudaSuccess : cudaErrorInvalidDevice;
}

int attribute(cudaDeviceAttr which, const sgconv::emulation::Device &device) {
  switch (which) {
    case cudaDevAttrMaxThreadsPerBlock:
      return 1024;
    case cudaDevAttrMaxSharedMemoryPerBlock:
      return 48 * 1024;
    case cudaDevAttrWarpSize:
      return 32;
    case cudaDevAttrMaxRegistersPerBlock:
      return 65536;
    case cudaDevAttrClockRate:
    case cudaDevAttrMemoryClockRate:
      return 1000000;
    case cudaDevAttrMultiProcessorCount:
      return static_cast<int>(settings().multiprocessors);
    case cudaDevAttrComputeMode:
      return device.settings.compute_mode;
    case cudaDevAttrIntegrated:
    case cudaDevAttrPciBusId:
    case cudaDevAttrPciDomainId:
      return 0;
    case cudaDevAttrPciDeviceId:
      return device.number;
    case cudaDevAttrGlobalMemoryBusWidth:
      return 64;
    case cudaDevAttrL2CacheSize:
      return static_cast<int>(settings().cache);
    case cudaDevAttrMaxThreadsPerMultiProcessor:
      return 2048;
    case cudaDevAttrUnifiedAddressing:
      return 1;
    case cudaDevAttrMemoryPoolsSupported:
      return device.settings.pools;
    case cudaDevAttrComputeCapabilityMajor:
      return device.settings.capability / 10;
    case cudaDevAttrComputeCapabilityMinor:
      return device.settings.capability % 10;
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor:
      return 228 * 1024;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      return static_cast<int>(device.settings.shared_memory);
  }
  return -1;
}

}  // namespace

cudaError_t cudaGetDeviceCount(int *count) {
  const std::lock_guard guard(machine().lock);
  *count = static_cast<int>(machine().devices.size());
  return finish(*count == 0 ? cudaErrorNoDevice : cudaSuccess);
}

cudaError_t cudaGetDevice(int *device) {
  const std::lock_guard guard(machine().lock);
  *device = sgconv::emulation::current_device();
  return finish(check_device(*device));
}

cudaError_t cudaSetDevice(int device) {
  const std::lock_guard guard(machine().lock);
  cudaError_t error = check_device(device);
  if (error == cudaSuccess) {
    sgconv::emulation::current_device() = device;
    // As CUDA does since version 12.
    error = machine().make_context(*machine().devices[static_cast<std::size_t>(device)]);
  }
  return finish(error);
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr which, int device) {
  const std::lock_guard guard(machine().lock);
  const cudaError_t error = check_device(device);
  if (error != cudaSuccess) {
    return finish(error);
  }
  ++machine().counts["query"];
  const int found = attribute(which, *machine().devices[static_cast<std::size_t>(device)]);
  if (found < 0) {
    return finish(cudaErrorInvalidValue);
  }
  *value = found;
  return finish(cudaSuccess);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device) {
  const std::lock_guard guard(machine().lock);
  const cudaError_t error = check_device(device);
  if (error == cudaSuccess) {
    std::memset(properties, 0, sizeof *properties);
    std::snprintf(properties->name, sizeof properties->name, "%s", kName);
    properties->totalGlobalMem = settings().memory;
  }
  return finish(error);
}

cudaError_t cudaDeviceGetPCIBusId(char *text, int length, int device) {
  const std::lock_guard guard(machine().lock);
  cudaError_t error = check_device(device);
  if (error == cudaSuccess && (text == nullptr || length < 13)) {
    error = cudaErrorInvalidValue;
  }
  if (error == cudaSuccess) {
    std::snprintf(text, static_cast<std::size_t>(length), "0000:00:%02x.0",
                  static_cast<unsigned>(device) & 0xffu);
  }
  return finish(error);
}

cudaError_t cudaDeviceSynchronize() {
  const std::lock_guard guard(machine().lock);
  ++machine().counts["synchronize"];
  Device *device = nullptr;
  if (const cudaError_t error = machine().use(device); error != cudaSuccess) {
    return finish(error);
  }
  if (machine().forbidden_in_capture()) {
    return finish(cudaErrorStreamCaptureUnsupported);
  }
  machine().drain_device(device->number);
  return finish(cudaSuccess);
}

cudaError_t cudaDriverGetVersion(int *version) {
  *version = kVersion;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *version) {
  *version = kVersion;
  return cudaSuccess;
}

// Our CUDA kernels are compiled for capability 8.0 and later.
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *attributes, const void *function) {
  const std::lock_guard guard(machine().lock);
  if (attributes == nullptr || function == nullptr) {
    return finish(cudaErrorInvalidValue);
  }
  Device *device = nullptr;
  if (const cudaError_t error = machine().use(device); error != cudaSuccess) {
    return finish(error);
  }
  if (device->settings.capability < 80) {
    return finish(cudaErrorNoKernelImageForDevice);
  }
  std::memset(attributes, 0, sizeof *attributes);
  attributes->maxThreadsPerBlock = 1024;
  return finish(cudaSuccess);
}

cudaError_t cudaFuncSetAttribute(const void *function, cudaFuncAttribute which, int value) {
  const std::lock_guard guard(machine().lock);
  Device *device = nullptr;
  if (const cudaError_t error = machine().use(device); error != cudaSuccess) {
    return finish(error);
  }
  if (const int injected = failure_at("attribute"); injected != 0) {
    return finish(static_cast<cudaError_t>(injected));
  }
  const bool carveout = which == cudaFuncAttributePreferredSharedMemoryCarveout;
  const bool dynamic = which == cudaFuncAttributeMaxDynamicSharedMemorySize;
  const auto most =
      carveout ? cudaSharedmemCarveoutMaxShared : static_cast<int>(device->settings.shared_memory);
  if (function == nullptr || !(carveout || dynamic) || value < 0 || value > most) {
    return finish(cudaErrorInvalidValue);
  }
  if (carveout) {
    machine().carveout[{device->number, function}] = value;
  } else {
    machine().dynamic_shared[{device->number, function}] = static_cast<std::size_t>(value);
  }
  return finish(cudaSuccess);
}
