// Device memory, the memory pool, page-locked host memory.
#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "emulation/failures.h"
#include "emulation/machine.h"

namespace sgconv::emulation {
namespace {

// The only pool of a device: its address stands for it.
cudaMemPool_t pool_handle(Device &device) { return reinterpret_cast<cudaMemPool_t>(&device); }

Device *pool_of(cudaMemPool_t pool) {
  for (const auto &device : machine().devices) {
    if (pool_handle(*device) == pool) {
      return device.get();
    }
  }
  return nullptr;
}

cudaError_t allocate(Device &device, std::size_t size, void **pointer) {
  if (pointer == nullptr) {
    return cudaErrorInvalidValue;
  }
  *pointer = nullptr;
  if (const int injected = failure_at("allocation"); injected != 0) {
    return static_cast<cudaError_t>(injected);
  }
  if (size == 0) {
    return cudaSuccess;
  }
  *pointer = device.memory.allocate(size);
  if (*pointer == nullptr) {
    // Memory that waits for its stream to be freed may suffice, as in CUDA's pool.
    machine().drain_device(device.number);
    *pointer = device.memory.allocate(size);
  }
  return *pointer == nullptr ? cudaErrorMemoryAllocation : cudaSuccess;
}

cudaError_t release(Device &device, void *pointer) {
  ++machine().counts["free"];
  if (const auto *allocation = device.memory.find(pointer, 0);
      device.pooled.erase(pointer) > 0 && allocation != nullptr) {
    device.pool_used -= allocation->size;
  }
  return device.memory.release(pointer) ? cudaSuccess : cudaErrorInvalidValue;
}

// Page-locked memory needs a context, and a capture that forbids allocation forbids it too.
cudaError_t before_pinning() {
  Device *device = nullptr;
  const cudaError_t error = machine().use(device);
  return error == cudaSuccess && machine().forbidden_in_capture()
             ? cudaErrorStreamCaptureUnsupported
             : error;
}

}  // namespace
}  // namespace sgconv::emulation

using namespace sgconv::emulation;

cudaError_t cudaMalloc(void **pointer, std::size_t size) {
  const std::lock_guard guard(machine().lock);
  Device *device = nullptr;
  if (const cudaError_t error = machine().use(device); error != cudaSuccess) {
    return finish(error);
  }
  if (machine().forbidden_in_capture()) {
    return finish(cudaErrorStreamCaptureUnsupported);
  }
  if (device->poisoned != cudaSuccess) {
    return finish(device->poisoned);
  }
  return finish(allocate(*device, size, pointer));
}

cudaError_t cudaFree(void *pointer) {
  const std::lock_guard guard(machine().lock);
  if (pointer == nullptr) {
    return finish(machine().current() == nullptr ? cudaErrorNoDevice : cudaSuccess);
  }
  if (machine().forbidden_in_capture()) {
    return finish(cudaErrorStreamCaptureUnsupported);
  }
  Device *device = machine().device_of(pointer);
  if (device == nullptr) {
    return finish(cudaErrorInvalidValue);
  }
  machine().drain_device(device->number);
  return finish(release(*device, pointer));
}

cudaError_t cudaMallocAsync(void **pointer, std::size_t size, cudaStream_t handle) {
  const std::lock_guard guard(machine().lock);
  const auto stream = machine().stream_of(handle);
  if (stream == nullptr) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  if (stream->capture != nullptr) {
    // CUDA would make it a graph node; we ask that nothing is allocated there.
    stream->capture->invalid = true;
    return finish(cudaErrorStreamCaptureUnsupported);
  }
  Device &device = *machine().devices[static_cast<std::size_t>(stream->device)];
  if (device.settings.pools == 0) {
    return finish(cudaErrorNotSupported);
  }
  if (device.poisoned != cudaSuccess) {
    return finish(device.poisoned);
  }
  const cudaError_t error = allocate(device, size, pointer);
  if (error == cudaSuccess && *pointer != nullptr) {
    device.pooled.insert(*pointer);
    device.pool_used += size;
    device.pool_used_high = std::max(device.pool_used_high, device.pool_used);
  }
  return finish(error);
}

cudaError_t cudaFreeAsync(void *pointer, cudaStream_t handle) {
  const std::lock_guard guard(machine().lock);
  const auto stream = machine().stream_of(handle);
  if (stream == nullptr) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  if (pointer == nullptr) {
    return finish(cudaSuccess);
  }
  Device *device = machine().device_of(pointer);
  if (device == nullptr || device->memory.find(pointer, 0) == nullptr) {
    return finish(cudaErrorInvalidValue);
  }
  if (stream->capture != nullptr) {
    stream->capture->invalid = true;
    return finish(cudaErrorStreamCaptureUnsupported);
  }
  return finish(machine().enqueue(stream, [device, pointer] { return release(*device, pointer); }));
}

cudaError_t cudaMemGetInfo(std::size_t *free, std::size_t *total) {
  const std::lock_guard guard(machine().lock);
  Device *device = nullptr;
  if (const cudaError_t error = machine().use(device); error != cudaSuccess) {
    return finish(error);
  }
  *total = device->memory.capacity();
  *free = *total - device->memory.used();
  return finish(cudaSuccess);
}

