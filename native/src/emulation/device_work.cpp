#include "emulation/device_work.h"

#include "emulation/machine.h"

namespace sgconv::emulation {

cudaError_t submit(cudaStream_t handle, std::function<void()> work) {
  const std::lock_guard guard(machine().lock);
  Device *device = machine().current();
  const auto stream = machine().stream_of(handle);
  if (device == nullptr || stream == nullptr || stream->device != device->number) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  if (device->poisoned != cudaSuccess) {
    return finish(device->poisoned);
  }
  return finish(machine().enqueue(stream, [device, work = std::move(work)] {
    const Access access(*device);
    work();
    return cudaSuccess;
  }));
}

bool is_device_memory(const void *address, std::size_t size) {
  const std::lock_guard guard(machine().lock);
  const Device *device = machine().current();
  return device != nullptr && device->memory.find(address, size) != nullptr;
}

bool allocation_forbidden() {
  const std::lock_guard guard(machine().lock);
  return machine().forbidden_in_capture();
}

}  // namespace sgconv::emulation