// Memory of a device that is not allocated, and any other that CUDA was not told of, is
// "unregistered".
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes *attributes, const void *pointer) {
  const std::lock_guard guard(machine().lock);
  if (attributes == nullptr) {
    return finish(cudaErrorInvalidValue);
  }
  *attributes = {};
  auto *address = const_cast<void *>(pointer);
  const Device *device = machine().device_of(pointer);
  if (device != nullptr && device->memory.find(pointer, 1) != nullptr) {
    attributes->type = cudaMemoryTypeDevice;
    attributes->device = device->number;
    attributes->devicePointer = address;
  } else if (machine().is_pinned(pointer, 1)) {
    attributes->type = cudaMemoryTypeHost;
    attributes->device = current_device();
    attributes->devicePointer = address;
    attributes->hostPointer = address;
  } else {
    attributes->type = cudaMemoryTypeUnregistered;
    attributes->device = cudaInvalidDeviceId;
    attributes->hostPointer = address;
  }
  return finish(cudaSuccess);
}

cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t *pool, int number) {
  const std::lock_guard guard(machine().lock);
  if (number < 0 || static_cast<std::size_t>(number) >= machine().devices.size()) {
    return finish(cudaErrorInvalidDevice);
  }
  if (machine().devices[static_cast<std::size_t>(number)]->settings.pools == 0) {
    return finish(cudaErrorNotSupported);
  }
  *pool = pool_handle(*machine().devices[static_cast<std::size_t>(number)]);
  return finish(cudaSuccess);
}

cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void *value) {
  const std::lock_guard guard(machine().lock);
  Device *device = pool_of(pool);
  if (device == nullptr) {
    return finish(cudaErrorInvalidValue);
  }
  switch (attribute) {
    case cudaMemPoolAttrReleaseThreshold:
      std::memcpy(&device->release_threshold, value, sizeof device->release_threshold);
      return finish(cudaSuccess);
    case cudaMemPoolAttrUsedMemHigh:
    case cudaMemPoolAttrReservedMemHigh:
      device->pool_used_high = device->pool_used;  // CUDA accepts 0 only: a reset
      return finish(cudaSuccess);
    case cudaMemPoolReuseFollowEventDependencies:
    case cudaMemPoolReuseAllowOpportunistic:
    case cudaMemPoolReuseAllowInternalDependencies:
      return finish(cudaSuccess);  // addresses are never reused here
    default:
      return finish(cudaErrorInvalidValue);
  }
}

cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void *value) {
  const std::lock_guard guard(machine().lock);
  const Device *device = pool_of(pool);
  if (device == nullptr) {
    return finish(cudaErrorInvalidValue);
  }
  std::uint64_t found = 0;
  switch (attribute) {
    case cudaMemPoolAttrReleaseThreshold:
      found = device->release_threshold;
      break;
    case cudaMemPoolAttrReservedMemCurrent:
    case cudaMemPoolAttrUsedMemCurrent:
      found = device->pool_used;
      break;
    case cudaMemPoolAttrReservedMemHigh:
    case cudaMemPoolAttrUsedMemHigh:
      found = device->pool_used_high;
      break;
    default:
      return finish(cudaErrorInvalidValue);
  }
  std::memcpy(value, &found, sizeof found);
  return finish(cudaSuccess);
}

// The emulated pool keeps nothing that is not in use.
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t pool, std::size_t) {
  const std::lock_guard guard(machine().lock);
  return finish(pool_of(pool) == nullptr ? cudaErrorInvalidValue : cudaSuccess);
}

cudaError_t cudaHostAlloc(void **pointer, std::size_t size, unsigned) {
  const std::lock_guard guard(machine().lock);
  *pointer = nullptr;
  if (const cudaError_t error = before_pinning(); error != cudaSuccess) {
    return finish(error);
  }
  if (const int injected = failure_at("pinned"); injected != 0) {
    return finish(static_cast<cudaError_t>(injected));
  }
  if (size == 0) {
    return finish(cudaSuccess);
  }
  void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    return finish(cudaErrorMemoryAllocation);
  }
  machine().pinned[static_cast<const char *>(memory)] = size;
  *pointer = memory;
  return finish(cudaSuccess);
}

cudaError_t cudaMallocHost(void **pointer, std::size_t size) {
  return cudaHostAlloc(pointer, size, 0);
}

cudaError_t cudaFreeHost(void *pointer) {
  const std::lock_guard guard(machine().lock);
  if (pointer == nullptr) {
    return finish(cudaSuccess);
  }
  if (machine().forbidden_in_capture()) {
    return finish(cudaErrorStreamCaptureUnsupported);
  }
  const auto found = machine().pinned.find(static_cast<const char *>(pointer));
  if (found == machine().pinned.end()) {
    return finish(cudaErrorInvalidValue);
  }
  for (const auto &device : machine().devices) {
    machine().drain_device(device->number);
  }
  munmap(pointer, found->second);
  machine().pinned.erase(found);
  return finish(cudaSuccess);
}

cudaError_t cudaHostRegister(void *pointer, std::size_t size, unsigned) {
  const std::lock_guard guard(machine().lock);
  if (const cudaError_t error = before_pinning(); error != cudaSuccess) {
    return finish(error);
  }
  if (pointer == nullptr || size == 0) {
    return finish(cudaErrorInvalidValue);
  }
  if (const int injected = failure_at("pinned"); injected != 0) {
    return finish(static_cast<cudaError_t>(injected));
  }
  if (machine().is_pinned(pointer, 1)) {
    return finish(cudaErrorHostMemoryAlreadyRegistered);
  }
  machine().registered[static_cast<const char *>(pointer)] = size;
  return finish(cudaSuccess);
}

cudaError_t cudaHostUnregister(void *pointer) {
  const std::lock_guard guard(machine().lock);
  for (const auto &device : machine().devices) {
    machine().drain_device(device->number);
  }
  return finish(machine().registered.erase(static_cast<const char *>(pointer)) == 1
                    ? cudaSuccess
                    : cudaErrorHostMemoryNotRegistered);
}
